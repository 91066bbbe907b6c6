"""What all figures have in common: size, fonts, colours, bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREY, INK = "#2a6f97", "#d1603d", "#9aa5ad", "#22303a"
"""Colours that stay apart in grey and for colour-blind readers."""


def figure(width: float = 7.0, height: float = 4.0) -> Figure:
    """Return an empty figure of ``width`` x ``height`` inches that no display knows of."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", dpi=130)


def plain(axes: Axes) -> Axes:
    """Take away what carries no information: frames on two sides, heavy ticks."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)
    axes.tick_params(which="both", color=GREY, labelcolor=INK, labelsize=9)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    return axes


def png(drawn: Figure) -> bytes:
    """Return a figure as PNG, without a date in it: equal figures are equal bytes."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
