"""The command line: one clear message for every mistake, and nothing heavy for ``--help``."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from neuromix.cli import commands, main, program
from neuromix.errors import BadValue

HEAVY = ("numpy", "xarray", "numba", "scipy", "h5py", "matplotlib", "PySpice", "rich")


@pytest.fixture
def run():
    def invoke(*words):
        return CliRunner().invoke(main, list(words))

    return invoke


def _with(monkeypatch, function):
    """Make ``neuromix fail`` do that."""
    command = click.command("fail")(function)
    found = program.Program.get_command
    monkeypatch.setattr(
        program.Program,
        "get_command",
        lambda self, ctx, name: command if name == "fail" else found(self, ctx, name),
    )


@pytest.mark.parametrize("words", [["--help"], ["show", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words):
    script = (
        "import sys\nfrom neuromix.cli import main\n"
        f"try: main({words!r})\nexcept SystemExit as end: assert end.code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_file_is_a_command_that_says_what_it_does(run):
    names = [item.name for item in pkgutil.iter_modules(commands.__path__)]
    assert {"list", "show", "pdk", "doctor"} <= set(names)
    listed = run("--help").stdout
    for name in names:
        command = importlib.import_module(f"{commands.__name__}.{name}").command
        assert command.name == name.replace("_", "-")
        assert command.help
        assert f"\n  {command.name} " in listed


def test_an_error_of_ours_is_one_message(run, monkeypatch):
    def fail():
        raise BadValue("the summary", ["the evidence"], "the cure")

    _with(monkeypatch, fail)
    result = run("fail")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "BadValue: the summary\n  the evidence\n  try: the cure\n"


def test_an_interruption_exits_with_130(run, monkeypatch):
    def fail():
        raise KeyboardInterrupt

    _with(monkeypatch, fail)
    result = run("fail")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")


@pytest.mark.parametrize("words", [["shwo"], ["show"], ["list", "--jsno"], ["pdk", "instal"]])
def test_words_that_are_no_command_exit_with_2(run, words):
    result = run(*words)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_a_closed_pipe_is_quiet():
    done = subprocess.run(
        f"{sys.executable} -c 'from neuromix.cli import main; main()' list --json | true",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""


def test_a_terminal_without_unicode(monkeypatch):
    done = subprocess.run(
        [sys.executable, "-c", "from neuromix.cli import main; main(['list'])"],
        env={"PYTHONIOENCODING": "ascii", "PATH": "", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "gf180mcu" in done.stdout
