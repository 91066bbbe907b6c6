"""The models that libraries carry: ``circuits/CELL.TECHNOLOGY.model.json``."""

from __future__ import annotations

from neuromix.errors import UnknownName
from neuromix.library import model_files
from neuromix.models.model import Model
from neuromix.models.store import load


def model(name: str, technology: str = "gf180mcu") -> Model:
    """Load the model of a cell from the libraries.

    Raises
    ------
    UnknownName
        Where no library holds one.
    """
    files = model_files()
    if (name, technology) not in files:
        raise UnknownName("model", f"{name}.{technology}", (".".join(key) for key in files))
    return load(files[name, technology])
