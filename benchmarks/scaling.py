"""Twenty thousand characterized neurons, and how the cost of arrays grows.

``python benchmarks/scaling.py [--large | --curves | --loops] [--json] [--page FILE]``

The large case: a recurrent network of 20 000 mismatched ``lif_neuron`` at a mean interval between
spikes of 0.5 ms, each with 64 synapses of ``dac_synapse`` and ``dpi_synapse``, noise and fabric on,
20 ms, on all cores; and once more at half the step. Nearly half of its synapses inhibit: with 30 %
it spikes twice as often, and the paths into its neurons, 6 µs a word, cannot keep up. Its codes are
below 10: these were chosen after larger ones had been seen to need a smaller step (``--codes 20``,
``--step 2.5e-6``).

The curves: seconds of one thread over neurons, synapses, rate of events, and dies, feed-forward,
and the gain of a second thread. Each point is the median of three runs. What a curve's points
differ from the best straight line is stated; a line, since neurons cost time without any event as
well. The loops: what small recurrent networks cost, and the same arrays given the same spikes from
outside, which are not advanced in windows. Building and compiling are shown apart.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import scipy.optimize
import scipy.sparse

import neuromix as nmx
from neuromix.array.die import array_die

LARGE, FAN_IN, DURATION, STEP = 20_000, 64, 20e-3, 5e-6
CURRENT, LARGEST_CODE, INHIBITORY = 1e-9, 20, 0.3
WEAK, INHIBITED = 10, 0.47
NEURONS, SMALL_FAN_IN, RATE, SPAN, WIDE_STEP = 1_000, 32, 500.0, 20e-3, 10e-6
SETUP, WIDTH = 5e-6, 1e-6
LOOPS, LOOP_FAN_IN, LOOP_SPAN, LOOP_STEP = (20, 100, 1_000), 10, 50e-3, 4e-6
REPEATS = 3
LARGER_CODES = (
    "Codes of its weights are below 10, and 47 % of them inhibit: an operating point that was\n"
    "chosen among others. With codes up to 20, rates change by more at half the step, so that the\n"
    "step has to be smaller: `python benchmarks/scaling.py --large --codes 20 --step 2.5e-6`."
)


@dataclass(frozen=True)
class Curve:
    """Seconds over a quantity."""

    quantity: str
    values: tuple[float, ...]
    seconds: tuple[float, ...]

    def line(self) -> tuple[float, float, float]:
        """Return offset and slope of the line of least relative error, and that error's largest."""
        x, y = np.array(self.values), np.array(self.seconds)
        terms = np.stack([np.ones_like(x), x], axis=1) / y[:, None]
        (offset, slope), _ = scipy.optimize.nnls(terms, np.ones_like(y))
        return offset, slope, float(np.abs((offset + slope * x) / y - 1.0).max())


@dataclass(frozen=True)
class Loop:
    """Seconds of one thread per neuron and second of a network, with its loop and without."""

    neurons: int
    recurrent: float
    unrolled: float
    spikes: int


def synapses(
    sources: int,
    targets: int,
    fan_in: int,
    seed: int = 1,
    *,
    largest: int = LARGEST_CODE,
    inhibitory: float = INHIBITORY,
) -> scipy.sparse.csr_array:
    """Return random codes below ``largest``, ``fan_in`` for each target."""
    random = np.random.default_rng(seed)
    source = random.integers(0, sources, targets * fan_in)
    target = np.repeat(np.arange(targets), fan_in)
    code = random.integers(1, largest, len(source))
    code = np.where(random.random(len(source)) < inhibitory, -code, code)
    matrix = scipy.sparse.coo_array((code, (source, target)), shape=(sources, targets)).tocsr()
    matrix.data = np.clip(matrix.data, -63, 63)
    return matrix


def through() -> tuple[nmx.Model, nmx.Model]:
    """Return the models of converter and synapse."""
    return nmx.model("dac_synapse"), nmx.model("dpi_synapse")


def large(step: float, repeats: int, codes: int) -> dict[str, float]:
    """Run the large case, and return its figures."""
    start = time.perf_counter()
    chip = nmx.Chip(seed=1, fabric=nmx.Fabric(policy="stall"))
    chip.add("array", nmx.Array(nmx.model("lif_neuron"), LARGE, current=CURRENT))
    weights = synapses(LARGE, LARGE, FAN_IN, largest=codes, inhibitory=INHIBITED)
    chip.connect(
        "array", "array", weights=weights, through=through(), setup=SETUP, pulse_width=WIDTH
    )
    nmx.run(chip, {}, duration=2 * step, dt=step)
    build = time.perf_counter() - start
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        recording = nmx.run(chip, {}, duration=DURATION, dt=step)
        seconds.append(time.perf_counter() - start)
    rate = recording.counts("array").mean() / DURATION
    die = array_die(chip, "array")
    words = die.codes.nbytes
    paths = recording.links["array"].paths
    assert paths is not None
    return {
        "neurons": LARGE,
        "step_s": step,
        "seconds": statistics.median(seconds),
        "build_and_warm_up_s": build,
        "mean_interval_s": 1.0 / rate,
        "spikes": float(recording.counts("array").sum()),
        "synaptic_events": float(recording.counts("array").sum()) * FAN_IN,
        "dropped": float(recording.dropped),
        "load_of_the_busiest_path": paths.load,
        "words_waiting_at_the_end": paths.waiting / paths.words,
        "mean_wait_for_a_path_s": paths.wait.mean,
        "longest_wait_for_a_path_s": paths.longest_wait,
        "bytes_per_neuron": (die.blocks.start.nbytes + die.blocks.prepared.nbytes) / LARGE,
        "bytes_per_synapse": words / (LARGE * FAN_IN),
        "cores": float(os.cpu_count() or 1),
    }


def seconds_of(
    neurons: int = NEURONS,
    fan_in: int = SMALL_FAN_IN,
    rate: float = RATE,
    dies: int = 1,
    threads: int = 1,
) -> float:
    """Return the median seconds of a feed-forward run."""
    chip = nmx.Chip(seed=2)
    chip.add("source", nmx.SpikeSource(neurons))
    chip.add("array", nmx.Array(nmx.model("lif_neuron"), neurons))
    chip.connect(
        "source", "array", weights=synapses(neurons, neurons, fan_in), through=through(),
        setup=SETUP, pulse_width=WIDTH,
    )  # fmt: skip
    events = nmx.poisson_code(np.full(neurons, 255), SPAN, rate, seed=1)
    chips = [chip.with_seed(seed) for seed in range(dies)]
    nmx.run(chips[0], {"source": events}, duration=2 * WIDE_STEP, dt=WIDE_STEP, threads=threads)
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for one in chips:
            nmx.run(one, {"source": events}, duration=SPAN, dt=WIDE_STEP, threads=threads)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def loop(neurons: int) -> Loop:
    """Measure a recurrent network, and the same array with its spikes from outside."""
    weights = synapses(neurons, neurons, LOOP_FAN_IN, largest=WEAK, inhibitory=INHIBITED)

    def network(looped: bool) -> nmx.Chip:
        chip = nmx.Chip(seed=3)
        chip.add("array", nmx.Array(nmx.model("lif_neuron"), neurons, current=CURRENT))
        if not looped:
            chip.add("spikes", nmx.SpikeSource(neurons))
        chip.connect(
            "array" if looped else "spikes", "array", weights=weights, through=through(),
            setup=SETUP, pulse_width=WIDTH,
        )  # fmt: skip
        return chip

    spikes = nmx.run(network(True), {}, duration=LOOP_SPAN, dt=LOOP_STEP).events["array"]
    costs = []
    for looped in (True, False):
        chip, inputs = network(looped), {} if looped else {"spikes": spikes}
        nmx.run(chip, inputs, duration=2 * LOOP_STEP, dt=LOOP_STEP, threads=1)
        seconds = []
        for _ in range(REPEATS):
            start = time.thread_time()
            nmx.run(chip, inputs, duration=LOOP_SPAN, dt=LOOP_STEP, threads=1)
            seconds.append(time.thread_time() - start)
        costs.append(statistics.median(seconds) / (neurons * LOOP_SPAN))
    recurrent, unrolled = costs
    return Loop(neurons, recurrent, unrolled, len(spikes))


def curve(name: str, values: Sequence[float], cost: Callable[[float], float]) -> Curve:
    """Measure a curve."""
    return Curve(name, tuple(values), tuple(cost(value) for value in values))


def curves() -> list[Curve]:
    """Measure all curves."""
    return [
        curve("neurons", (200, 640, 2_000, 6_400, 20_000), lambda n: seconds_of(neurons=int(n))),
        curve("synapses of a neuron", (2, 6, 20, 64, 200), lambda f: seconds_of(fan_in=int(f))),
        curve("events of a source, Hz", (20, 64, 200, 640, 2_000), lambda r: seconds_of(rate=r)),
        curve("dies", (1, 3, 10, 30, 100), lambda d: seconds_of(neurons=64, dies=int(d))),
    ]


def main() -> None:
    """Measure what is asked for, print it, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--large", action="store_true", help="only the large case")
    parser.add_argument("--curves", action="store_true", help="only the curves")
    parser.add_argument("--loops", action="store_true", help="only the loops")
    parser.add_argument("--codes", type=int, default=WEAK, help="of the large case, below this")
    parser.add_argument("--step", type=float, default=STEP, help="of the large case, s")
    parser.add_argument("--page", type=Path, help="write the page of docs/ there")
    given = parser.parse_args()
    figures: dict[str, object] = {}
    measured: list[Curve] = []
    everything = not (given.large or given.curves or given.loops)
    if given.large or everything:
        whole = large(given.step, REPEATS, given.codes)
        half = large(given.step / 2, 1, given.codes)
        change = half["mean_interval_s"] / whole["mean_interval_s"] - 1.0
        figures["large"] = whole | {"rate_change_at_half_step": change}
    if given.loops or everything:
        figures["loops"] = [asdict(loop(neurons)) for neurons in LOOPS]
    if given.curves or everything:
        measured = curves()
        figures["curves"] = [
            {
                "quantity": item.quantity,
                "values": item.values,
                "seconds": item.seconds,
                "offset_s": item.line()[0],
                "slope_s": item.line()[1],
                "largest_deviation": item.line()[2],
            }
            for item in measured
        ]
        one, two = (seconds_of(neurons=4_000, threads=k) for k in (1, 2))
        figures["speedup_2_threads"] = one / two
    if given.page:
        given.page.write_text(page(figures), encoding="utf-8")
    if given.json:
        print(json.dumps(figures))
        return
    print(page(figures))


def page(figures: dict[str, object]) -> str:
    """Return the figures as the page ``docs/performance.md``."""
    lines = [
        "# What arrays cost",
        "",
        "Written by `python benchmarks/scaling.py --page docs/performance.md`; wall-clock seconds",
        "on the machine that ran it, of which only ratios carry over to others.",
        "",
    ]
    if isinstance(large_case := figures.get("large"), dict):
        lines += ["## Twenty thousand characterized neurons", "", "| figure | value |", "|---|---|"]
        lines += [
            f"| {name.replace('_', ' ')} | {value:.4g} |" for name, value in large_case.items()
        ]
        lines += ["", LARGER_CODES, ""]
    if isinstance(loops := figures.get("loops"), list):
        lines += [
            "## Recurrent networks",
            "",
            "Milliseconds of one thread (processor time) per neuron and second, in steps of "
            f"{LOOP_STEP * 1e6:g} µs,",
            f"{LOOP_FAN_IN} synapses a neuron: with the loop, which is advanced in windows, and",
            "given the same spikes from outside.",
            "",
            "| neurons | spikes in a window | loop | without | ratio |",
            "|---|---|---|---|---|",
            *(
                f"| {item['neurons']} | {item['spikes'] * LOOP_STEP / LOOP_SPAN:.2g} | "
                f"{1e3 * item['recurrent']:.3g} | {1e3 * item['unrolled']:.3g} | "
                f"{item['recurrent'] / item['unrolled']:.1f} |"
                for item in loops
            ),
            "",
        ]
    for item in figures.get("curves", []):  # type: ignore[attr-defined]
        lines += [
            f"## Seconds over {item['quantity']}",
            "",
            f"Best line: {item['offset_s']:.3g} s + {item['slope_s']:.3g} s each; the points are "
            f"off by {100 * item['largest_deviation']:.0f} % at most.",
            "",
            f"| {item['quantity']} | seconds |",
            "|---|---|",
            *(
                f"| {value:g} | {seconds:.3g} |"
                for value, seconds in zip(item["values"], item["seconds"], strict=True)
            ),
            "",
        ]
    if "speedup_2_threads" in figures:
        lines.append(f"Two threads over one, 4 000 neurons: {figures['speedup_2_threads']:.2f}.")
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    main()
