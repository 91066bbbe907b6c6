"""The command line: ``neuromix COMMAND``.

Lives here: :mod:`neuromix.cli.commands` with one file a command, what several of them share
(:mod:`~neuromix.cli.options`, :mod:`~neuromix.cli.output`), and the one place that turns an error
into a message. May import everything below. Never comes in: anything that computes; and no command
imports numpy, xarray or another heavy library before it runs.
"""

from neuromix.cli.program import main

__all__ = ["main"]
