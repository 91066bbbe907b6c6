"""Events as text: a line ``time,address`` each, times in seconds, after a line of these two names.

Files that we write start with a line that says how many events follow, so that a truncated one is
found. A file of another origin may do without that line.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from neuromix.data.events import Events
from neuromix.data.files import replacing
from neuromix.errors import BadValue, EventFileError
from neuromix.interop.event_arrays import Addresses, Times

COLUMNS = ("time", "address")

COUNT = re.compile(r"# (\d{1,12}) events\s*")

PIECE = 1_000_000
"""Events that are turned into text at once."""


def read(file: Path) -> tuple[Times, Addresses]:
    """Return times and addresses of the lines."""
    try:
        with file.open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - 1))
            ended = stream.read(1) == b"\n"
        with file.open(encoding="utf-8") as text:
            first = text.readline(200)
            counted = COUNT.fullmatch(first)
            names = tuple(
                name.strip() for name in (text.readline(200) if counted else first).split(",")
            )
            if sorted(names) != sorted(COLUMNS):
                raise EventFileError(
                    f"{file}: the columns are {', '.join(names)[:100]!r}",
                    cure="a first line time,address, with times in seconds",
                )
            if not ended:
                raise EventFileError(
                    f"{file}: the last line has no end: it may have lost digits",
                    cure="end it, if the file is whole",
                )
            kinds = np.dtype([(name, "f8" if name == "time" else "i8") for name in names])
            at = text.tell()
            while (line := text.readline()) and not line.strip():
                pass  # NumPy passes over blank lines as well, and warns where there is no other
            empty = not line
            text.seek(at)
            table = (
                np.empty(0, kinds)
                if empty
                else np.loadtxt(text, dtype=kinds, delimiter=",", comments=None, ndmin=1)
            )
    except (ValueError, UnicodeDecodeError) as error:
        raise EventFileError(f"{file}: it is not a table of events", [str(error)[:200]]) from error
    except OSError as error:
        raise BadValue(f"cannot read {file}", [str(error)]) from error
    if counted and int(counted[1]) != len(table):
        raise EventFileError(
            f"{file}: {len(table)} events follow where {counted[1]} are announced",
            cure="write it again; it was cut, or edited",
        )
    return np.ascontiguousarray(table["time"]), np.ascontiguousarray(table["address"])


def write(file: Path, events: Events) -> None:
    """Write the count, the names, and a line for each event, with all digits of its time."""
    with replacing(file) as beside, beside.open("w", encoding="utf-8", newline="\n") as text:
        text.write(f"# {len(events)} events\n{','.join(COLUMNS)}\n")
        for start in range(0, len(events), PIECE):
            time = events.time[start : start + PIECE].tolist()
            address = events.address[start : start + PIECE].tolist()
            text.writelines(map("{!r},{}\n".format, time, address))
