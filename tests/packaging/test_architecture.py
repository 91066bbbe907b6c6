"""Rules that hold for the whole tree: what is public, what imports what, how long a file may be."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import neuromix

ROOT = Path(neuromix.__file__).resolve().parents[1]
LONGEST_MODULE = 400
MOST_PUBLIC_NAMES = 35


def _python(script):
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _sources(*folders):
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def test_import_is_light():
    loaded = _python("import sys, neuromix; print(*sys.modules)").split()
    heavy = {"numpy", "xarray", "numba", "scipy", "matplotlib", "PySpice", "h5py"}
    assert heavy & set(loaded) == set()


def test_import_is_quick():
    best = min(_import_seconds() for _ in range(3))
    assert best < 0.3


def _import_seconds():
    started = time.perf_counter()
    _python("import neuromix")
    return time.perf_counter() - started


def test_public_names():
    assert len(neuromix.__all__) <= MOST_PUBLIC_NAMES
    assert len(dir(neuromix)) <= MOST_PUBLIC_NAMES
    assert set(neuromix.__all__) <= set(dir(neuromix))


@pytest.mark.parametrize("name", dir(neuromix))
def test_public_name_is_there_and_documented(name):
    found = getattr(neuromix, name)
    if inspect.isclass(found) or inspect.isfunction(found) or inspect.ismodule(found):
        assert inspect.getdoc(found)


def test_no_submodule_bears_the_name_of_a_verb():
    modules = {item.name for item in pkgutil.iter_modules(neuromix.__path__)}
    verbs = {name for name in dir(neuromix) if not inspect.ismodule(getattr(neuromix, name))}
    assert modules & verbs == set()


@pytest.mark.parametrize(
    "file", _sources("neuromix", "circuits"), ids=lambda file: str(file.relative_to(ROOT))
)
def test_a_module_can_be_read_in_one_sitting(file):
    assert len(file.read_text().splitlines()) <= LONGEST_MODULE


def test_every_package_says_what_lives_there():
    packages = [
        item.name for item in pkgutil.iter_modules(neuromix.__path__, "neuromix.") if item.ispkg
    ]
    assert "neuromix.pdk" in packages
    for name in packages:
        text = importlib.import_module(name).__doc__ or ""
        assert "import" in text, f"{name}: what may it import?"
        assert "Never comes in" in text or "never" in text.lower(), f"{name}: what stays out?"


def test_declarations_import_only_what_describes():
    for file in _sources("circuits"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                pytest.fail(f"{file.name} imports {node.names[0].name}")
            if isinstance(node, ast.ImportFrom):
                assert node.module in {"neuromix.declare", "__future__"}, file.name


def test_layers():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
