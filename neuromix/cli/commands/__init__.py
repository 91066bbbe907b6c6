"""One file a command: ``commands/show.py`` holds the click command ``command``, and is ``show``.

A file put here is a command; nothing else names it. Its heavy imports belong inside of the
function, since ``neuromix --help`` imports every file to read its first line.
"""
