"""The job around all forms: what it will take, and how far it is."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np
import pytest

import neuromix as nmx
from neuromix.array.analog_memory import AnalogMemory
from neuromix.array.products.estimating import spiking_seconds
from neuromix.array.products.holding import hold_limit
from neuromix.array.products.job import FORMS, ProductCells, multiply, need
from neuromix.array.products.layers import BorderCells, two_layers
from neuromix.array.products.operands import Operands
from neuromix.array.products.spiking import SpikingDrive, spiking_product

PEAK = """
import pathlib, warnings
from neuromix.array.products.job import ProductCells, multiply
warnings.simplefilter("ignore")
multiply({size}, ProductCells.load(), forms={forms}, seed=1, calibrated=False)
# getrusage would count what the process that started this one had.
lines = pathlib.Path("/proc/self/status").read_text().splitlines()
print(1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1]))
"""


@pytest.fixture(scope="module")
def cells():
    return ProductCells.load()


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize(("size", "forms"), [(32, FORMS), (1024, ("spiking",))])
def test_memory_that_is_said_covers_what_is_taken(cells, size, forms, tmp_path):
    """With nothing compiled yet: the compiler takes 120 MB."""
    words = [sys.executable, "-c", PEAK.format(size=size, forms=forms)]
    nothing = {**os.environ, "NEUROMIX_CACHE": str(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=nothing)
    taken = float(done.stdout)
    assert taken < need(size, cells, forms).total < 1.6 * taken


def test_time_is_estimated_from_a_piece(cells):
    operands = Operands.draw(256, 1)
    for calibrated in (False, True):
        options = {"calibrated": calibrated, "threads": 1}
        said = spiking_seconds(operands, cells.spiking, SpikingDrive(), **options)
        start = time.perf_counter()
        spiking_product(operands, cells.spiking, **options)
        # Others may use the machine meanwhile; without a calibration there is a tenth of the work.
        assert 0.2 < said / (time.perf_counter() - start) < 5.0


def test_the_time_is_announced_before_anything_is_done(cells):
    said, told = [], []

    def announce(seconds):
        assert not told
        said.append(seconds)

    def progress(done, total, what):
        assert (said, total) == (said[:1], 100)
        told.append((what, done))

    multiply(24, cells, forms=FORMS, threads=1, progress=progress, announce=announce)
    (seconds,) = said
    assert 0.0 < seconds < 60.0
    names = list(dict.fromkeys(name for name, _ in told))
    assert names[:4] == ["analog", "spiking, as built", "spiking, calibrating", "spiking, trimmed"]
    assert names[-1] == "spiking, vector 8 of 8"
    for form in ("analog", "spiking"):
        done = [d for name, d in told if name.startswith(form)]
        assert done == sorted(done)
        assert done[-1] == 100
    said.clear()
    multiply(8, cells, forms=("digital",), announce=announce)
    assert not said


def test_other_jobs_say_how_far_they_are_too(cells):
    told = []

    def progress(*now):
        told.append(now)

    borders = BorderCells(nmx.model("comparator"), nmx.model("dac_synapse"))
    two_layers(8, cells.multiplier, borders, bits=(6,), progress=progress)
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert told[-1] == (100, 100, "6 bit, calibrated")
    told.clear()
    memory = AnalogMemory(cells.memory, parked=0.0, temperature=358.15)
    hold_limit(Operands.draw(8, 1), cells.multiplier, memory, progress=progress)
    done, total, _ = told[-1]
    assert done + 1 == total
    assert np.all(np.diff([done for done, _, _ in told]) == 1)
