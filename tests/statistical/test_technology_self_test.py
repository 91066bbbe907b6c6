"""The self-test passes for every technology that is here, and fails for doctored ones.

It passes wrongly never, and fails wrongly with 8e-6 a technology, 3e-5 for this file, with seeds
that are fixed. What is doctored is wrong by far more than its bounds, so that missing it is out of
the question.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import neuromix as nmx
from neuromix import library, pdk
from neuromix.characterization.draws import mismatch_draws, process_draws, superposed
from neuromix.characterization.self_test.pairs import SMALL, pair, shifts, voltages
from neuromix.declare import MismatchLaw, Technology
from neuromix.engine.messages import Alteration
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue

pytestmark = pytest.mark.ngspice

GENERIC = library.technology("generic180")
FEW = 200


@pytest.fixture(scope="module")
def engine():
    with NgspiceEngine(workers=1) as running:
        yield running


def failed(technology=GENERIC, **doctored):
    found = nmx.check_technology(technology, samples=FEW, **doctored)
    assert found.ok == (not found.failed)
    return {check.name for check in found.failed}


def with_law(law):
    devices = tuple(dataclasses.replace(item, mismatch=law) for item in GENERIC.devices)
    return dataclasses.replace(GENERIC, devices=devices)


def per_device(technology, transistors, samples, seed, die):
    """Draw the process of a die again for each device, as a parameter of a netlist does."""
    rows = [
        process_draws(technology, (device,), samples, seed, f"{die} {device.path}")
        for device in transistors
    ]
    return superposed(*rows)


def of_one_area(technology, transistors, samples, seed, cell):
    equal = tuple(
        dataclasses.replace(item, width=SMALL[0], length=SMALL[1]) for item in transistors
    )
    return mismatch_draws(technology, equal, samples, seed, cell)


def switched_off(technology, transistors, samples, seed, cell):
    rows = mismatch_draws(technology, transistors, samples, seed, cell)
    return tuple(
        tuple(Alteration(a.device, a.parameter, float(a.parameter == "mulu0")) for a in row)
        for row in rows
    )


def without_a_seed(technology, transistors, samples, seed, cell):
    return mismatch_draws(technology, transistors, samples, 0, cell)


@pytest.mark.parametrize("name", library.names_of(Technology))
def test_technologies_pass(name):
    technology = library.technology(name)
    if not pdk.is_there(technology):
        pytest.skip(f"{name} is not installed: neuromix pdk install {name}")
    found = nmx.check_technology(name)
    assert found.ok, str(found)
    assert found.false_alarm < 1e-5
    names = {check.name for check in found.checks if check.device == "pfet"}
    assert names >= {"sigma of small devices", "sigma falls with area", "a die is shared"}


def test_a_law_without_mismatch_is_caught():
    found = failed(with_law(MismatchLaw(0.0, 0.0, 0.0, 0.0)))
    assert {"small devices vary", "large devices vary"} <= found


def test_mismatch_that_is_switched_off_is_caught():
    found = failed(mismatch=switched_off)
    assert {"small devices vary", "sigma of small devices", "other seeds differ"} <= found


def test_draws_independent_of_the_area_are_caught():
    assert failed(mismatch=of_one_area) == {"sigma of large devices", "sigma falls with area"}


def test_a_law_independent_of_the_area_is_caught():
    metre = MismatchLaw(3e-3, 0.0, length_offset=1.0, width_offset=1.0)
    assert failed(with_law(metre)) == {"sigma falls with area"}


def test_a_sigma_that_is_off_by_half_is_caught():
    law = GENERIC.devices[0].mismatch
    doctored = with_law(dataclasses.replace(law, threshold=1.5 * law.threshold))
    found = failed(doctored, mismatch=lambda _, *rest: mismatch_draws(GENERIC, *rest))
    assert found == {"sigma of small devices", "sigma of large devices"}


def test_process_draws_per_instance_are_caught():
    assert failed(process=per_device) == {"a die is shared"}


def test_draws_without_a_seed_are_caught():
    assert failed(mismatch=without_a_seed) == {"other seeds differ"}


def test_a_trimming_that_changes_the_models_is_caught(monkeypatch):
    true = pdk.device_cards
    monkeypatch.setattr(
        pdk, "device_cards", lambda *given: true(*given).replace("mulu0=1", "mulu0=1.001")
    )
    assert "trimmed cards are the whole set" in failed()


def test_a_technology_without_a_process_law_has_no_such_check():
    found = nmx.check_technology(dataclasses.replace(GENERIC, process=()), samples=FEW)
    assert found.ok
    assert not {check.name for check in found.checks} & {"a die is shared", "sigma of dies"}


def test_few_draws_are_refused():
    with pytest.raises(BadValue, match="shows nothing"):
        nmx.check_technology(GENERIC, samples=10)


@pytest.mark.parametrize("device", ["nfet", "pfet"])
def test_draws_are_added_to_the_shift_of_the_cards_and_not_to_each_other(engine, device):
    plain = pair(GENERIC, device, SMALL)
    deck = dataclasses.replace(
        plain, cards=plain.cards.replace("delvto=0 ", "delvto=0.02 "), models="shifted"
    )
    path = deck.transistors[0].path
    variations = [(Alteration(path, "delvto", shift),) for shift in (1e-3, -3e-3, 0.0)]
    assert shifts(engine, deck, variations) == pytest.approx(
        np.array([[0.021, 0.02], [0.017, 0.02], [0.02, 0.02]]), abs=1e-12
    )
    moved = voltages(engine, deck)[0, 0] - voltages(engine, plain)[0, 0]
    assert moved == pytest.approx(0.02, rel=0.05)
