"""tools/setup.sh: what it does, that it does it once, and what it says when it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import neuromix

ROOT = Path(neuromix.__file__).resolve().parents[1]
NEEDED = ("tools/setup.sh", "requirements.lock", "pyproject.toml", "setup.py")

PYTHON = f"""\
#!/bin/sh
echo "python $*" >> log
case "$*" in
  *"pip install"*|*"pip --version"*) exit 0 ;;
esac
exec {sys.executable} "$@"
"""


def _stub(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


@pytest.fixture
def tree(tmp_path):
    """A tree with an environment, whose installers only write down what they are told."""
    for name in NEEDED:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    _stub(tmp_path / ".venv/bin/python", PYTHON)
    _stub(tmp_path / ".venv/bin/neuromix", '#!/bin/sh\necho "neuromix $*" >> log\n')
    for name in ("apt-get", "sudo", "brew"):
        _stub(tmp_path / "stubs" / name, f'#!/bin/sh\necho "{name} $*" >> log\nexit 1\n')
    return tmp_path


def _setup(tree, **environment):
    (tree / "log").write_text("")
    path = f"{tree / 'stubs'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "tools/setup.sh"],
        cwd=tree,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
    )
    return done, (tree / "log").read_text().splitlines()


@pytest.mark.ngspice
def test_pinned_dependencies_ourselves_and_the_models_once(tree):
    done, log = _setup(tree)
    assert done.returncode == 0, done.stderr
    locked, editable = [line for line in log if "pip install" in line]
    assert "--no-deps --requirement requirements.lock" in locked
    assert "--no-deps --no-build-isolation" in editable
    assert "editable_mode=compat --editable ." in editable
    assert log[-1] == "neuromix pdk install gf180mcu"

    done, log = _setup(tree)
    assert done.returncode == 0
    assert [line for line in log if "pip install" in line] == []

    (tree / "requirements.lock").write_text("click==8.1.0\n")
    _, log = _setup(tree)
    assert len([line for line in log if "pip install" in line]) == 2


def test_without_ngspice_and_without_rights_one_line_says_what_to_type(tree):
    done, log = _setup(tree, NEUROMIX_LIBNGSPICE="libabsent.so")
    assert done.returncode == 1
    tried = "brew" if sys.platform == "darwin" else "apt-get" if os.geteuid() == 0 else "sudo"
    assert any(line.startswith(tried) for line in log)
    said = done.stderr.splitlines()
    assert said[0] == "setup: libngspice is missing and could not be installed"
    assert said[1] in {
        "  try: sudo apt-get install -y libngspice0",
        "  try: brew install libngspice",
    }
    assert not any(line.startswith("neuromix") for line in log)


def test_a_broken_tree_is_not_taken_for_a_missing_ngspice(tree):
    _stub(tree / ".venv/bin/python", PYTHON.replace(sys.executable, "false"))
    done, log = _setup(tree)
    assert done.returncode != 0
    assert not any(line.startswith(("apt-get", "sudo", "brew")) for line in log)
    assert "libngspice" not in done.stderr


def test_the_lock_pins_every_dependency_that_is_declared():
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        item
        for group in (
            declared["dependencies"],
            # Tests run notebooks with the kernel alone; a user's own Jupyter is not pinned.
            *(
                items
                for name, items in declared["optional-dependencies"].items()
                if name != "jupyter"
            ),
        )
        for item in group
        if not item.startswith("neuromix")
    ]
    lines = [
        line
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert all(line.count("==") == 1 for line in lines)
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in lines}
    names = {item.partition(">")[0].strip().lower() for item in wanted}
    assert names <= pinned
