"""What an index accepts, and what it holds.

Nothing here contacts an index or looks at the machine: file names, pages and profiles come in, answers go out.
"""
