"""The wheel, alone in an environment of its own: it lists, shows and simulates a cell."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import neuromix

ROOT = Path(neuromix.__file__).resolve().parents[1]
SOURCES = ("neuromix", "circuits", "netlists")
FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE")
SCRATCH = shutil.ignore_patterns("__pycache__", ".*")


def _run(*command, cwd, **environment):
    """Run a command that knows nothing of this tree."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=kept | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of what is packaged, so that no build leaves anything in the repository."""
    folder = tmp_path_factory.mktemp("tree")
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=SCRATCH)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(tree, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
    _run(sys.executable, "-m", "pip", "wheel", *options, tree, cwd=folder)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def beside(wheel, tmp_path_factory):
    """The wheel unpacked in an environment that has the dependencies of this one, but not us."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    (packages,) = (folder / "lib").glob("python*/site-packages")
    _run(
        *(sys.executable, "-m", "pip", "--python", python, "install"),
        *("--quiet", "--no-deps", "--no-index", wheel),
        cwd=folder,
    )
    # A path in a .pth file is searched, but its own .pth files, our editable install, are not read.
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return folder


def _check(environment, folder):
    """What the wheel has to do wherever it is installed."""
    python = environment / "bin" / "python"
    place = _run(python, "-c", "import neuromix; print(neuromix.__file__)", cwd=folder)
    assert Path(place.strip()).is_relative_to(environment)
    command = environment / "bin" / "neuromix"
    listed = json.loads(_run(command, "list", "--json", cwd=folder))
    expected = {file.stem for file in (ROOT / "netlists").glob("*.cir")}
    assert {item["name"] for item in listed["cells"]} == expected
    technologies = {item["name"] for item in listed["technologies"]}
    assert technologies == {"generic180", "gf180mcu", "sky130"}
    shown = json.loads(_run(command, "show", "lif_neuron", "--json", cwd=folder))
    assert Path(shown["netlist"]).is_relative_to(environment)
    return command


def test_the_wheel_holds_every_file_and_nothing_else(tree, wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    inside = {
        str(file.relative_to(tree)) for file in (tree / "neuromix").rglob("*") if file.is_file()
    }
    library = {
        f"neuromix/_library/{file.relative_to(tree)}"
        for name in ("circuits", "netlists")
        for file in (tree / name).rglob("*")
        if file.is_file()
    }
    assert packed == inside | library
    assert not any(name.endswith(".ngspice") for name in packed), "a foundry's models"


def test_it_lists_and_shows(beside, tmp_path):
    _check(beside, tmp_path)


@pytest.mark.ngspice
def test_it_simulates(beside, tmp_path):
    command = _check(beside, tmp_path)
    words = ["simulate", "lif_neuron", "step", "-p", "duration=1m", "--json"]
    found = json.loads(_run(command, *words, cwd=tmp_path))
    assert found


@pytest.mark.ngspice
def test_it_simulates_off_line_without_a_fetched_model_set(beside, tmp_path):
    """What a plain installation can do before anything else: the generic technology is inside."""
    nothing = {"NEUROMIX_DATA": str(tmp_path / "absent"), "PDK_ROOT": "", "PIP_NO_INDEX": "1"}
    command = beside / "bin" / "neuromix"
    listed = json.loads(_run(command, "pdk", "list", "--json", cwd=tmp_path, **nothing))
    (row,) = (item for item in listed if item["technology"] == "generic180")
    assert row["pinned"]
    assert Path(row["path"]).is_relative_to(beside)
    words = ["simulate", "lif_neuron", "step", "-t", "generic180", "-p", "duration=1m", "--json"]
    found = json.loads(_run(command, *words, cwd=tmp_path, **nothing))
    assert found
    assert not (tmp_path / "absent").exists()


@pytest.mark.slow
def test_sdist_and_wheel_agree(tree, wheel, tmp_path):
    _run(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path, tree),
        cwd=tmp_path,
    )
    (again,) = tmp_path.glob("*.whl")
    (sdist,) = tmp_path.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert set(one.namelist()) == set(other.namelist())
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
    for file in ("lif_neuron.cir", "generic180.lib"):
        assert any(name.endswith(f"/netlists/{file}") for name in names)


@pytest.mark.slow
@pytest.mark.ngspice
def test_alone_with_the_dependencies_it_asks_for(wheel, tmp_path):
    """Every dependency is resolved from the wheel's own metadata, at the versions of the lock."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    _run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "--quiet"),
        *("--constraint", ROOT / "requirements.lock", wheel),
        cwd=tmp_path,
    )
    command = _check(environment, tmp_path)
    checks = json.loads(_run(command, "doctor", "--json", cwd=tmp_path))
    assert checks["ok"]
    _run(command, "simulate", "lif_neuron", "step", "-p", "duration=1m", cwd=tmp_path)
