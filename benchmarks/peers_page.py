"""The page that ``python benchmarks/array.py --page docs/peers.md`` writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

HEAD = """\
# Linear networks against other simulators

Written by `python benchmarks/array.py --page docs/peers.md` after `make bench-peers`: one pinned
core, processes in turn, medians of processor time; of seconds, only ratios carry over to another
machine. Build and warm-up (compilation) are apart on all sides. The same graphs, weights, delays,
inputs, refractory times and mismatch of every neuron's parameters and every synapse's weight on all
sides, membrane noise of the same power in each step; steps of 0.1 ms. The run fails where mean
rates differ by more than 2 %, coefficients of variation of inter-spike intervals by more than 5 %
or distributions of membranes by more than 0.05 standard deviations (Wasserstein distance).

* **cuba**: 4 000 neurons with exponential synapses, 2 % of all pairs connected (Vogels and Abbott
  2005; benchmark 2 of Brette et al. 2007).
* **brunel**: 12 500 neurons with delta synapses and 15.6 million of them (Brunel 2000).
* **feedforward**: 784-1000-10, dense, 100 samples of 100 ms at once.

Peers: Brian2 as C++ standalone, NEST, and for feedforward a LIF written by hand in torch and
compiled. `sums` is a version of a peer whose normal random numbers somebody replaced by hand with a
hash as simple as ours: noise is what a step of Brian2 or torch spends most of its time on. The
headline ratio is to the fastest peer as its users have it, without that.
"""


def page(figures: Mapping[str, float], peers: Mapping[str, Sequence[tuple[str, ...]]]) -> str:
    """Return the page of the figures that ``benchmarks/networks.py`` prints."""
    names = [name for name in peers if f"seconds_{name}" in figures]
    rows = [
        ("seconds", "s", "seconds"),
        ("synaptic_events_per_s", "synaptic events per second", "rate"),
        ("build_s", "build, s", "seconds"),
        ("warm_up_s", "warm-up, s", "seconds"),
        ("ratio", "**ratio to the fastest peer**", "ratio"),
        ("rate_off", "largest difference of mean rates", "part"),
        ("cv_off", "largest difference of mean CV of intervals", "part"),
        ("membrane_distance", "distance of membranes, standard deviations", "distance"),
    ]
    shapes = {"seconds": "{:.3g}", "rate": "{:.2e}", "ratio": "**{:.1f}**", "part": "{:.2%}",
              "distance": "{:.3f}"}  # fmt: skip
    lines = [HEAD, "| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for key, title, kind in rows:
        cells = [shapes[kind].format(figures[f"{key}_{name}"]) for name in names]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    for peer in sorted({" ".join(words) for every in peers.values() for words in every}):
        key = peer.replace(" --noise ", "_")
        cells = [
            f"{figures[found]:.1f}" if (found := f"ratio_{name}_to_{key}") in figures else "–"
            for name in names
        ]
        lines.append(f"| ratio to {peer.replace('--noise ', '')} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
