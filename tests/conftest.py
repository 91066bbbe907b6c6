"""What every test can ask for, and when a test that needs ngspice may be skipped."""

from __future__ import annotations

import functools
import os

import pytest

from neuromix.errors import NeuromixError


@functools.cache
def _missing() -> str | None:
    """Return what a simulation lacks on this machine, or None."""
    from neuromix import library, pdk
    from neuromix.engine.binding import library_name

    try:
        library_name()
        pdk.identity(library.technology("gf180mcu"))
    except NeuromixError as error:
        return str(error)
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked ``ngspice`` where that is missing, and say so; in CI that is a failure."""
    if item.get_closest_marker("ngspice") is None:
        return
    missing = _missing()
    if missing is None:
        return
    if os.environ.get("CI"):
        pytest.fail(f"CI has to simulate: {missing}", pytrace=False)
    pytest.skip(missing)


@pytest.fixture
def own_data_folder(tmp_path, monkeypatch):
    """An empty data folder, and no PDK of open_pdks."""
    folder = tmp_path / "data"
    monkeypatch.setenv("NEUROMIX_DATA", str(folder))
    monkeypatch.delenv("PDK_ROOT", raising=False)
    monkeypatch.delenv("PDK", raising=False)
    return folder


@pytest.fixture(autouse=True)
def _promised(request, record_property):
    """Tell the report which promises a test holds; see tools/reliability.py."""
    for mark in request.node.iter_markers("promise"):
        record_property("promise", mark.args[0])
