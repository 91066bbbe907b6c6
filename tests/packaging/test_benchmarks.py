"""What benchmarks do with arrays still works: a short run of each network that is compared."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    import benchmarks.graphs
    import benchmarks.ours

    yield benchmarks
    for name in [name for name in sys.modules if name.split(".")[0] == "benchmarks"]:
        del sys.modules[name]


@pytest.mark.parametrize(("name", "samples"), [("cuba", 1), ("feedforward", 3)])
def test_networks_run_and_are_sampled(benchmarks, name, samples):
    whole = benchmarks.graphs.WORKLOADS[name]()
    kept = (whole.event_sample < samples) & (whole.event_step < 400)
    work = replace(
        whole, steps=400, samples=samples, probe_every=100,
        event_sample=whole.event_sample[kept], event_step=whole.event_step[kept],
        event_line=whole.event_line[kept],
    )  # fmt: skip
    ours = benchmarks.ours.Ours.of(work)
    record, seconds = ours.run(1)
    assert len(record.neuron) > 100
    assert seconds > 0.0
    sampled = ours.membranes(1).membrane
    assert sampled.shape == (samples, 4, len(work.probed))
    assert np.ptp(sampled) > 1e-3
