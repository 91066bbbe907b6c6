"""Matrix × vector in every form: errors, energies and times, and what borders and holds cost.

``python tools/products_page.py [--json] [--quick] [--spiking 2048] [--page docs/products.md]``

The same job as ``neuromix run mvm``, ``layers`` and ``hold``, die 1. ``--quick`` leaves out all
sizes above 128; ``--spiking`` says up to which size there is a spiking form, 4096 by default, which
takes minutes: how many is said before.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import neuromix as nmx
from neuromix.array.analog_memory import AnalogMemory
from neuromix.array.converters import AnalogToDigital, DigitalToAnalog
from neuromix.array.products.holding import HoldLimit, hold_limit
from neuromix.array.products.job import FORMS, ProductCells, multiply
from neuromix.array.products.layers import BorderCells, two_layers
from neuromix.array.products.operands import Operands
from neuromix.array.products.product import Product
from neuromix.data.files import replace_file
from neuromix.errors import OutsideValidity
from neuromix.units import celsius, render

SEED = 1
SIZES = (128, 512, 1024, 2048, 4096)
QUICK, WARM_UP = 128, 16
HOLD = 10e-3
LAYERS = (128, 512)
BITS = (4, 5, 6)
CONVERTERS = 200
HOLDS = ((None, 300.15), (0.0, 300.15), (None, 358.15), (0.0, 358.15))
HELD = 128


@dataclass(frozen=True)
class ConverterFigures:
    """What converters of cells are like, over instances."""

    bits: int
    energy: float
    rate: float
    offset: float
    gain: float
    inl: float
    monotone: float
    energy_back: float


@dataclass(frozen=True, eq=False)
class Figures:
    """All that the page shows."""

    products: list[Product]
    layers: list[Product]
    converters: list[ConverterFigures]
    holds: list[tuple[float, float, float, HoldLimit]]

    def record(self) -> dict[str, object]:
        """Return them as JSON knows them."""
        return {
            "products": [item.record() for item in self.products],
            "layers": [item.record() for item in self.layers],
            "converters": [asdict(item) for item in self.converters],
            "holds": [
                {"line": line, "temperature": t, "refresh_period": period} | asdict(found)
                for line, t, period, found in self.holds
            ],
        }


def converter_figures(cells: BorderCells, bits: int) -> ConverterFigures:
    """Draw instances of a converter of so many bits."""
    drawn = [
        AnalogToDigital.from_cells(cells.comparator, cells.converter, bits, seed)
        for seed in range(CONVERTERS)
    ]
    first = np.array([item.thresholds[0] / item.step for item in drawn])
    spans = np.array([np.ptp(item.thresholds) / item.full_scale for item in drawn])
    return ConverterFigures(
        bits,
        drawn[0].energy_per_conversion,
        drawn[0].rate,
        float(first.std()),
        float(spans.std() / spans.mean()),
        float(np.median([np.abs(item.inl()).max() for item in drawn])),
        float(np.mean([item.dnl().min() > -1.0 for item in drawn])),
        DigitalToAnalog.from_cells(cells.converter, bits).energy_per_conversion,
    )


def figures(quick: bool, spiking: int) -> Figures:
    """Run everything, the spiking form up to some size."""
    cells = ProductCells.load()
    borders = BorderCells(nmx.model("comparator"), nmx.model("dac_synapse"))
    products: list[Product] = []
    layers: list[Product] = []
    # Compiles, apart from all times that the page shows.
    multiply(WARM_UP, cells, memory_form="analog", seed=SEED)
    for size in SIZES:
        if not quick or size <= QUICK:
            forms = FORMS if size <= spiking else FORMS[:2]
            announce = functools.partial(_announce, size)
            products += multiply(size, cells, forms=forms, seed=SEED, announce=announce)
            options = {"memory_form": "analog", "hold": HOLD}
            products += multiply(size, cells, forms=("analog",), seed=SEED, **options)
    for size in LAYERS:
        if not quick or size <= QUICK:
            layers += two_layers(size, cells.multiplier, borders, seed=SEED, bits=BITS)
    holds = []
    for line, temperature in HOLDS:
        memory = AnalogMemory(cells.memory, parked=line, temperature=temperature)
        found = hold_limit(Operands.draw(HELD, SEED), cells.multiplier, memory, seed=SEED)
        spread = memory.hold(np.linspace(-0.1, 0.1, 1000), SEED, "refresh")
        # Half a step of a sign and six bits over ±0.1 V.
        holds.append((memory.line, temperature, spread.refresh_period(0.1 / 64.0), found))
    return Figures(products, layers, [converter_figures(borders, n) for n in BITS], holds)


def _announce(size: int, seconds: float) -> None:
    print(f"{size} in spikes: about {seconds:.0f} s", file=sys.stderr, flush=True)  # noqa: T201


def table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return Markdown."""
    lines = (columns, ("---",) * len(columns), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def product_rows(products: list[Product]) -> list[tuple[str, ...]]:
    """Return a row for each product."""
    return [
        (
            str(item.size),
            item.form,
            item.correction,
            f"{item.relative_error:.3g}" if item.relative_error else "0",
            f"{item.effective_bits:.1f}" if item.relative_error else "exact",
            render(item.energy_per_mac, "J", 3),
            render(item.duration, "s", 3),
            render(item.seconds, "s", 3),
        )
        for item in products
    ]


COLUMNS = (
    "M", "form", "correction", "error", "bits", "energy per MAC", "on the chip", "simulated in",
)  # fmt: skip

HEAD = """# Matrix times vector: digital, analog multipliers, spikes

Written by `python tools/products_page.py --page docs/products.md`; a single row is
`neuromix run mvm --size M --form FORM --seed 1`. Operands are whole numbers, evenly spread: weights
−63 … 63, a vector of −127 … 127. *Error* is the rms error over the rms of the exact product, *bits*
is log2(1/error): those of the ideal quantizer whose rounding is as large, for a signal that fills
its scale evenly (IEEE Std 1241-2010 defines effective bits by that rounding). Cells are the
characterized ones of gf180mcu, 27 °C, one die each, mismatch and noise on. *Simulated in* is the
time of a two-core machine without compiling; that of the spiking form adds up, calibration
included. The command says beforehand how long that will be, from a few rows that it times."""

LIMITS = """## What limits each form

**Digital** is exact. Its energy is published, not simulated: Horowitz (ISSCC 2014), 45 nm and
0.9 V, multiply 0.2 pJ, add 0.1 pJ, an eighth of a 64-bit read of 8 KB 1.25 pJ. C V² alone would
make it 16 times as much at 180 nm and 1.8 V, about 25 pJ. Reading the weight is four fifths of it.

**Analog multipliers** (`gilbert_multiplier`, one a weight, ±0.1 V, tanh undone by the drivers) are
limited by mismatch as built: offsets of 2.6 mV and of the mirrors make each row wrong by a
constant, which grows against the product as the root of M because the nominal cell has some, too.
One reading of zeros on the same die takes it away, for twice the time and energy. What is left is
the 6.3 % spread of tail currents and 2.0 mV on each weight: single products are off by 8 %, and so
is their sum, whatever M. Weights held on capacitors for 10 ms are as good as those of a digital
memory: droop is far below mismatch. Noise alone would allow 7 bits; an array whose weights are each
measured and written again would come nearer to it, which is not done here. Energy is standing power
times settling to 8 bits behind a 10 kHz low-pass, where the characterization ends: a faster reading
would cost less, and nothing here says whether the cell can do it.

**Spikes** (`dac_synapse`, `dpi_synapse`, `lif_neuron`) use two paths a row in place of M
multipliers, and time in place of area. A row is the small difference of two large currents whose
paths differ by 15 %: as built it is not usable, and more so the larger M, since products grow as
the root of M and the currents with M. Trims (`neuromix.array.calibration`) bring both paths
together at one point; a zero and a slope for each neuron, fitted to eight other vectors, take away
what is left of the common part. Two curvatures of the nominal cells are undone by design: a synapse
makes more of a large code than in proportion, and rates bend with the current. Without that,
nominal neurons alone are 7 % off at M = 128, with it 3 %. The product takes as long as trains of
16 spikes last, and standing power of the converters is most of its energy.

**Not counted**, in any analog form: wires and their capacitance, drivers of the vector, amplifiers
that hold the rows, converters that make the voltages of digital weights, clocks, the area, and the
energy of calibrating. Converters to and from codes are counted where a table says so."""


def page_text(found: Figures) -> str:
    """Return the page."""
    layers = [(row[0], *row[2:7]) for row in product_rows(found.layers)]
    converters = [
        (
            str(item.bits),
            render(item.energy, "J", 3),
            render(item.rate, "Hz", 3),
            f"{item.offset:.2f}",
            f"{item.gain:.1%}",
            f"{item.inl:.2f}",
            f"{item.monotone:.0%}",
            render(item.energy_back, "J", 3),
        )
        for item in found.converters
    ]
    holds = [
        (
            render(line, "V", 3),
            f"{celsius(temperature):g} °C",
            render(period, "s", 3),
            render(limit.time, "s", 3) if np.isfinite(limit.time) else "more than 1000 s",
            "yes" if limit.extrapolated else "no",
        )
        for line, temperature, period, limit in found.holds
    ]
    parts = (
        HEAD,
        table(COLUMNS, product_rows(found.products)),
        LIMITS,
        "## Convert at each layer, or stay analog",
        "`neuromix run layers --size M --seed 1`: two matrices, one after the other, offsets "
        "removed in both. What stays analog passes an ideal amplifier, whose full scale is 3.5 "
        "times the rms of the outputs, and the tanh of the next pairs, which nothing undoes. What "
        "is converted is rounded twice and limited by both converters; *calibrated* reads codes "
        "through each instance's own line and drives back by a table of each.",
        table(("M", "border", "error", "bits", "energy per MAC", "on the chip"), layers),
        "Staying analog is better here: a conversion adds its rounding and takes nothing of the "
        "multipliers' error away. It is a small part of the energy, ever less as 1/M. A digital "
        "border is for values that have to travel, wait, or be summed up over tiles; uncalibrated "
        "it costs nearly all accuracy, because the offsets of both converters are as large as the "
        "signal: outputs seldom use the scale that they have to be given.",
        "### The converters",
        f"Successive approximation with `comparator` and `dac_synapse`, {CONVERTERS} instances; a "
        "resistor without an error, no sampling circuit. Offset and INL in steps, standard "
        "deviation and median of the largest.",
        table(
            ("bits", "energy", "rate", "offset", "gain error", "INL", "monotone", "energy back"),
            converters,
        ),
        "## Weights on capacitors",
        f"`neuromix run hold --size {HELD} --seed 1 --line 0 --temperature 85`: each weight is a "
        "differential voltage on two `analog_memory` of 0.5 pF. *Half a step* is when the rms of "
        "what is lost reaches half a step of six bits and a sign; *a bit lost* when the error of "
        "the product has doubled, multipliers at 27 °C. What leaks from both alike does no harm; "
        "what counts is where the writing line waits: with a line at ground the nFETs of the "
        "switches leak as far as their gates at ground let them.",
        table(("line", "memory at", "half a step", "a bit lost", "extrapolated"), holds),
        "Leakage of femtoamperes is what the technology's models extrapolate "
        "(`neuromix show analog_memory`), and holds beyond 1 s were not characterized.",
    )
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Read the arguments and write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    parser.add_argument("--quick", action="store_true", help="sizes up to 128 only")
    parser.add_argument("--spiking", type=int, default=SIZES[-1], help="largest size in spikes")
    parser.add_argument("--page", type=Path, help="Markdown to write")
    chosen = parser.parse_args()
    with warnings.catch_warnings():
        # Dies as built drive some neurons too hard; that is part of what the page shows.
        warnings.simplefilter("ignore", OutsideValidity)
        found = figures(chosen.quick, chosen.spiking)
    for item in [*found.products, *found.layers]:
        print(item)  # noqa: T201
    if chosen.page:
        replace_file(chosen.page, page_text(found).encode())
    if chosen.json:
        print(json.dumps(found.record()))  # noqa: T201


if __name__ == "__main__":
    main()
