"""What an index takes, and what it holds.

Nothing here asks an index or looks at the machine: file names, pages and profiles come in, answers go out.
"""
