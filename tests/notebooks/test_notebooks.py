"""The notebooks run from top to bottom, quickly, and are stored without output."""

from __future__ import annotations

import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST = 75.0
"""s for one notebook on two cores: four of them within five minutes."""


def test_there_are_notebooks():
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_without_output(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None


@pytest.mark.ngspice
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    started = time.monotonic()
    client = NotebookClient(notebook, timeout=LONGEST, resources={"metadata": {"path": tmp_path}})
    client.execute()
    assert time.monotonic() - started < LONGEST
    outputs = [item for cell in notebook.cells for item in cell.get("outputs", ())]
    assert any("image/png" in item.get("data", {}) for item in outputs), "a figure"
    assert not [item["text"] for item in outputs if item.get("name") == "stderr"]
