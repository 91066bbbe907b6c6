"""The family of docs/families.md, installed as it says, runs in arrays; so do its programs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "families.md").read_text()

PROGRAM = """
import numpy as np
import neuromix as nmx
from neuromix.models import family
from neuromix.models.running import spikes_of

kind = family.family("leaky_neuron")
values = dict(capacitance=0.5e-12, conductance=50e-12, threshold=0.5, refractory_time=50e-6)
model = nmx.Model.ideal("leaky_neuron", **values)
chip = nmx.Chip()
chip.add("cells", nmx.Array(model, 20, current=np.linspace(0.0, 2e-9, 20)))
recording = nmx.run(chip, {}, duration=10e-3)
print(kind.easy_step() is not None, np.all(kind(**values).shortest_interval()))
print(*(float(time) for time in recording.events["cells"].of(10)))
print(*(float(t) for t in spikes_of(model.dynamics, np.zeros(1), np.full(1, 20e-9 / 19), 10e-3)))
nmx.save(model, "leaky.model.json")
print(nmx.load("leaky.model.json").dynamics.values() == model.dynamics.values())
from neuromix.array.die import array_die
found = array_die(chip, "cells").blocks.kernel.stats.cache_hits
print("found" if sum(found.values()) else "compiled")
"""


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def installed(tmp_path):
    """A folder with the family of the page, and with what pip would have written beside it."""
    (entry,) = blocks("toml")
    group = tomllib.loads(entry)["project"]["entry-points"]["neuromix.models"]
    (tmp_path / "leaky_neuron.py").write_text(blocks("python")[0])
    beside = tmp_path / "leaky_neuron-1.0.dist-info"
    beside.mkdir()
    (beside / "METADATA").write_text("Metadata-Version: 2.1\nName: leaky_neuron\nVersion: 1.0\n")
    lines = [f"{name} = {place}" for name, place in group.items()]
    (beside / "entry_points.txt").write_text("\n".join(["[neuromix.models]", *lines]))
    return tmp_path


def answers(folder, text):
    (folder / "program.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=folder,
        env={**os.environ, "NEUROMIX_CACHE": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def expected():
    """Return the spikes of a leaky integrator in closed form, s."""
    tau, goal = 0.5e-12 / 50e-12, 20e-9 / 19 / 50e-12
    rise = tau * np.log(goal / (goal - 0.5))
    return np.arange(rise, 10e-3, rise + 50e-6)


def test_the_programs_of_the_page_run(installed):
    said = answers(installed, "\n".join(blocks("python")[1:]))
    assert re.fullmatch(r"Events\(\d\d+ from 8 addresses.*", said[0])
    assert said[1] in {"[20 20 20 20]", "[19 19 19 19]"}
    assert said[2].endswith("(25,)")


@pytest.mark.parametrize("without", ["nothing", "step", "shortest_interval"])
def test_a_family_from_outside_runs_alone_and_in_arrays(installed, without):
    file = installed / "leaky_neuron.py"
    whole = file.read_text()
    parts = {
        "nothing": "",
        "step": whole[whole.index('@njit(inline="always")') :],
        "shortest_interval": re.findall(r"    def shortest.*?time\n", whole, re.DOTALL)[0],
    }
    file.write_text(whole.replace(parts[without], ""))
    has, array, alone, same, _ = answers(installed, PROGRAM)
    assert has == f"{without != 'step'} {without != 'shortest_interval'}"
    times = np.array(array.split(), float)
    assert times == pytest.approx(expected(), rel=1e-6)
    assert np.array(alone.split(), float) == pytest.approx(expected(), rel=1e-6)
    assert same == "True"


def test_its_machine_code_is_kept_until_its_source_changes(installed):
    first, second = answers(installed, PROGRAM), answers(installed, PROGRAM)
    assert (first[-1], second[-1]) == ("compiled", "found")
    assert first[:-1] == second[:-1]
    file = installed / "leaky_neuron.py"
    file.write_text(file.read_text().replace("goal = i_in / p[1]", "goal = 1.02 * i_in / p[1]"))
    third = answers(installed, PROGRAM)
    assert third[-1] == "compiled"
    assert third[1] != second[1]
