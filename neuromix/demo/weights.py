"""The committed weights: codes, design, and what made them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from neuromix.array.chip import LARGEST_CODE
from neuromix.data.files import replace_file
from neuromix.data.provenance import digest, software
from neuromix.demo.network import CLASSES, Cells, Design, Network
from neuromix.errors import ModelFileError
from neuromix.models.store import encode

WEIGHTS = Path(__file__).with_name("digits_weights.json")
"""The file that comes with neuromix."""

SCHEMA = 1


class WeightsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file, field by field; codes by source, then target."""

    schema: int
    design: Design
    hidden: list[list[int]]
    output: list[list[int]]
    provenance: dict[str, str]


def save_weights(network: Network, cells: Cells, command: str, path: Path = WEIGHTS) -> Path:
    """Write weights with the command that made them and the hashes of the models."""
    models = {item.cell: item for item in (cells.neuron, cells.synapse, cells.converter)}
    record = WeightsFile(
        SCHEMA,
        network.design,
        network.hidden.tolist(),
        network.output.tolist(),
        {
            "command": command,
            **{f"model {name}": digest(encode(item)) for name, item in models.items()},
            **software(),
        },
    )
    lines = msgspec.json.format(msgspec.json.encode(record), indent=0)
    return replace_file(path, lines + b"\n")


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
        hidden = np.array(record.hidden, dtype=np.int64)
        output = np.array(record.output, dtype=np.int64)
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise ModelFileError(f"{path} does not hold weights", [str(error)], cure) from error
    design = record.design
    shapes = (design.inputs, design.hidden), (design.hidden + design.bias, CLASSES)
    if record.schema != SCHEMA or (hidden.shape, output.shape) != shapes:
        raise ModelFileError(f"{path} has weights of another network", cure=cure)
    if max(np.abs(hidden).max(), np.abs(output).max()) > LARGEST_CODE:
        raise ModelFileError(f"{path} has codes beyond ±{LARGEST_CODE}", cure=cure)
    return Network(design, hidden.astype(np.int8), output.astype(np.int8))
