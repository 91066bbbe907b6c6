"""The journal: whole records or none, whatever happens to the file."""

from __future__ import annotations

import errno
import os
import random

import numpy as np
import pytest

from neuromix.engine import journal as module
from neuromix.engine.job import Outcome
from neuromix.engine.journal import Journal
from neuromix.errors import BadValue, DiskFull

KEYS = [f"{k:064x}" for k in range(5)]
OUTCOMES = [
    Outcome({"rate": 1853.4404479283276, "missing": float("nan"), "far": float("inf")}),
    Outcome({}, {"spikes": np.array([1e-3, 2.1e-3, np.nan]), "none": np.empty(0)}),
    Outcome({"low": -np.inf}, {}, {"v_mem": np.linspace(0.0, 1.8, 11)}),
    Outcome(failure="NotConverged", reason=("gave up", "node x", "try this")),
    Outcome({"rate": 5e-324}),
]


def same(one, other):
    np.testing.assert_equal(vars(one), vars(other))
    return True


@pytest.fixture
def written(tmp_path):
    """Return a file of five records, and where each begins."""
    file = tmp_path / "a folder" / "journal"
    book, starts = Journal(file), []
    for key, outcome in zip(KEYS, OUTCOMES, strict=True):
        starts.append(file.stat().st_size)
        book.put(key, outcome)
    book.close()
    return file, starts


def known(file):
    book = Journal(file)
    try:
        return [book.get(key) for key in KEYS]
    finally:
        book.close()


def test_round_trip(written):
    file, _ = written
    assert all(same(a, b) for a, b in zip(known(file), OUTCOMES, strict=True))
    book = Journal(file)
    assert len(book) == 5
    assert book.get("f" * 64) is None
    book.close()


def test_a_later_record_replaces_an_earlier_one(written):
    file, _ = written
    book = Journal(file)
    book.put(KEYS[0], OUTCOMES[3])
    assert same(book.get(KEYS[0]), OUTCOMES[3])
    book.close()
    assert same(known(file)[0], OUTCOMES[3])


def test_what_was_cut_off_is_absent_and_the_next_record_is_whole(written):
    file, starts = written
    raw = file.read_bytes()
    for length in np.unique(np.linspace(0, len(raw) - 1, 100).astype(int)):
        file.write_bytes(raw[:length])
        book = Journal(file)
        whole = [k for k, (start, end) in enumerate(zip(starts, [*starts[1:], len(raw)],
                 strict=True)) if end <= length]  # fmt: skip
        assert len(book) == len(whole), length
        assert file.stat().st_size in {*starts, len(raw)}, "half a record is not left"
        book.put(KEYS[4], OUTCOMES[4])
        book.close()
        found = known(file)
        assert same(found[4], OUTCOMES[4])
        assert all(same(found[k], OUTCOMES[k]) for k in whole)


def test_a_flipped_bit_loses_one_record_and_changes_none(written):
    file, starts = written
    raw, chance = file.read_bytes(), random.Random(1)
    for _ in range(100):
        at, bit = chance.randrange(len(raw)), 1 << chance.randrange(8)
        file.write_bytes(raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :])
        found = known(file)
        hit = max(k for k, start in enumerate(starts) if start <= at)
        assert found[hit] is None, at
        assert all(same(found[k], OUTCOMES[k]) for k in range(5) if k != hit), at


@pytest.mark.parametrize(
    "raw", [b"", b"\x80\x04N.", b"{" * 1000, b"\x93run" * 100, os.urandom(999)]
)
def test_what_is_no_journal_holds_nothing(tmp_path, raw):
    file = tmp_path / "journal"
    file.write_bytes(raw)
    assert known(file) == [None] * 5


def test_a_full_disk_leaves_no_part_of_a_record(written, monkeypatch):
    file, _ = written
    size = file.stat().st_size
    book, write = Journal(file), os.pwrite

    def full(descriptor, raw, offset):
        if len(raw) > 60:
            return write(descriptor, raw[:20], offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "pwrite", full)
    with pytest.raises(DiskFull, match="no space left to write"):
        book.put("e" * 64, Outcome({"a": 1.0}))
    monkeypatch.undo()
    assert file.stat().st_size == size
    assert book.get("e" * 64) is None
    book.close()


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(BadValue, match="cannot write"):
        Journal(tmp_path / "runs" / "journal")
