"""Whether a simulator runs the very dynamics of :mod:`benchmarks.graphs`.

Without noise, the spikes of any two simulators that do are the same, one by one, until rounding has
grown: in double precision that takes longer than is compared here; in single precision, a few
spikes of a thousand are a step early or late.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.reference import Record, run
from benchmarks.workload import Workload

STEPS, SAMPLES = 1000, 3
"""How much is compared, at most."""


def silent(work: Workload) -> Workload:
    """Return the beginning of a workload, without noise."""
    kept = work.event_sample < SAMPLES
    return replace(
        work,
        noise_step=np.zeros(work.n),
        steps=min(work.steps, STEPS),
        samples=min(work.samples, SAMPLES),
        event_sample=work.event_sample[kept],
        event_step=work.event_step[kept],
        event_line=work.event_line[kept],
    )


def differences(work: Workload, found: Record) -> dict[str, float]:
    """Compare what a simulator left of a silent workload with the reference.

    Returns
    -------
    dict
        ``spikes`` of the reference, ``spikes_differing``: those of one that the other does not
        have, and ``membrane_difference_max``, V.
    """
    expected = run(work, 0, noise=False)
    ours, theirs = (
        set(zip(x.sample.tolist(), x.step.tolist(), x.neuron.tolist(), strict=True))
        for x in (expected, found)
    )
    return {
        "spikes": len(ours),
        "spikes_differing": len(ours ^ theirs),
        "membrane_difference_max": float(np.abs(found.membrane - expected.membrane).max()),
    }
