"""Machine code that is kept: found again, never mistaken, never trusted when damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numba import njit, types

from neuromix.compiling import kept
from neuromix.compiling.fingerprint import Unknown, fingerprint, signature_text
from neuromix.compiling.folder import ENTRIES, SUFFIX, read_entry, write_entry

PROGRAM = """
import sys
import numpy as np
from numba import njit
from neuromix.compiling import kept

def kernel(inner, factor):
    @njit
    def scaled(x):
        return factor * inner(x)
    @kept(nogil=True)
    def summed(values):
        found = 0.0
        for k in range(len(values)):
            found += scaled(values[k])
        return found
    return summed

@njit
def square(x):
    return x * x

@njit
def cube(x):
    return x * x * x

values = np.arange(4.0)
for name in sys.argv[1:]:
    inner = {"square": square, "cube": cube}[name]
    summed = kernel(inner, 2.0)
    result = summed(values)
    (hits,) = [*summed.stats.cache_hits.values()] or [0]
    print(name, result, "found" if hits else "compiled")
"""


def answers(folder: Path, *names: str, **environment: str) -> list[str]:
    """Run the program in a process of its own; return its lines."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names],
        env={**os.environ, "NEUROMIX_CACHE": str(folder), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_second_process_finds_what_the_first_compiled(tmp_path):
    assert answers(tmp_path, "square") == ["square 28.0 compiled"]
    assert answers(tmp_path, "square") == ["square 28.0 found"]


def test_code_of_two_processes_is_not_taken_for_each_other(tmp_path):
    """Both count the functions that they compile from the same number, and name them alike."""
    answers(tmp_path, "square")
    answers(tmp_path, "cube")
    assert answers(tmp_path, "square", "cube") == ["square 28.0 found", "cube 72.0 found"]


def test_damaged_code_is_compiled_anew(tmp_path):
    answers(tmp_path, "square")
    (file,) = tmp_path.rglob(f"*{SUFFIX}")
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole[:100] + b"x" + whole[101:], b""):
        file.write_bytes(damaged)
        assert answers(tmp_path, "square") == ["square 28.0 compiled"]
    assert file.read_bytes() != damaged


def test_code_that_others_could_have_written_is_not_read(tmp_path):
    answers(tmp_path, "square")
    (tmp_path / "kernels").chmod(0o777)
    assert answers(tmp_path, "square") == ["square 28.0 compiled"]


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    assert answers(tmp_path / "file" / "below", "square") == ["square 28.0 compiled"]


def test_settings_of_the_compiler_are_told_apart(tmp_path):
    answers(tmp_path, "square")
    assert answers(tmp_path, "square", NUMBA_OPT="1") == ["square 28.0 compiled"]


def test_the_oldest_entries_make_room(tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROMIX_CACHE", str(tmp_path))
    for k in range(ENTRIES + 3):
        write_entry(f"{k:04}", b"code")
        os.utime(tmp_path / "kernels" / f"{k:04}{SUFFIX}", (k, k))
    write_entry("last", b"code")
    assert read_entry("last") == b"code"
    assert read_entry("0000") is None
    assert len(list(tmp_path.rglob(f"*{SUFFIX}"))) == ENTRIES


FACTOR = 2.0
TABLE = np.arange(3.0)


def made(inner_constant: float = 1.0, table: np.ndarray = TABLE, option: bool = False):
    """Return a kernel whose parts are given."""

    @njit
    def innermost(x):
        return x + inner_constant

    @njit(fastmath=option)
    def inner(x):
        return FACTOR * innermost(x) + table[0]

    @njit
    def outer(x):
        return inner(x)

    return outer


def test_all_that_is_compiled_counts(monkeypatch):
    same = fingerprint(made())
    assert fingerprint(made()) == same
    assert fingerprint(made(inner_constant=1.5)) != same
    assert fingerprint(made(table=np.arange(3.0) + 1.0)) != same
    assert fingerprint(made(table=np.arange(3))) != same
    assert fingerprint(made(option=True)) != same
    monkeypatch.setitem(globals(), "FACTOR", 3.0)
    assert fingerprint(made()) != same


def test_fields_of_records_count():
    def of(kind):
        @njit
        def function(n):
            return np.empty(n, kind)

        return fingerprint(function)

    one, other = (np.dtype([(name, np.int64)]) for name in ("a", "b"))
    assert of(one) == of(np.dtype([("a", np.int64)]))
    assert of(one) != of(other)


def test_what_cannot_be_described_is_not_kept():
    thing = object()

    @njit
    def function(x):
        return x if thing else 0

    with pytest.raises(Unknown):
        fingerprint(function)


def test_a_kept_function_inside_of_another_is_refused():
    """It would be called, where what is compiled together is inlined: fast once, slow later."""

    @kept()
    def inner(x):
        return x

    @kept()
    def outer(x):
        return inner(x)

    with pytest.raises(TypeError, match="is kept"):
        outer(1.0)


def test_fields_of_named_tuples_count():
    class One(NamedTuple):
        a: int
        b: int

    class Other(NamedTuple):
        b: int
        a: int

    Other.__name__ = "One"
    one, other = (types.NamedTuple([types.int64] * 2, kind) for kind in (One, Other))
    assert signature_text([one]) != signature_text([other])
    assert signature_text([types.Tuple([one])]) != signature_text([types.Tuple([other])])
