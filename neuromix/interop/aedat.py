"""Events as address words of AEDAT 2.0, the format of jAER and its event cameras.

After a header of lines that start with ``#``, each event is a 32-bit address and a 32-bit stamp in
microseconds, both big endian (iniVation, "AEDAT file formats"). Stamps wrap; what the bits of an
address mean depends on the chip that sent it.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuromix.data.address import AddressFormat, Field
from neuromix.data.events import Events
from neuromix.data.files import replacing
from neuromix.errors import BadValue, EventFileError
from neuromix.interop.event_arrays import Addresses, Times

TICK = 1e-6
"""s of one stamp."""

DVS128 = AddressFormat.of(polarity=1, x=7, y=7, external=1)
"""The 128 × 128 sensor: polarity is 1 for ON; (0, 0) is at the lower left (iniVation)."""

DAVIS = AddressFormat(
    (
        Field("special", 10, 1),
        Field("polarity", 11, 1),
        Field("x", 12, 10),
        Field("y", 22, 9),
        Field("frame", 31, 1),
    )
)
"""Sensors of the DAVIS family: words with ``special`` or ``frame`` are no spikes."""

VERSION = re.compile(rb"#!AER-DAT(\d+)\.(\d+)\s*")

END = re.compile(rb"#\s*end of ascii header\s*", re.IGNORECASE)

COUNT = re.compile(rb"# (\d{1,12}) events\s*")
"""A line of our own, by which a truncated file is found."""

LONGEST_LINE = 1 << 16

WRAP = 1 << 32


def read(file: Path) -> tuple[Times, Addresses]:
    """Return times, from the first wrap on without wraps, and address words.

    Stamps are taken as unsigned. A step from one to the next counts as forward if it is shorter
    than 2**31 µs (36 minutes) modulo 2**32, as backward otherwise.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadValue(f"cannot read {file}", [str(error)]) from error
    begin, announced = _header(file, raw)
    body = len(raw) - begin
    if body % 8:
        raise EventFileError(
            f"{file}: its last event is cut off",
            [f"{body} bytes follow the header, and an event has 8"],
            "copy it again, or cut the rest off",
        )
    if announced is not None and announced != body // 8:
        raise EventFileError(f"{file}: {body // 8} events follow where {announced} are announced")
    words = np.frombuffer(raw, ">u4", offset=begin).reshape(-1, 2)
    times = np.asarray(_unwrapped(words[:, 1].astype(np.uint32)) * TICK, dtype=np.float64)
    return times, words[:, 0].astype(np.uint32)


def write(file: Path, events: Events) -> None:
    """Write a header and the address words; times are rounded to 1 µs.

    Raises
    ------
    BadValue
        Where the first time is negative or beyond 2**32 µs, or a silence 2**31 µs or longer.
    """
    ticks = np.rint(events.time / TICK)  # floats, since an int64 does not hold every time
    if len(ticks) and not 0 <= ticks[0] < WRAP:
        raise BadValue(
            f"{file}: the first stamp of AEDAT is 0 … {WRAP - 1} µs",
            [f"the first event is at {events.time[0]:.6g} s"],
            "times that start at 0",
        )
    if np.any(np.diff(ticks) >= WRAP // 2):
        raise BadValue(
            f"{file}: two events are more than 2**31 µs apart, and the stamp of AEDAT wraps",
            cure="write .npz, whose times are floats",
        )
    words = np.empty((len(events), 2), ">u4")
    words[:, 0], words[:, 1] = events.address, ticks.astype(np.int64) % WRAP
    header = (
        "#!AER-DAT2.0",
        "# int32 address, int32 timestamp (8 bytes), big endian, repeated for each event",
        "# Timestamps tick is 1 us",
        f"# {len(events)} events",
        "#End Of ASCII Header",
    )
    with replacing(file) as beside, beside.open("wb") as stream:
        stream.write("".join(f"{line}\r\n" for line in header).encode())
        stream.write(words.tobytes())


def _header(file: Path, raw: bytes) -> tuple[int, int | None]:
    """Return where the events begin, and how many are announced."""
    at, announced = 0, None
    version = VERSION.match(raw[:LONGEST_LINE])
    if version is None or version.groups() != (b"2", b"0"):
        said = version[0].strip().decode() if version else "it has no line of a version"
        raise EventFileError(
            f"{file}: it is not of AEDAT 2.0", [said], "convert it with the software of the camera"
        )
    while raw[at : at + 1] == b"#":
        end = raw.find(b"\n", at, at + LONGEST_LINE)
        if end < 0:
            raise EventFileError(f"{file}: its header has no end")
        line = raw[at : end + 1]
        at = end + 1
        if count := COUNT.fullmatch(line):
            announced = int(count[1])
        if END.fullmatch(line):
            break
    return at, announced


def _unwrapped(stamps: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return stamps that go on where the 32-bit ones wrap."""
    if not len(stamps):
        return np.zeros(0, np.int64)
    steps = np.diff(stamps).astype(np.int32)  # the difference modulo 2**32, as signed
    return np.asarray(int(stamps[0]) + np.cumsum(np.append(0, steps.astype(np.int64))))
