"""``docs/nir.md`` runs, and the command says what the page says."""

import json
import re
from pathlib import Path

import nir
import numpy as np
import pytest
from click.testing import CliRunner

from neuromix.cli import main

PAGE = Path(__file__).parents[3] / "docs" / "nir.md"


@pytest.fixture
def graph(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one = np.ones(2)
    lif = nir.LIF(tau=0.02 * one, r=20.0 * one, v_leak=0.0 * one, v_threshold=one)
    nir.write("net.nir", nir.NIRGraph.from_list(nir.Linear(0.3 * np.ones((2, 3))), lif))
    return "net.nir"


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    exec(code, {})
    said = capsys.readouterr().out
    assert "lif (LIF): array 'lif' of 8 lif_neuron" in said
    assert isinstance(nir.read("die_7.nir").nodes["lif"], nir.CubaLIF)


def test_the_command(graph):
    found = CliRunner().invoke(main, ["nir", graph, "--dt", "1m"])
    assert found.exit_code == 0, found.output
    assert "lif (LIF): array 'lif' of 2 lif_neuron" in found.output
    found = CliRunner().invoke(main, ["nir", graph, "--dt", "1m", "--cells", "ideal", "--json"])
    rows = {row["node"]: row for row in json.loads(found.stdout)["rows"]}
    assert rows["lif"]["mapped_to"] == "array 'lif' of 2 linear neurons, exact"
    assert rows["input -> lif"]["weight_error"] < 1e-6
    assert rows["input"]["weight_error"] is None


def test_the_command_refuses(graph, tmp_path):
    for words, said in (
        ([graph], "how long does a spike last?"),
        (["none.nir", "--dt", "1m"], "cannot read none.nir"),
        ([graph, "--dt", "long"], "--dt"),
    ):
        found = CliRunner().invoke(main, ["nir", *words])
        assert found.exit_code in {1, 2}
        assert said in found.output
        assert "Traceback" not in found.output
