"""What compiled code really needs, and whether that is what its tags say.

This room opens only the streams that it is given, and trusts no number in them.
"""
