"""Under what a result was made: model set, deck, settings, simulator."""

from __future__ import annotations

import functools

import xarray as xr

STATES = ("models", "deck", "settings", "ngspice")
"""Attributes of a dataset of ours; a reference states those under which it was recorded."""


@functools.cache
def simulator_version() -> str:
    """Return the version of this machine's ngspice, asked once a process."""
    # Tests of other repositories compare plain arrays, and should not wait for an engine to load.
    from neuromix.engine.pool import NgspiceEngine

    with NgspiceEngine(workers=1) as engine:
        return engine.probe()["version"]


def states_of(data: object) -> dict[str, str]:
    """Return what a result says about how it was made; nothing, where it is not one of ours.

    A dataset that :func:`neuromix.simulate` has just made does not name its ngspice: it is this
    machine's.
    """
    if not isinstance(data, xr.Dataset):
        return {}
    found = {name: str(data.attrs[name]) for name in STATES if name in data.attrs}
    if "deck" in found and "ngspice" not in found:
        found["ngspice"] = simulator_version()
    return found
