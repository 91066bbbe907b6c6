"""Mixed-signal circuit co-simulation: from a transistor netlist to a spiking array.

Two storeys meet in one file format. The lower one (``netlist``, ``pdk``, ``engine``,
``characterization``) turns transistor-level cells into models; the upper one (``models``,
``array``) computes with thousands of them and runs without ngspice.

Names below are loaded when they are first used, so that ``import neuromix`` stays fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuromix.array.board import Board
    from neuromix.array.chip import Array, Chip, SpikeSource
    from neuromix.array.encoders import poisson_code, rate_code
    from neuromix.array.fabric import Fabric
    from neuromix.array.receptive_fields import Convolution
    from neuromix.array.recording import Recording
    from neuromix.array.simulation import run, run_batch, run_dies
    from neuromix.array.topology import Mesh, Tree
    from neuromix.characterization.campaign import characterize
    from neuromix.characterization.datasheet.writing import datasheet
    from neuromix.characterization.fitting import fit
    from neuromix.characterization.operating_point import operating_point
    from neuromix.characterization.self_test import check_technology
    from neuromix.characterization.simulation import simulate
    from neuromix.characterization.verification import verify
    from neuromix.data.events import Events
    from neuromix.declare import Condition, Plan
    from neuromix.errors import NeuromixError
    from neuromix.library import cell, cells, technology
    from neuromix.models.catalogue import dataset, model
    from neuromix.models.model import Model
    from neuromix.models.store import load, save

_PLACES = {
    "Array": "neuromix.array.chip",
    "Board": "neuromix.array.board",
    "Chip": "neuromix.array.chip",
    "Condition": "neuromix.declare",
    "Convolution": "neuromix.array.receptive_fields",
    "Events": "neuromix.data.events",
    "Fabric": "neuromix.array.fabric",
    "Mesh": "neuromix.array.topology",
    "Model": "neuromix.models.model",
    "NeuromixError": "neuromix.errors",
    "Plan": "neuromix.declare",
    "Recording": "neuromix.array.recording",
    "SpikeSource": "neuromix.array.chip",
    "Tree": "neuromix.array.topology",
    "cell": "neuromix.library",
    "cells": "neuromix.library",
    "characterize": "neuromix.characterization.campaign",
    "check_technology": "neuromix.characterization.self_test",
    "dataset": "neuromix.models.catalogue",
    "datasheet": "neuromix.characterization.datasheet.writing",
    "fit": "neuromix.characterization.fitting",
    "load": "neuromix.models.store",
    "measure": "neuromix.measure",
    "model": "neuromix.models.catalogue",
    "operating_point": "neuromix.characterization.operating_point",
    "plot": "neuromix.plot",
    "poisson_code": "neuromix.array.encoders",
    "rate_code": "neuromix.array.encoders",
    "run": "neuromix.array.simulation",
    "run_batch": "neuromix.array.simulation",
    "run_dies": "neuromix.array.simulation",
    "save": "neuromix.models.store",
    "simulate": "neuromix.characterization.simulation",
    "technology": "neuromix.library",
    "verify": "neuromix.characterization.verification",
}

__all__ = [
    "Array",
    "Board",
    "Chip",
    "Condition",
    "Convolution",
    "Events",
    "Fabric",
    "Mesh",
    "Model",
    "NeuromixError",
    "Plan",
    "Recording",
    "SpikeSource",
    "Tree",
    "cell",
    "cells",
    "characterize",
    "check_technology",
    "dataset",
    "datasheet",
    "fit",
    "load",
    "model",
    "operating_point",
    "poisson_code",
    "rate_code",
    "run",
    "run_batch",
    "run_dies",
    "save",
    "simulate",
    "technology",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'neuromix' has no attribute {name!r}")
    place = importlib.import_module(_PLACES[name])
    found = place if place.__name__ == f"neuromix.{name}" else getattr(place, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(_PLACES)
