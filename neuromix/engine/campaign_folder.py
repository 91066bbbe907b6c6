"""A campaign on disk: what was asked, a journal of what came out, and what failures left.

``campaign.json`` states what is run, ``journal`` holds every outcome, ``failed/KEY/`` the deck, the
last lines of the log and the waveforms of a run that failed. The same command on the same folder
goes on where it was; another one is refused.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from neuromix.data.files import named, replace_file
from neuromix.data.provenance import software
from neuromix.engine.job import Job, Outcome, Remains
from neuromix.engine.journal import Journal
from neuromix.engine.messages import SHIFTS
from neuromix.errors import BadValue

MOST_FAILURES = 100
"""Failed runs that are kept to look at."""

_STATEMENT = "campaign.json"


class CampaignFolder:
    """A folder of one campaign, open in one process; a store of an engine.

    Parameters
    ----------
    folder : Path
        Made where there is none.
    statement : mapping
        What is run, as JSON has it.
    engine : str
        Who simulates, such as ``"ngspice-39"``.

    Raises
    ------
    BadValue
        Where the folder was begun with another statement or engine, is used by another process, or
        cannot be written.
    """

    def __init__(self, folder: Path, statement: Mapping[str, object], engine: str) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / "lock", timeout=0)
            self._lock.acquire()
        except Timeout as error:
            raise BadValue(
                f"{folder}: another process is at work on this campaign",
                cure="wait for it, or another folder",
            ) from error
        except OSError as error:
            raise named(folder, error) from error
        try:
            self._agree({**statement, "engine": engine})
            self._journal = Journal(folder / "journal")
        except BaseException:
            self._lock.release()
            raise
        self._failures = len(list((folder / "failed").glob("*")))

    def recall(self, job: Job, positions: Sequence[int]) -> Iterator[Outcome | None]:
        """Yield the outcomes of some variations of a job, None where there is none."""
        if not len(self._journal):
            return iter([None] * len(positions))
        return map(self._journal.get, job.keys(positions))

    def keep(self, job: Job, position: int, outcome: Outcome) -> None:
        """Write the outcome of a variation into the journal; of a failure, what it left."""
        key = job.key(position)
        if outcome.remains is not None and self._failures < MOST_FAILURES:
            self._failures += 1
            _write_remains(self.folder / "failed" / key[:16], job, position, outcome)
        self._journal.put(key, outcome)

    def close(self) -> None:
        """Let go of the folder."""
        self._journal.close()
        self._lock.release()

    def _agree(self, statement: dict[str, object]) -> None:
        """Write what is run where nobody has; compare it where somebody has."""
        path = self.folder / _STATEMENT
        wanted = json.loads(json.dumps(statement))
        if not path.exists():
            if (self.folder / "journal").exists():
                raise BadValue(
                    f"{self.folder}: a journal, but no {_STATEMENT}", cure="another folder"
                )
            text = json.dumps({"statement": wanted, "begun_with": software()}, indent=2)
            replace_file(path, text.encode())
            return
        try:
            begun = json.loads(path.read_text())["statement"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadValue(f"{path} cannot be read", [str(error)], "another folder") from error
        if begun != wanted:
            raise BadValue(
                f"{self.folder} holds another campaign",
                list(_differences(begun, wanted)),
                "another folder, or what it was begun with",
            )


def _differences(begun: object, wanted: object, name: str = "") -> Iterator[str]:
    if isinstance(begun, dict) and isinstance(wanted, dict):
        for key in sorted({*begun, *wanted}):
            yield from _differences(begun.get(key), wanted.get(key), f"{name} {key}".strip())
    elif begun != wanted:
        yield f"{name}: begun with {begun}, now {wanted}"


def _write_remains(folder: Path, job: Job, position: int, outcome: Outcome) -> None:
    """Write what a run that failed leaves: its deck, what was said, what was simulated."""
    remains = outcome.remains or Remains((), {})
    altered = "".join(
        f"* {'moved by' if a.parameter in SHIFTS else 'set to'} {a.value!r}: "
        f"@{a.device}[{a.parameter}]\n"
        for a in job.variations[position]
    )
    said = "\n".join([outcome.failure, *outcome.reason, "", *remains.log])
    replace_file(folder / "deck.cir", (job.deck.text() + altered).encode())
    replace_file(folder / "log.txt", said.encode())
    if remains.waves:
        length = max(map(len, remains.waves.values()))
        table = np.full((length, len(remains.waves)), np.nan)
        for column, wave in zip(table.T, remains.waves.values(), strict=True):
            column[: len(wave)] = wave
        text = io.StringIO()
        np.savetxt(text, table, "%.9g", ",", header=",".join(remains.waves), comments="")
        replace_file(folder / "waveforms.csv", text.getvalue().encode())
