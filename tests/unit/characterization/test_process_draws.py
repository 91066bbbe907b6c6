"""Draws of dies: shared by a type of device, independent of cell and of mismatch."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from neuromix import library
from neuromix.characterization.draws import mismatch_draws, process_draws, superposed
from neuromix.errors import BadValue
from neuromix.netlist.deck import Transistor

GENERIC = library.technology("generic180")
DEVICES = (
    Transistor("m.xcell.xa.m0", "nfet", 1e-6, 1e-6),
    Transistor("m.xcell.xb.m0", "nfet", 9e-6, 4e-6),
    Transistor("m.xcell.xc.m0", "pfet", 1e-6, 1e-6),
)


def values(rows):
    return np.array([[item.value for item in row] for row in rows]).reshape(len(rows), -1, 2)


def test_a_type_shares_its_die_and_types_do_not():
    found = values(process_draws(GENERIC, DEVICES, 300, 1, "die"))
    assert np.array_equal(found[:, 0], found[:, 1])
    for kind in (0, 1):
        # A correlation of 300 independent draws is beyond 0.3 with a probability below 1e-6.
        assert abs(np.corrcoef(found[:, 0, kind], found[:, 2, kind])[0, 1]) < 0.3
    assert found[:, 0, 0].std() == pytest.approx(40e-3 / 3, rel=0.25)
    assert found[:, 0, 1].mean() == pytest.approx(1.0, abs=0.01)


def test_draws_hang_on_die_and_seed_alone():
    whole = process_draws(GENERIC, DEVICES, 10, 1, "die")
    assert process_draws(GENERIC, DEVICES, 4, 1, "die") == whole[:4]
    assert process_draws(GENERIC, DEVICES[2:], 10, 1, "die") == tuple(row[4:] for row in whole)
    for other in ((2, "die"), (1, "another die")):
        assert not np.any(values(process_draws(GENERIC, DEVICES, 10, *other)) == values(whole))


def test_process_and_mismatch_together():
    process = process_draws(GENERIC, DEVICES, 20, 1)
    mismatch = mismatch_draws(GENERIC, DEVICES, 20, 1, "cell")
    both = superposed(process, mismatch)
    assert [[(a.device, a.parameter) for a in row] for row in both] == [
        [(a.device, a.parameter) for a in row] for row in mismatch
    ]
    found, one, other = values(both), values(process), values(mismatch)
    assert found[..., 0] == pytest.approx(one[..., 0] + other[..., 0])
    assert found[..., 1] == pytest.approx(one[..., 1] * other[..., 1])


def test_a_technology_without_a_law_is_refused():
    with pytest.raises(BadValue, match="declares no variation of its nfet"):
        process_draws(dataclasses.replace(GENERIC, process=()), DEVICES, 3, 1)
    assert superposed((), ()) == ()
