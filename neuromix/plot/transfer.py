"""A characteristic curve with the spread of its instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.plot.style import BLUE, INK, axis_label, engineering, figure, plain

if TYPE_CHECKING:
    from matplotlib.axis import Axis as MatplotlibAxis
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

DECADES = 1.3
"""Orders of magnitude from which an axis of positive values is logarithmic."""


def transfer_curve(
    x: Floats,
    nominal: Floats,
    instances: Floats,
    x_label: tuple[str, str],
    y_label: tuple[str, str],
) -> Figure:
    """Draw output over input, and below it how far instances are from the nominal curve.

    Parameters
    ----------
    x, nominal : (m,) ndarray, SI
    instances : (n, m) ndarray, SI
        Possibly none.
    x_label, y_label : pair of str
        What it is and its unit.
    """
    drawn = figure(6.4, 4.6 if len(instances) else 3.2)
    panels = drawn.subplots(2, 1, sharex=True, height_ratios=[3, 1.3]) if len(instances) else None
    above = panels[0] if panels is not None else drawn.subplots()
    x_factor, x_unit = engineering(x, x_label[1])
    y_factor, y_unit = engineering(nominal, y_label[1])
    marker = "o" if len(x) <= 24 else ""
    plain(above)
    if panels is not None:
        below = plain(panels[1])
        low, high = np.percentile(instances, [2.5, 97.5], axis=0)
        name = f"95 % of {len(instances)} instances"
        above.fill_between(
            x * x_factor, low * y_factor, high * y_factor, color=BLUE, alpha=0.25, lw=0, label=name
        )
        span = float(np.ptp(nominal)) or 1.0
        for edge in (low, high):
            below.plot(x * x_factor, 100.0 * (edge - nominal) / span, color=BLUE, lw=0.8)
        below.fill_between(
            x * x_factor,
            100.0 * (low - nominal) / span,
            100.0 * (high - nominal) / span,
            color=BLUE,
            alpha=0.25,
            lw=0,
        )
        below.axhline(0.0, color=INK, lw=0.6)
        below.set_ylabel("deviation\n(% of span)")
    above.plot(
        x * x_factor, nominal * y_factor, color=BLUE, lw=1.6, marker=marker, ms=4, label="nominal"
    )
    lowest = panels[1] if panels is not None else above
    lowest.set_xlabel(axis_label(x_label[0], x_unit))
    above.set_ylabel(axis_label(y_label[0], y_unit))
    if _wide(x):
        lowest.set_xscale("log")
        _plain_numbers(lowest.xaxis)
        if _wide(nominal):
            above.set_yscale("log")
            _plain_numbers(above.yaxis)
    above.legend(frameon=False, fontsize=9, labelcolor=INK)
    return drawn


def _plain_numbers(axis: MatplotlibAxis) -> None:
    """Label a logarithmic axis with plain numbers, at 1, 2 and 5 of each decade."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def _wide(values: Floats) -> bool:
    return bool(values.min() > 0.0 and np.log10(values.max() / values.min()) > DECADES)
