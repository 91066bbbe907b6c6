"""What parent and worker say to each other: msgpack, framed by length."""

from __future__ import annotations

import struct
from typing import BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

FRAME = struct.Struct("<Q")
LARGEST_FRAME = 2**32
FOLDER_PREFIX = "neuromix-worker-"
"""Of the name of a worker's own folder."""


SHIFTS = frozenset({"delvto"})
"""Parameters that an alteration moves from where the model cards have put them.

ngspice's ``alter`` is absolute, and a card may compute a shift of the threshold of its own, with
which a foundry makes its corners.
"""


class Alteration(msgspec.Struct, frozen=True, array_like=True):
    """Set one parameter of one device to a value; one of :data:`SHIFTS` moves by the value."""

    device: str
    parameter: str
    value: float


class MeasureCall(msgspec.Struct, frozen=True, array_like=True):
    """A measure with its arguments resolved to numbers and waveform names."""

    name: str
    kind: str
    arguments: dict[str, float | str]


class Vector(msgspec.Struct, frozen=True, array_like=True):
    """As in the deck."""

    name: str
    source: str
    sign: float
    part: str = ""


class Load(msgspec.Struct, frozen=True, tag=True):
    """Load a deck; answered by one :class:`Answer`."""

    lines: str
    command: str
    vectors: tuple[Vector, ...]
    axis: str
    stop: float
    measures: tuple[MeasureCall, ...]


class Run(msgspec.Struct, frozen=True, tag=True):
    """Alter, run, measure; answered by one :class:`Answer`."""

    alterations: tuple[Alteration, ...]
    keep: tuple[str, ...]


class Runs(msgspec.Struct, frozen=True, tag=True):
    """Several runs in one message, each answered by one :class:`Answer`, in order.

    Answers travel together where runs are short; ``at_once`` keeps each from waiting for the next.
    After an answer that is ``exhausted`` no more come.
    """

    runs: tuple[Run, ...]
    at_once: bool = False


class Probe(msgspec.Struct, frozen=True, tag=True):
    """Tell what library this is."""


class Answer(msgspec.Struct):
    """Numbers, or what went wrong."""

    values: dict[str, float] = {}
    arrays: dict[str, bytes] = {}
    texts: dict[str, str] = {}
    error: str = ""
    summary: str = ""
    evidence: tuple[str, ...] = ()
    cure: str = ""
    log: tuple[str, ...] = ()
    """Of a run that failed: the last lines; its waveforms, as far as they went, are in arrays."""
    exhausted: bool = False
    """Whether the worker should be replaced before the next run."""


Request = Load | Run | Runs | Probe

WAVE = "wave "
"""Before the names of waveforms among the arrays of an answer."""


def frame(message: msgspec.Struct) -> bytes:
    """Return the bytes of a message."""
    body = msgspec.msgpack.encode(message)
    return FRAME.pack(len(body)) + body


def write(stream: BinaryIO, message: msgspec.Struct) -> None:
    """Write one frame."""
    stream.write(frame(message))
    stream.flush()


def pack_array(values: NDArray[np.float64]) -> bytes:
    """Return the bytes of a float64 array."""
    return np.ascontiguousarray(values, dtype="<f8").tobytes()


def unpack_array(raw: bytes) -> NDArray[np.float64]:
    """Return a float64 array from its bytes."""
    return np.frombuffer(raw, dtype="<f8").astype(np.float64)
