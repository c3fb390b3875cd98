"""What the compiled code in a wheel needs, and whether that is what the wheel's tags say.

This room opens only the streams and files that it is given, and trusts no number in them.
"""
