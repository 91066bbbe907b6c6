"""The notebooks run from top to bottom, quickly, and are stored without output."""

from __future__ import annotations

import base64
import io
import time
from pathlib import Path

import matplotlib.image
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST = 75.0
"""s for one notebook on two cores: four of them within five minutes."""

SIMULATES = ("nmx.simulate(", "nmx.characterize(", "nmx.verify(")


def _case(path):
    """Return a notebook as a parameter, marked where it needs ngspice."""
    words = path.read_text()
    marks = [pytest.mark.ngspice] if any(verb in words for verb in SIMULATES) else []
    return pytest.param(path, id=path.stem, marks=marks)


def test_there_are_four_journeys():
    assert [path.stem for path in NOTEBOOKS] == [
        "01_first_simulation",
        "02_characterize_a_cell",
        "03_mismatch_and_noise",
        "04_a_chip_of_spikes",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_without_output(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None


@pytest.mark.parametrize("path", [_case(path) for path in NOTEBOOKS])
def test_runs_in_time_with_figures_and_without_noise(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    started = time.monotonic()
    client = NotebookClient(notebook, timeout=LONGEST, resources={"metadata": {"path": tmp_path}})
    client.execute()
    assert time.monotonic() - started < LONGEST
    outputs = [item for cell in notebook.cells for item in cell.get("outputs", ())]
    pictures = [
        item["data"]["image/png"] for item in outputs if "image/png" in item.get("data", {})
    ]
    assert len(pictures) >= 3
    for picture in pictures:
        assert _colours(base64.b64decode(picture)) > 20, "an empty picture"
    assert not [item["text"] for item in outputs if item.get("name") == "stderr"]


def _colours(png):
    """Return how many colours a picture has."""
    pixels = matplotlib.image.imread(io.BytesIO(png))[..., :3]
    return len(np.unique(pixels.reshape(-1, 3), axis=0))
