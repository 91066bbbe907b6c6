"""The committed weights: codes, design, and what made them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from neuromix.array.memory import LARGEST_CODE
from neuromix.data.files import replace_file
from neuromix.data.provenance import digest, software
from neuromix.demo.network import CLASSES, Cells, Design, Network
from neuromix.errors import ModelFileError
from neuromix.models.store import encode

WEIGHTS = Path(__file__).with_name("digits_weights.json")
"""The file that comes with neuromix."""

SCHEMA = 1


class WeightsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file, field by field; a line of codes for each source, one code a target."""

    schema: int
    design: Design
    hidden: list[str]
    output: list[str]
    provenance: dict[str, str]


def save_weights(network: Network, cells: Cells, command: str, path: Path = WEIGHTS) -> Path:
    """Write weights with the command that made them and the hashes of the models."""
    models = {item.cell: item for item in (cells.neuron, cells.synapse, cells.converter)}
    record = WeightsFile(
        SCHEMA,
        network.design,
        _lines(network.hidden),
        _lines(network.output),
        {
            "command": command,
            **{f"model {name}": digest(encode(item)) for name, item in models.items()},
            **software(),
        },
    )
    return replace_file(path, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")


def _lines(codes: NDArray[np.int8]) -> list[str]:
    return [" ".join(f"{code:d}" for code in row) for row in codes]


def _codes(lines: list[str]) -> NDArray[np.int64]:
    return np.array([[int(word) for word in line.split()] for line in lines], dtype=np.int64)


def made_by(path: Path = WEIGHTS) -> str:
    """Return the commands that made the weights of a file."""
    load_weights(path)
    return msgspec.json.decode(path.read_bytes(), type=WeightsFile).provenance["command"]


def load_weights(path: Path = WEIGHTS) -> Network:
    """Read weights.

    Raises
    ------
    ModelFileError
        Where the file is not what training writes.
    """
    cure = "python -m neuromix.demo.training"
    try:
        record = msgspec.json.decode(path.read_bytes(), type=WeightsFile)
        hidden = _codes(record.hidden)
        output = _codes(record.output)
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise ModelFileError(f"{path} does not hold weights", [str(error)], cure) from error
    design = record.design
    shapes = (design.inputs, design.hidden), (design.hidden + design.bias, CLASSES)
    if record.schema != SCHEMA or (hidden.shape, output.shape) != shapes:
        raise ModelFileError(f"{path} has weights of another network", cure=cure)
    if max(np.abs(hidden).max(), np.abs(output).max()) > LARGEST_CODE:
        raise ModelFileError(f"{path} has codes beyond ±{LARGEST_CODE}", cure=cure)
    return Network(design, hidden.astype(np.int8), output.astype(np.int8))
