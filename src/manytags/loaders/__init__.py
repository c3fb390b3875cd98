"""Where a dynamic loader finds libraries, on this machine or in a foreign root, and what it has of them.

This room looks at files and reads them; it loads nothing and runs nothing.
"""
