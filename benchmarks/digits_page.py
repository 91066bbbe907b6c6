"""The page and the picture that ``python benchmarks/digits.py --page docs/digits.md`` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neuromix.plot.style import BLUE, GREY, ORANGE, figure, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEAD = """\
# Handwritten digits on a hundred virtual dies

Written by `python benchmarks/digits.py --page docs/digits.md`. The network of `make demo`, 64-32-10
with weights of 6 bits and a sign, on cells characterized in gf180mcu; {images} held-out images of
8 x 8 pixels, {window_ms:.0f} ms each in steps of {step_us:.0f} µs, with mismatch of all neurons,
synapses and converters and with their noise. *Calibrated*: trim codes of the weight converters are
searched on each die by the rates of its neurons (`neuromix.array.calibration`), and the same images
are shown again. Seconds are of one machine with two cores, compilation apart.
"""

SPREAD = """
## Accuracy over the size of mismatch

All standard deviations of the cells' parameters times a scale, {dies} dies each; 1 is what the
foundry's model says.

| scale | raw | deviation | worst die | calibrated | deviation | worst die |
|---|---|---|---|---|---|---|
"""


def page(figures: dict[str, Any], dies: int) -> str:
    """Return the page of the figures that ``benchmarks/digits.py`` prints."""
    text = HEAD.format(
        images=figures["images"],
        window_ms=1e3 * figures["window_s"],
        step_us=1e6 * figures["step_s"],
    )
    text += "\n| | accuracy | deviation over dies | worst die | seconds |\n|---|---|---|---|---|\n"
    text += f"| nominal, without noise | {figures['accuracy_nominal']:.2%} | | | |\n"
    for name in ("raw", "calibrated"):
        row, seconds = _row(figures[f"accuracy_{name}"]), figures[f"{name}_s"]
        text += f"| {figures['dies']} dies, {name} | {row} | {seconds:.0f} |\n"
    text += f"\nThe search of all trim codes took {figures['calibration_s']:.0f} s.\n"
    text += SPREAD.format(dies=dies)
    for at in figures["curve"]:
        text += f"| {at['scale']:g} | {_row(at['raw'])} | {_row(at['calibrated'])} |\n"
    return text + "\n![Accuracy over the size of mismatch](digits.png)\n"


def _row(summary: dict[str, float]) -> str:
    return f"{summary['mean']:.2%} | {summary['deviation']:.2%} | {summary['worst']:.2%}"


def picture(figures: dict[str, Any]) -> Figure:
    """Draw accuracy over the scale of mismatch: means, one standard deviation, worst dies."""
    drawn = figure(6.4, 3.6)
    axes = drawn.subplots()
    scale = [at["scale"] for at in figures["curve"]]
    for name, colour, shift in (("raw", ORANGE, -0.012), ("calibrated", BLUE, 0.012)):
        summaries = [at[name] for at in figures["curve"]]
        axes.errorbar(
            [x + shift for x in scale],
            [100.0 * item["mean"] for item in summaries],
            [100.0 * item["deviation"] for item in summaries],
            color=colour,
            marker="o",
            ms=4,
            lw=1.2,
            capsize=2,
            label=f"{name}: mean and deviation over dies",
        )
        axes.plot(
            [x + shift for x in scale],
            [100.0 * item["worst"] for item in summaries],
            "v",
            ms=4,
            color=colour,
            alpha=0.5,
            label=f"{name}: worst die",
        )
    axes.axhline(100.0 * figures["accuracy_nominal"], color=GREY, lw=0.8, ls="--", label="nominal")
    plain(axes)
    axes.set_xlabel("mismatch, times the foundry's")
    axes.set_ylabel("accuracy (%)")
    axes.legend(frameon=False, fontsize=8, loc="lower left")
    return drawn
