"""Stored outcomes: whole or absent."""

from __future__ import annotations

import dataclasses
import errno
import random

import numpy as np
import pytest

from neuromix.data import files
from neuromix.engine.job import Job, Outcome
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.engine.store import OutcomeStore
from neuromix.errors import BadValue, DiskFull
from neuromix.netlist.deck import Deck, Vector

KEY = "ab" + "0" * 62
WHOLE = Outcome(
    {"rate": 1853.4404479283276, "missing": float("nan"), "far": float("inf"), "low": -np.inf},
    {"spikes": np.array([1e-3, 2.1e-3, np.nan]), "none": np.empty(0)},
    {"v_mem": np.linspace(0.0, 1.8, 101)},
)
FAILED = Outcome(failure="NotConverged", reason=("gave up", "node x", "try this"))


def same(one: Outcome, other: Outcome) -> bool:
    np.testing.assert_equal(
        (dict(one.values), dict(one.arrays), dict(one.waves), one.failure, one.reason),
        (dict(other.values), dict(other.arrays), dict(other.waves), other.failure, other.reason),
    )
    return True


@pytest.mark.parametrize("outcome", [WHOLE, FAILED, Outcome()])
def test_round_trip(tmp_path, outcome):
    store = OutcomeStore(tmp_path / "a folder" / "é")
    store.put(KEY, outcome)
    found = store.get(KEY)
    assert found is not None
    assert same(found, outcome)


def test_a_key_that_was_never_put(tmp_path):
    assert OutcomeStore(tmp_path / "absent").get(KEY) is None


def test_a_later_outcome_replaces_an_earlier_one(tmp_path):
    store = OutcomeStore(tmp_path)
    store.put(KEY, FAILED)
    store.put(KEY, WHOLE)
    assert same(store.get(KEY), WHOLE)
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


def test_each_engine_has_its_own_outcomes(tmp_path):
    old, new = OutcomeStore(tmp_path, "ngspice-39"), OutcomeStore(tmp_path, "ngspice-45/ é")
    old.put(KEY, FAILED)
    assert new.get(KEY) is None
    assert OutcomeStore(tmp_path, "ngspice-3").get(KEY) is None
    new.put(KEY, WHOLE)
    assert same(old.get(KEY), FAILED)
    assert same(new.get(KEY), WHOLE)
    # Replay asks for no version; a store that was filled by hand comes first.
    anyone = OutcomeStore(tmp_path)
    assert same(anyone.get(KEY), WHOLE)
    anyone.put(KEY, Outcome())
    assert same(anyone.get(KEY), Outcome())


@pytest.fixture
def stored(tmp_path):
    store = OutcomeStore(tmp_path)
    store.put(KEY, WHOLE)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    return store, file, file.read_bytes()


def test_a_truncated_file_is_absent(stored):
    store, file, raw = stored
    for length in np.linspace(0, len(raw) - 1, 100).astype(int):
        file.write_bytes(raw[:length])
        assert store.get(KEY) is None, length


def test_a_flipped_byte_never_gives_another_outcome(stored):
    store, file, raw = stored
    chance = random.Random(1)
    for _ in range(100):
        at, bit = chance.randrange(len(raw)), 1 << chance.randrange(8)
        file.write_bytes(raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :])
        found = store.get(KEY)
        # A flip in the spelling of a field's name of the envelope loses it; nothing else may pass.
        assert found is None, at


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"null", b"[1]", b"\x80\x04N.", b'{"sha256":"","body":{}}', b"{" * 100_000]
)
def test_wrong_content_is_absent(stored, raw):
    store, file, _ = stored
    file.write_bytes(raw)
    assert store.get(KEY) is None


def test_an_outcome_under_the_key_of_another_is_absent(stored, tmp_path):
    store, _, raw = stored
    other = tmp_path / "cd" / f"{'1' * 62}.json"
    other.parent.mkdir()
    other.write_bytes(raw)
    assert store.get("cd" + "1" * 62) is None


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(DiskFull, match="no space left to write"):
        OutcomeStore(tmp_path).put(KEY, WHOLE)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(BadValue, match="cannot write"):
        OutcomeStore(tmp_path / "runs").put(KEY, WHOLE)


DECK = Deck("t", "r1 a 0 1k\n", "", "none", "op", (Vector("a", "a"),), "", 0.0)


def job(**changes):
    given = {"deck": DECK, "measures": (MeasureCall("v", "final", {"of": "a"}),)} | changes
    return Job(**given)


def test_keys_of_runs_are_stable():
    assert job().key(0) == job().key(0)
    ordered = MeasureCall("v", "peak", {"of": "a", "start": 1.0})
    other = MeasureCall("v", "peak", {"start": 1.0, "of": "a"})
    assert job(measures=(ordered,)).key(0) == job(measures=(other,)).key(0)
    assert job(timeout=1.0).key(0) == job().key(0)


def test_keys_of_runs_follow_what_is_run():
    alter = Alteration("m1", "delvto", 1e-3)
    keys = {
        job().key(0),
        job(keep=(0,)).key(0),
        job(measures=()).key(0),
        job(measures=(MeasureCall("v", "peak", {"of": "a"}),)).key(0),
        job(variations=((alter,),)).key(0),
        job(variations=((Alteration("m1", "delvto", 1.0000001e-3),),)).key(0),
        job(variations=((Alteration("m2", "delvto", 1e-3),),)).key(0),
    }
    assert len(keys) == 7


def test_the_key_of_a_draw_does_not_depend_on_its_position():
    draws = [(Alteration("m1", "delvto", value),) for value in (1e-3, 2e-3)]
    assert job(variations=tuple(draws)).key(1) == job(variations=tuple(draws[::-1])).key(0)


def test_keys_that_are_known_stay_with_their_variations():
    draws = tuple((Alteration("r1", "resistance", 1e3 + k),) for k in range(4))
    whole = job(variations=draws)
    keys = list(whole.keys(range(4)))
    part = whole.part([3, 1])
    assert list(part.keys(range(2))) == [keys[3], keys[1]]
    others = dataclasses.replace(whole, variations=draws[::-1])
    assert list(others.keys(range(4))) == keys[::-1]
    assert list(dataclasses.replace(part, variations=draws[:2]).keys(range(2))) == keys[:2]
