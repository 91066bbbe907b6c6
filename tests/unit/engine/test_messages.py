"""Frames between parent and worker, and failures as errors."""

from __future__ import annotations

import io

import msgspec
import numpy as np
import pytest

from neuromix import errors
from neuromix.engine.contract import raised
from neuromix.engine.job import Outcome
from neuromix.engine.messages import (
    FRAME,
    Answer,
    Load,
    Request,
    Run,
    pack_array,
    unpack_array,
    write,
)


def test_frames():
    stream = io.BytesIO()
    messages = [Run((), ("a",)), Load("* t\n", "op", (), "", 0.0, ())]
    for message in messages:
        write(stream, message)
    stream.seek(0)
    decoder = msgspec.msgpack.Decoder(Request)
    for message in messages:
        (length,) = FRAME.unpack(stream.read(FRAME.size))
        assert decoder.decode(stream.read(length)) == message
    assert stream.read() == b""


def test_numbers_that_are_not_finite_survive():
    values = {"a": float("nan"), "b": float("inf")}
    found = msgspec.msgpack.decode(msgspec.msgpack.encode(Answer(values)), type=Answer)
    np.testing.assert_equal(found.values, values)


@pytest.mark.parametrize("array", [[], [0.1, np.nan, -np.inf, 5e-324]])
def test_arrays(array):
    found = unpack_array(pack_array(np.array(array)))
    np.testing.assert_array_equal(found, array)
    assert found.flags.writeable


def test_a_ragged_array_is_refused():
    with pytest.raises(ValueError, match="size"):
        unpack_array(b"1234567")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("NotConverged", errors.NotConverged),
        ("SingularCircuit", errors.SingularCircuit),
        ("TimedOut", errors.TimedOut),
        ("difflib", errors.EngineError),
        ("NeuromixError", errors.EngineError),
        ("__doc__", errors.EngineError),
        ("no such name", errors.EngineError),
    ],
)
def test_a_failure_becomes_its_error(name, kind):
    error = raised(Outcome(failure=name, reason=("it broke", "line 1", "mend it")), "cell on step")
    assert type(error) is kind
    assert error.summary == "cell on step: it broke"
    assert error.evidence == ("line 1",)
    assert error.cure == "mend it"


@pytest.mark.parametrize("reason", [(), ("only a summary", "")])
def test_a_failure_with_few_words(reason):
    assert str(raised(Outcome(failure="TimedOut", reason=reason), "t")).startswith("t: ")
