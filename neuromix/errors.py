"""Every error that neuromix raises on purpose, in one tree.

NeuromixError
├── InputError                 the user's words are off
│   ├── UnknownName            no cell, bench, parameter, technology … of that name
│   ├── BadValue               a value out of its range, or of the wrong kind
│   └── NotMappable            nodes of a network that no cell can stand for
├── NetlistError               the circuit cannot be simulated as it is written
│   ├── NetlistRefused         statements that a foreign netlist may not have
│   ├── PortMismatch           netlist and declaration disagree about the ports
│   ├── UndefinedParameter     a ``{parameter}`` that nobody gives a value
│   └── SingularCircuit        a floating node or a loop of voltage sources
├── TechnologyError
│   └── ModelSetMissing        no model files, or not the pinned ones
├── EngineError
│   ├── EngineMissing          libngspice is not installed
│   ├── SimulationFailed       ngspice refused the deck
│   ├── NotConverged           ngspice gave up before the end
│   ├── TimedOut               no answer in time; the worker was killed
│   └── WorkerDied             the worker process is gone
├── ModelFileError             a model file that is truncated, hostile or of another schema
├── EventFileError             a file of events that is damaged, unsorted or of another format
├── BelowNumericalFloor        a spread that the simulator's own error explains
├── FitFailed                  the data do not determine the model
├── FabricError                events that a fabric cannot carry
├── DiskFull                   nothing half-written was left behind
└── MissingExtra               an optional dependency is not installed

Each error carries its evidence (what was run, where, the last lines of the log) and, where one is
known, the next step to take. In IPython and Jupyter it is shown with the user's own line in the
place of a traceback. Beside the tree stand ``Interrupted``, a KeyboardInterrupt that says what was
kept, and three warnings, ``OutsideValidity``, ``PathsCongested`` and ``NetlistTrusted``.
"""

from __future__ import annotations

import difflib
import linecache
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

_PACKAGE = str(Path(__file__).resolve().parent)


def _users_line(trace: TracebackType | None) -> list[str]:
    """Return the line of the user's code that called neuromix, where it can be read."""
    line = ""
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        name = trace.tb_frame.f_code.co_filename
        if not {"IPython", "ipykernel"} & set(Path(name).parts):
            number = trace.tb_lineno
            line = linecache.getline(name, number).strip()
        trace = trace.tb_next
    return [f"line {number}: {line}"] if line else []


class NeuromixError(Exception):
    """Base of the tree.

    Parameters
    ----------
    summary : str
        One line: what was done, and what is wrong with it.
    evidence : iterable of str, optional
        Lines that a reader needs to believe it.
    cure : str, optional
        The next step to take.
    """

    def __init__(self, summary: str, evidence: Iterable[str] = (), cure: str | None = None) -> None:
        self.summary = summary
        self.evidence = tuple(evidence)
        self.cure = cure
        super().__init__(summary)

    def __str__(self) -> str:
        lines = [self.summary, *(f"  {line}" for line in self.evidence)]
        if self.cure:
            lines.append(f"  try: {self.cure}")
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows; ``%debug`` still enters the whole stack."""
        return [*_users_line(self.__traceback__), f"{type(self).__name__}: {self}"]

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.summary, self.evidence, self.cure))


def _rebuild(
    kind: type[NeuromixError], summary: str, evidence: tuple[str, ...], cure: str | None
) -> NeuromixError:
    """Unpickle an error, whatever the signature of its own class."""
    error = kind.__new__(kind)
    NeuromixError.__init__(error, summary, evidence, cure)
    return error


class InputError(NeuromixError):
    """The user's words are off."""


MOST_NAMES = 12
"""Names that an error lists; near ones are offered apart."""


class UnknownName(InputError):
    """No such cell, bench, parameter or technology; near names are offered.

    Parameters
    ----------
    kind : str
        What was looked for, such as ``"cell"``.
    name : object
        What was given in the place of a name.
    known : iterable of str
        The names that there are.
    """

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        names = sorted(known)
        word = name if isinstance(name, str) else ""
        near = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
        cure = " or ".join(near) if near else None
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        shown = ", ".join(names[:MOST_NAMES]) + more if names else "none"
        super().__init__(f"no {kind} named {name!r}", [f"known: {shown}"], cure)


class BadValue(InputError):
    """A value out of its range, or of the wrong kind."""


class NotMappable(InputError):
    """Nodes of a network that nothing on a chip can stand for; all are named, with the reason."""


class NetlistError(NeuromixError):
    """The circuit cannot be simulated as it is written."""


class NetlistRefused(NetlistError):
    """Statements that a foreign netlist may not have, or files that it may not include."""


class PortMismatch(NetlistError):
    """Netlist and declaration disagree about the ports."""


class UndefinedParameter(NetlistError):
    """A ``{parameter}`` of a netlist that nobody gives a value."""


class SingularCircuit(NetlistError):
    """A floating node or a loop of voltage sources; ngspice's answer would be invented."""


class TechnologyError(NeuromixError):
    """A technology is not usable."""


class ModelSetMissing(TechnologyError):
    """The model files are not there, or are not the pinned ones."""


class EngineError(NeuromixError):
    """The simulator did not deliver."""


class EngineMissing(EngineError):
    """libngspice is not installed."""


class SimulationFailed(EngineError):
    """ngspice refused the deck or returned something that is not a result."""


class NotConverged(EngineError):
    """ngspice gave up before the end."""


class TimedOut(EngineError):
    """No answer in time; the worker was killed."""


class WorkerDied(EngineError):
    """The worker process is gone."""


class ModelFileError(NeuromixError):
    """A model file that is truncated, hostile, or of another schema."""


class EventFileError(NeuromixError):
    """A file of events that is damaged, unsorted, or of another format."""


class BelowNumericalFloor(NeuromixError):
    """A spread or jitter that the simulator's own error explains."""


class FitFailed(NeuromixError):
    """The data do not determine the model."""


class FabricError(NeuromixError):
    """Events that an address-event fabric cannot carry."""


class DiskFull(NeuromixError):
    """The file system is full; nothing half-written was left behind."""


class MissingExtra(NeuromixError):
    """An optional dependency is not installed."""


class Interrupted(KeyboardInterrupt):
    """The user stopped a simulation; its workers are gone."""

    def _render_traceback_(self) -> list[str]:
        return [*_users_line(self.__traceback__), f"interrupted: {self}"]


class OutsideValidity(UserWarning):
    """A model is used where its fit has seen nothing."""


class PathsCongested(UserWarning):
    """More events reach a neuron than its synapse path can serve: what waits has no effect yet."""


class NetlistTrusted(UserWarning):
    """Statements reach ngspice unchecked, because they are trusted."""
