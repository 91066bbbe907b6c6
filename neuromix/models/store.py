"""Model files: JSON with a schema version. Loading checks everything and runs no code."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from neuromix.data.files import as_path, replace_file
from neuromix.errors import BadValue, InputError, ModelFileError
from neuromix.models.family import Family, Values, family
from neuromix.models.ideal import TYPED_IN
from neuromix.models.mismatch import Mismatch
from neuromix.models.model import Energy, Model, NoiseDensity, Range

SCHEMA = 1
_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
LARGEST_FILE = 4 * 1024 * 1024
"""Bytes; a model file is a few kilobytes, so more is an attack or a mistake."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One parameter as it stands in the file: a number, a table, or one for each neuron."""

    value: float | tuple[float, ...]
    unit: str
    spread: float | None = None


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file, field by field."""

    schema: int
    cell: str
    technology: str
    family: str
    condition: dict[str, str | float | bool]
    parameters: dict[str, Entry]
    mismatch: Mismatch
    noise: NoiseDensity
    energy: Energy
    validity: dict[str, Range]
    proof: dict[str, float]
    provenance: dict[str, str]


def encode(model: Model) -> bytes:
    """Return the bytes of a model file."""
    units = {item.name: item.unit for item in model.dynamics.parameters()}
    record = ModelFile(
        schema=SCHEMA,
        cell=model.cell,
        technology=model.technology,
        family=model.family,
        condition=dict(model.condition),
        parameters={
            name: Entry(_plain(value), units[name], model.spread.get(name))
            for name, value in model.dynamics.values().items()
        },
        mismatch=model.mismatch,
        noise=model.noise,
        energy=model.energy,
        validity=dict(model.validity),
        proof=dict(model.proof),
        provenance=dict(model.provenance),
    )
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def _plain(value: Values) -> float | tuple[float, ...]:
    return (
        tuple(map(float, value)) if isinstance(value, np.ndarray) and value.ndim else float(value)
    )


def _number_or_array(entry: Entry) -> Values:
    return np.array(entry.value) if isinstance(entry.value, tuple) else entry.value


def decode(raw: bytes, source: str = "model file") -> Model:
    """Read the bytes of a model file.

    Raises
    ------
    ModelFileError
        Where it is truncated, of another schema, or holds what no fit would write.
    """
    cure = "characterize the cell again, or take the file from where it was made"
    try:
        record = msgspec.json.decode(raw, type=ModelFile)
    except (msgspec.DecodeError, InputError, ValueError, RecursionError) as error:
        raise ModelFileError(f"{source} is not a model file", [str(error)], cure) from error
    if record.schema != SCHEMA:
        raise ModelFileError(
            f"{source} has schema {record.schema}; this version reads {SCHEMA}", cure=cure
        )
    try:
        dynamics = family(record.family).from_values(
            {name: _number_or_array(entry) for name, entry in record.parameters.items()}
        )
        model = Model(
            record.cell,
            record.technology,
            record.condition,
            dynamics,
            {n: e.spread for n, e in record.parameters.items() if e.spread is not None},
            record.mismatch,
            record.noise,
            record.energy,
            record.validity,
            record.proof,
            record.provenance,
        )
        _check(model)
        _check_words(record, dynamics)
        if model.characterized:
            _check_condition(record.condition)
    except InputError as error:
        raise ModelFileError(f"{source} holds what no fit writes", [str(error)], cure) from error
    return model


def _check(model: Model) -> None:
    """Refuse numbers that are not finite, and mismatch of parameters that there are not."""
    dynamics = model.dynamics
    known = {item.name for item in dynamics.parameters() if item.name not in dynamics.tables()}
    known |= {"energy_per_event"}
    unknown = [name for name in model.mismatch.names if name not in known]
    numbers: list[float] = [
        *model.noise.strengths,
        *dataclasses.astuple(model.energy),
        *model.mismatch.shift,
        *model.spread.values(),
    ]
    if unknown:
        raise InputError(f"mismatch of {unknown[0]!r}, which is not a parameter")
    if not all(math.isfinite(number) for number in numbers):
        raise InputError("a number is not finite")
    if min(*model.noise.strengths, model.energy.static_power) < 0.0:
        raise InputError("a power is negative")
    if model.mismatch.names and np.diag(np.asarray(model.mismatch.covariance)).max() > 25.0:
        raise InputError("a sigma is beyond 5, which no transistor shows")


def _check_words(record: ModelFile, dynamics: Family) -> None:
    """Refuse names that are none, such as paths, and units that are not the family's."""
    typed_in = record.technology == record.provenance.get("kind") == TYPED_IN
    for what, name in (("cell", record.cell), ("technology", record.technology)):
        if not (_NAME.fullmatch(name) or (typed_in and what == "technology")):
            raise InputError(f"{name!r} is no name of a {what}")
    for item in dynamics.parameters():
        entry = record.parameters.get(item.name)
        several = entry is not None and isinstance(entry.value, tuple)
        if several and not (typed_in or item.name in dynamics.tables()):
            raise InputError(f"{item.name} is not one number")
        if entry is not None and entry.unit != item.unit:
            raise InputError(f"{item.name} is in {entry.unit!r}, not in {item.unit!r}")


def _check_condition(condition: Mapping[str, str | float | bool]) -> None:
    """Refuse a condition at which nothing can be simulated."""
    if not isinstance(condition.get("corner"), str):
        raise InputError("the condition names no corner")
    for name in ("temperature", "supply"):
        value = condition.get(name)
        if isinstance(value, (str, bool)) or value is None or not 0.0 < value < math.inf:
            raise InputError(f"the condition has no {name}")


def save(model: Model, path: str | Path) -> Path:
    """Write a model file: beside, then replace.

    A model that is typed in, as :meth:`neuromix.models.model.Model.ideal` makes it, has neither a
    technology nor a condition. One that is built by hand needs both, since it claims to be of a
    circuit.

    Raises
    ------
    BadValue
        Where :func:`load` would refuse the file, or would not find the family again.
    """
    if not isinstance(model, Model):
        raise BadValue(f"save: {model!r} is not a model", cure='save(model, "CELL.T.model.json")')
    for what, numbers in (("proof", model.proof), ("spread", model.spread)):
        for name, value in numbers.items():
            if not math.isfinite(value):
                raise BadValue(
                    f"save: the {what} of {name!r} is {value}, which no model file holds",
                    [repr(model)],
                    "look at what it was computed from; a model that diverges has such errors",
                )
    raw = encode(model)
    if len(raw) > LARGEST_FILE:
        raise BadValue(
            f"save: {model!r} takes {len(raw)} bytes, and load reads {LARGEST_FILE}",
            cure="one value of a parameter for all neurons, and a mismatch",
        )
    try:
        again = decode(raw, "the file")
    except ModelFileError as error:
        raise BadValue(
            f"save: {model!r} would make a file that load refuses",
            error.evidence,
            "a family that is installed (docs/families.md), and a model as fit or Model.ideal "
            "make it",
        ) from error
    if type(again.dynamics) is not type(model.dynamics):
        raise BadValue(
            f"save: the installed family {model.family!r} is not that of {model!r}",
            [f"{type(again.dynamics).__module__} is, {type(model.dynamics).__module__} is not"],
            "another name of the module, and of the entry point",
        )
    return replace_file(as_path(path, "save"), raw)


def _beginning(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(LARGEST_FILE + 1)


def load(path: str | Path) -> Model:
    """Read a model file; see :func:`decode`."""
    file = as_path(path, "load")
    try:
        # A device or a pipe may never end.
        raw = _beginning(file) if file.is_file() or not file.exists() else None
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{file} cannot be read", [str(error)]) from error
    if raw is None:
        raise ModelFileError(f"{file} is not a file", cure="the path of a .model.json")
    if len(raw) > LARGEST_FILE:
        raise ModelFileError(
            f"{file} has more than {LARGEST_FILE} bytes; no model file is that large"
        )
    return decode(raw, str(file))


def summary(model: Model) -> Mapping[str, object]:
    """Return the model as plain values, for ``--json``."""
    decoded: dict[str, object] = msgspec.json.decode(encode(model))
    return decoded
