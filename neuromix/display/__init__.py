"""How values show themselves in a notebook, and how long work reports on itself.

Lives here: sheets (a title and tables, as HTML), small pictures inside of them, progress.
May import: ``neuromix.errors``; jinja2, rich and IPython inside of functions only.
Never comes in: cells, models, chips. They describe themselves as sheets, and this renders sheets.
"""

from neuromix.display.sheet import Sheet, Table

__all__ = ["Sheet", "Table"]
