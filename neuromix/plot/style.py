"""What all figures have in common: size, fonts, colours, bytes."""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREY, INK = "#2a6f97", "#d1603d", "#9aa5ad", "#22303a"
"""Colours that stay apart in grey and for colour-blind readers."""

PREFIXED = frozenset({"A", "V", "s", "Hz", "J", "W", "F", "C", "m", "Ω", "S"})
"""Units that take an SI prefix."""

PREFIXES = ("a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T")

Floats = NDArray[np.float64]


def figure(width: float = 7.0, height: float = 4.0) -> Figure:
    """Return an empty figure of ``width`` x ``height`` inches that no display knows of."""
    from neuromix.plot.shown import ShownFigure

    return ShownFigure(figsize=(width, height), layout="constrained", dpi=130)


def panels(
    drawn: Figure,
    left: float = 0.75,
    right: float = 0.12,
    bottom: float = 0.5,
    top: float = 0.12,
    gap: tuple[float, float] = (0.25, 0.25),
) -> None:
    """Set the margins of a regular grid of panels, in inches, and the gaps in parts of a panel.

    A figure of many panels is drawn twice as fast as when its margins are searched for.
    """
    width, height = drawn.get_size_inches()
    drawn.set_layout_engine(None)
    drawn.subplots_adjust(
        left=left / width,
        right=1.0 - right / width,
        bottom=bottom / height,
        top=1.0 - top / height,
        wspace=gap[0],
        hspace=gap[1],
    )


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


def literal(text: str) -> str:
    """Return a text that matplotlib draws as it stands, with no formula in it."""
    return text.replace("$", r"\$")


def engineering(values: ArrayLike, unit: str) -> tuple[float, str]:
    """Return a factor and the unit with its SI prefix, so that the largest value is 1 … 1000.

    Units that are products, K and the dimensionless keep a factor of 1.
    """
    largest = float(np.max(np.abs(values), initial=0.0))
    if unit not in PREFIXED or largest == 0.0 or not math.isfinite(largest):
        return 1.0, "" if unit == "1" else unit
    power = min(max(math.floor(math.log10(largest * (1.0 + 1e-9)) / 3.0), -6), 4)
    return 10.0 ** (-3 * power), f"{PREFIXES[power + 6]}{unit}"


def axis_label(name: str, unit: str) -> str:
    """Return the label of an axis: what it is, and its unit where it has one."""
    return literal(f"{name} ({unit})" if unit else name)


def svg(drawn: Figure, name: str) -> str:
    """Return a figure as an ``<svg>`` element for the inside of a page.

    Equal figures are equal text. What is drawn in :data:`INK` takes the colour of the text around
    it and :data:`BLUE` the page's ``--accent``, so that a figure can be read on a dark page;
    identifiers begin with ``name``, so that several figures live in one page.
    """
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        drawn.savefig(
            buffer,
            format="svg",
            transparent=True,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    text = buffer.getvalue()
    inside = text[text.index("<svg") :].replace(INK, "currentColor")
    inside = inside.replace(BLUE, f"var(--accent, {BLUE})").replace("xlink:href", "href")
    inside = re.sub(r"<metadata>.*?</metadata>", "", inside, flags=re.DOTALL)
    # Six decimals of a coordinate and indentation are half of the text.
    inside = re.sub(r'="[^"]*"', lambda m: re.sub(r"(\d\.\d\d)\d+", r"\1", m[0]), inside)
    inside = re.sub(r"\s*\n\s*", "\n", inside)
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", inside)


def png(drawn: Figure) -> bytes:
    """Return a figure as PNG, without a date in it: equal figures are equal bytes."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
