"""One file a family: the module ``NAME.py`` defines the class ``Dynamics`` of the family ``NAME``.

Families are found by listing this folder and the entry point ``neuromix.models``; nothing names
them, so that a new one is one new file.
"""
