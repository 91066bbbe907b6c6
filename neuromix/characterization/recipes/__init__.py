"""One file a family: the class ``Recipe`` of ``NAME.py`` says how such cells are measured."""
