"""The transistors of generic180 against what device physics says of any MOS transistor."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix import library, pdk
from neuromix.engine.job import Job
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.deck import Deck, Vector
from neuromix.units import ELEMENTARY_CHARGE, celsius, kelvin, thermal_voltage

pytestmark = pytest.mark.ngspice

CORNERS = ("tt", "ff", "ss", "fs", "sf")
ROOM = 300.15
TEMPERATURES = tuple(map(kelvin, (-40.0, 0.0, 27.0, 85.0, 125.0)))
SIGN = {"nfet": 1, "pfet": -1}
OXIDE = 3.9 * 8.854e-12 / 4.1e-9  # F/m², of 4.1 nm
SETTINGS = "gmin=1e-18 abstol=1e-18 vntol=1e-7 reltol=1e-6 chgtol=1e-18 trtol=1"


@pytest.fixture(scope="module")
def engine():
    with NgspiceEngine(workers=1) as running:
        yield running


def run(engine, circuit, command, vectors, axis="", stop=0.0, corner="tt", temperature=ROOM):
    """Return the waves of one run; ``circuit`` instantiates nfet and pfet of 0.22 µm to 100 µm."""
    technology = library.technology("generic180")
    cards = pdk.device_cards(technology, corner, [(name, 1e-6, 1e-6) for name in SIGN])
    options = f".options {SETTINGS} temp={celsius(temperature)!r} noacct\n"
    wanted = tuple(Vector(name, source) for name, source in vectors.items())
    deck = Deck("physics", options + circuit, cards, "generic180", command, wanted, axis, stop)
    ((outcome,),) = engine.run([Job(deck, keep=(0,))])
    assert outcome.failure == "", outcome.reason
    return outcome.waves


def transfer(engine, device="nfet", size=(1e-6, 1e-6), drain=0.9, **condition):
    """Return gate voltage and drain current, both positive, from −0.2 V to 1.8 V in 10 mV."""
    sign = SIGN[device]
    circuit = (
        f"vg g 0 0\nvd d 0 {sign * drain}\nxfet d g 0 0 {device} w={size[0]!r} l={size[1]!r}\n"
    )
    command = f"dc vg {-0.2 * sign} {1.8 * sign} {0.01 * sign}"
    waves = run(engine, circuit, command, {"g": "g", "i": "vd#branch"}, **condition)
    return sign * waves["g"], -sign * waves["i"]


def weak_inversion(current):
    """Return where a square has left the leakage behind and strong inversion (0.1 µA) far ahead."""
    return (current > 2e-12) & (current < 3e-11)


def slope_factor(gate, current, temperature):
    """Return n of I ~ exp(V/(n U)) at every gate voltage."""
    return 1.0 / (thermal_voltage(temperature) * np.gradient(np.log(current), gate))


@pytest.mark.parametrize("device", SIGN)
@pytest.mark.parametrize("corner", CORNERS)
def test_weak_inversion_is_an_exponential_of_n_times_kt_over_q(engine, device, corner):
    """Swanson and Meindl 1972: I ~ exp(V/(n U)), whatever I and T; n is about 1 + C_dep/C_ox."""
    factors = []
    for temperature in TEMPERATURES[:3]:
        gate, current = transfer(engine, device, corner=corner, temperature=temperature)
        found = slope_factor(gate, current, temperature)[weak_inversion(current)]
        assert len(found) >= 5
        np.testing.assert_allclose(found, found.mean(), rtol=0.01)
        factors.append(found.mean())
    np.testing.assert_allclose(factors, factors[0], rtol=0.01)
    assert 1.25 < factors[0] < 1.4


@pytest.mark.parametrize("device", SIGN)
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_gm_over_id_stays_under_the_bipolar_limit(engine, device, temperature):
    """gm/I ≤ q/kT at any bias; the best of it, q/nkT, falls to 2/(V − V_t) in strong inversion."""
    gate, current = transfer(engine, device, temperature=temperature)
    relative = thermal_voltage(temperature) * np.gradient(np.log(current), gate)
    above = current > 1e-12
    assert np.all(relative[above] < 0.85)
    assert relative.max() > 0.7
    strong = gate > 1.2
    assert np.all(relative[strong] < thermal_voltage(temperature) * 2.0 / (gate[strong] - 0.7))
    after = relative[np.argmax(relative) :]
    assert np.all(np.diff(after) < 1e-4), "it falls from there, without a bump"


@pytest.mark.parametrize("device", SIGN)
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_twelve_decades_without_a_step(engine, device, temperature):
    gate, current = transfer(engine, device, temperature=temperature)
    slope = np.diff(np.log(current)) / np.diff(gate)
    assert np.all(slope > 0.0)
    # From one 10 mV step to the next, less than a tenth of the steepest slope.
    steps = np.abs(np.diff(slope[current[:-1] > 1e-15]))
    assert steps.max() < 0.1 * slope.max()
    if temperature < ROOM:
        assert np.log10(current[-1] / current[0]) > 12.0


@pytest.mark.parametrize("device", SIGN)
def test_threshold_falls_a_millivolt_a_kelvin(engine, device):
    """The gate voltage of one current, 0.1 µA (nFET) or 25 nA (pFET) in a square."""
    found = []
    reached = np.log({"nfet": 1e-7, "pfet": 2.5e-8}[device])
    for temperature in TEMPERATURES:
        gate, current = transfer(engine, device, (10e-6, 10e-6), temperature=temperature)
        found.append(np.interp(reached, np.log(current), gate))
    slope = np.diff(found) / np.diff(TEMPERATURES)
    np.testing.assert_allclose(slope, -1e-3, rtol=0.15)


@pytest.mark.parametrize("device", SIGN)
def test_mobility_falls_with_temperature_to_the_power_of_three_halves(engine, device):
    """Transconductance in the linear region, 0.5 V above threshold at every temperature.

    Phonons give the exponent of −1.5 (Sze); what the surface scatters depends less on temperature.
    """
    found = []
    for temperature in TEMPERATURES:
        gate, current = transfer(
            engine, device, (10e-6, 10e-6), drain=0.02, temperature=temperature
        )
        shift = 1e-3 * (temperature - ROOM)
        found.append(np.interp(1.0 - shift, gate, np.gradient(current, gate)))
    exponent = np.polyfit(np.log(TEMPERATURES), np.log(found), 1)[0]
    assert -1.55 < exponent < -1.2


@pytest.mark.parametrize("device", SIGN)
def test_off_current_is_the_exponential_s_and_the_junction_s(engine, device):
    """1 µm/1 µm at 27 °C: tenths of a picoampere; at −0.2 V only a junction of 0.5 µm² is left."""
    gate, current = transfer(engine, device)
    assert 1e-14 < np.interp(0.0, gate, current) < 5e-13
    assert current[0] < 2e-15


@pytest.mark.parametrize("device", SIGN)
@pytest.mark.parametrize("length", [1e-6, 2e-6, 4e-6, 8e-6])
def test_early_voltage_grows_with_length(engine, device, length):
    """10 V and more at 1 µm, and longer is better: what a mirror of picoamperes needs."""
    sign = SIGN[device]
    circuit = f"vg g 0 {0.35 * sign}\nvd d 0 0\nxfet d g 0 0 {device} w=1e-6 l={length!r}\n"
    command = f"dc vd {0.3 * sign} {1.8 * sign} {0.05 * sign}"
    waves = run(engine, circuit, command, {"d": "d", "i": "vd#branch"})
    drain, current = sign * waves["d"], -sign * waves["i"]
    early = current / np.gradient(current, drain)
    assert np.all(early > 0.0)
    at = float(np.interp(0.9, drain, early))
    assert at > 10.0 * (length / 1e-6) ** 0.4
    assert at < 60.0


def test_gate_capacitance_is_the_oxide_s(engine):
    """A ramp of the gate of 10 µm × 10 µm, drain and source grounded: C = i/(dV/dt)."""
    rate = 2.0 / 1e-3
    circuit = "vg g 0 pwl(0 -0.2 1m 1.8)\nxfet 0 g 0 0 nfet w=10u l=10u\n"
    waves = run(
        *(engine, circuit, "tran 1u 1m 0 1u", {"time": "time", "g": "g", "i": "vg#branch"}),
        axis="time",
        stop=1e-3,
    )
    gate, capacitance = waves["g"], -waves["i"] / rate
    inside = (gate > -0.15) & (gate < 1.75)
    gate, capacitance = gate[inside], capacitance[inside]
    whole = OXIDE * 10e-6 * 9.98e-6
    assert 0.9 * whole < capacitance[-1] < 1.02 * whole
    assert 0.1 * whole < capacitance.min() < 0.5 * whole
    # The centroid of the charge stands a few tenths of a nanometre inside of the silicon, hence up
    # to a tenth less; and no step anywhere.
    even = np.interp(np.arange(-0.1, 1.7, 0.01), gate, capacitance)
    assert np.abs(np.diff(even)).max() < 0.1 * whole


@pytest.mark.parametrize("device", SIGN)
def test_white_noise_of_weak_inversion(engine, device):
    """2 q I is what physics gives (Sarpeshkar 1993); BSIM4's charge-based noise is 1.5 times it."""
    frequency, density, current = noise(engine, device)
    white = density[-1] / (2.0 * ELEMENTARY_CHARGE * current)
    assert 1.0 < white < 2.0
    assert frequency[-1] > 1e8


@pytest.mark.parametrize("device", SIGN)
def test_flicker_noise_is_that_of_trapped_charge(engine, device):
    """McWhorter 1957: at the gate K/(C_ox W L f), whatever the current; K about 1e-25 V²F."""
    found = []
    for gate, side in ((0.3, 1e-6), (0.4, 1e-6), (0.4, 2e-6)):
        frequency, density, current = noise(engine, device, gate, side)
        flicker = density - density[-1]
        low = frequency < 0.1
        np.testing.assert_allclose((flicker * frequency)[low], flicker[0] * frequency[0], rtol=0.02)
        transconductance = current / (1.31 * thermal_voltage(ROOM))
        at_gate = flicker[0] * frequency[0] / transconductance**2
        found.append(at_gate * OXIDE * side**2)
    np.testing.assert_allclose(found, found[0], rtol=0.25)
    assert 1e-26 < found[0] < 3e-25


def noise(engine, device, gate=0.3, side=1e-6):
    """Return frequency (Hz), density of the drain current (A²/Hz) and the drain current (A)."""
    sign, gain = SIGN[device], 1e9
    circuit = (
        f"vg g 0 dc {gate * sign} ac 1\nvd d 0 {0.9 * sign}\n"
        f"xfet d g 0 0 {device} w={side!r} l={side!r}\nh1 out 0 vd {gain!r}\nr1 out 0 1\n"
    )
    current = -sign * float(run(engine, circuit, "op", {"i": "vd#branch"})["i"][0])
    vectors = {"frequency": "frequency", "noise": "onoise_spectrum"}
    command = "noise v(out) vg dec 2 0.01 1g"
    waves = run(engine, circuit, command, vectors, axis="frequency", stop=1e9)
    return waves["frequency"], (waves["noise"] / gain) ** 2, abs(current)
