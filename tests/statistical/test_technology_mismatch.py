"""The self-test of a technology's mismatch: two equal transistors differ, as much as its law says.

Process design kits have lost their mismatch without a word before. Each interval is that of the
variance of normal numbers, two-sided, with a false alarm of 1e-6: 1e-5 for the whole file.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from neuromix import library, pdk
from neuromix.characterization.draws import mismatch_draws
from neuromix.engine.job import Job
from neuromix.engine.messages import MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.deck import Deck, Transistor, Vector

pytestmark = pytest.mark.ngspice

FALSE_ALARM = 1e-6
SAMPLES = 1000
CURRENT = 2e-10
SMALL, LARGE = (1e-6, 2e-6), (4e-6, 8e-6)


@pytest.fixture(scope="module")
def engine():
    with NgspiceEngine(workers=1) as running:
        yield running


def pair(technology, device, size):
    """Return a deck: two equal diodes, each fed with one current, in weak inversion."""
    sign = 1 if device == "nfet" else -1
    width, length = size
    circuit = ".options gmin=1e-18 abstol=1e-18 vntol=1e-9 reltol=1e-6\n" + "".join(
        f"i{k} 0 d{k} {sign * CURRENT * width / length!r}\n"
        f"x{k} d{k} d{k} 0 0 {device} w={width!r} l={length!r}\n"
        for k in (1, 2)
    )
    cards = pdk.device_cards(technology, "tt", [(device, width, length)])
    transistors = tuple(Transistor(f"m.x{k}.m0", device, width, length) for k in (1, 2))
    wanted = tuple(Vector(f"v{k}", f"d{k}") for k in (1, 2))
    return Deck("pair", circuit, cards, technology.name, "op", wanted, "", 0.0, transistors)


def offsets(engine, technology, device, size):
    """Return the difference of both voltages of each drawn pair, V."""
    deck = pair(technology, device, size)
    draws = mismatch_draws(technology, deck.transistors, SAMPLES, 5, device)
    calls = tuple(MeasureCall(name, "final", {"of": name}) for name in ("v1", "v2"))
    (outcomes,) = engine.run([Job(deck, calls, draws)])
    assert not any(outcome.failure for outcome in outcomes)
    found = np.array([[outcome.values[name] for name in ("v1", "v2")] for outcome in outcomes])
    return found[:, 0] - found[:, 1]


def bounds():
    """Return the least and the largest ratio of a sample variance to the true one."""
    low, high = stats.chi2.interval(1.0 - FALSE_ALARM, SAMPLES - 1)
    return low / (SAMPLES - 1), high / (SAMPLES - 1)


@pytest.mark.parametrize("device", ["nfet", "pfet"])
@pytest.mark.parametrize("name", ["generic180", "gf180mcu"])
def test_equal_transistors_differ_by_the_law(engine, name, device):
    """In weak inversion V(I) moves by delvto and by n U per relative mobility: Pelgrom 1989."""
    technology = library.technology(name)
    law, spread = technology.device(device).mismatch, {}
    for size in (SMALL, LARGE):
        found = offsets(engine, technology, device, size)
        threshold, mobility = law.sigmas(*size)
        expected = math.sqrt(2.0) * math.hypot(threshold, slope_voltage(name) * mobility)
        low, high = bounds()
        assert low < found.var(ddof=1) / expected**2 < high
        assert abs(found.mean()) < 5.0 * expected / math.sqrt(SAMPLES)
        spread[size] = found.std(ddof=1)
    # A sixteenth of the area, four times the sigma, but for what the law's offsets add.
    ideal = law.sigmas(*SMALL)[0] / law.sigmas(*LARGE)[0]
    assert spread[SMALL] / spread[LARGE] == pytest.approx(ideal, rel=0.12)
    if name == "generic180":
        assert ideal == pytest.approx(4.0)


def slope_voltage(name):
    """Return about n U at 27 °C, V; mobility makes a hundredth of the variance."""
    return {"generic180": 0.034, "gf180mcu": 0.036}[name]


def test_without_draws_there_is_no_difference(engine):
    deck = pair(library.technology("generic180"), "nfet", SMALL)
    calls = tuple(MeasureCall(name, "final", {"of": name}) for name in ("v1", "v2"))
    ((outcome,),) = engine.run([Job(deck, calls)])
    assert outcome.values["v1"] == pytest.approx(outcome.values["v2"], abs=1e-9)
    assert 0.2 < outcome.values["v1"] < 0.4
