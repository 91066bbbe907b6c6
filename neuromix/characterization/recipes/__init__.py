"""One file a family: the class ``Recipe`` of ``NAME.py`` characterizes cells of the family ``NAME``."""
