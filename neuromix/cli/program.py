"""The command group: finds commands by their file, and says what went wrong in one message."""

from __future__ import annotations

import importlib
import io
import pkgutil
import sys

import click

from neuromix.cli import commands
from neuromix.data.provenance import version
from neuromix.errors import NeuromixError

FAILED = 1
INTERRUPTED = 130
"""Exit codes; click adds 2 for words that are no command or option."""


class Program(click.Group):
    """A group whose commands are the files of :mod:`neuromix.cli.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands, without importing one."""
        return sorted(
            item.name.replace("_", "-") for item in pkgutil.iter_modules(commands.__path__)
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the file of one command and return what it holds."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = cmd_name.replace("-", "_")
        found = importlib.import_module(f"{commands.__name__}.{module}").command
        assert isinstance(found, click.Command)
        return found

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; an error of ours becomes its message and exit code 1."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except NeuromixError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            ctx.exit(FAILED)
        except KeyboardInterrupt as stopped:
            click.echo(f"interrupted: {stopped}" if str(stopped) else "interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), prog_name="neuromix")
def main() -> None:
    """From transistor netlists to spiking arrays.

    Simulate analog cells in ngspice, characterize them with noise and mismatch, and compute with
    thousands of the resulting models.
    """
