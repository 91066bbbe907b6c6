"""A figure that notebooks show: the one module here that imports matplotlib at its top."""

from __future__ import annotations

from matplotlib.figure import Figure

from neuromix.plot.style import png


class ShownFigure(Figure):
    """A figure that IPython shows as the last expression of a cell, without ``pyplot``."""

    def _repr_png_(self) -> bytes:
        return png(self)
