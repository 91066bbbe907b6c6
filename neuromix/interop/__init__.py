"""Formats of other tools, read and written.

May import: everything but the command line and each other's optional libraries at the top of a
module. Never comes in: a format without a test against the tool that it comes from.
"""
