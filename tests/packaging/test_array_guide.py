"""The programs about arrays in README.md and docs/arrays.md run as they are printed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import neuromix as nmx

ROOT = Path(__file__).parents[2]


def program(text):
    """Return the Python blocks of a page as one program."""
    return "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))


@pytest.mark.filterwarnings("ignore::neuromix.errors.OutsideValidity")
def test_the_guide_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(program((ROOT / "docs" / "arrays.md").read_text()), names)
    assert capsys.readouterr().out.startswith("(2, 8, 8) (2, 4, 4)\n")
    for picture in ("raster", "energy", "die", "traces", "intervals", "weights"):
        assert (tmp_path / f"{picture}.png").stat().st_size > 5000
    recording = names["recording"]
    assert len(recording.events["cortex.classes"]) > 10
    spikes = names["spikes"]
    assert len({tuple(of_die) for of_die in spikes}) == len(spikes) == 3
    assert np.all(names["found"] >= 0.0)


def test_the_array_of_the_readme_runs(capsys):
    (section,) = re.findall(
        r"\n## An array\n(.*?)\n## ", (ROOT / "README.md").read_text(), re.DOTALL
    )
    names: dict[str, object] = {}
    exec(program(section), names)
    said = capsys.readouterr().out
    assert "Recording(50 ms" in said
    assert "rates differ by" in said
    assert isinstance(names["recording"], nmx.Recording)
