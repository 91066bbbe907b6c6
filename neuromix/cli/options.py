"""What several commands are told in the same words: lists, assignments, degrees Celsius.

The functions are click types: ``click.option("--corner", type=names, default="tt")``.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import click

from neuromix import units
from neuromix.declare import Condition
from neuromix.errors import BadValue


def names(text: str) -> tuple[str, ...]:
    """Read names between commas, such as ``tt,ss,ff``."""
    found = tuple(item.strip() for item in text.split(","))
    if not all(found):
        raise click.BadParameter(f"{text!r} has an empty name between commas")
    return found


def celsius(text: str) -> tuple[float, ...]:
    """Read temperatures in °C between commas, such as ``0,27,85``; returned in kelvin."""
    try:
        found = tuple(units.kelvin(float(item)) for item in text.split(","))
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is not a list of temperatures in °C, such as 0,27,85"
        ) from error
    if not all(0 < item < math.inf for item in found):
        raise click.BadParameter(f"{text!r} goes below absolute zero or is not finite")
    return found


def volts(text: str) -> tuple[float, ...]:
    """Read voltages between commas, such as ``1.7,1.8,1.9``."""
    try:
        return tuple(units.parse(item.strip(), of="supply") for item in text.split(","))
    except BadValue as error:
        raise click.BadParameter(str(error)) from error


def assignment(text: str) -> tuple[str, float]:
    """Read ``name=value``, where the value may have an SI prefix, such as ``i_in=20n``."""
    name, equals, number = (part.strip() for part in text.partition("="))
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not name=value, such as i_in=20n")
    try:
        return name, units.parse(number, of=name)
    except BadValue as error:
        raise click.BadParameter(str(error)) from error


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
"""Decorator: adds ``--json``."""


def form(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--format``, and ``--json`` for one of them; the argument is called ``form``."""
    for option in (
        click.option("--json", "form", flag_value="json", help="The same as --format json."),
        click.option(
            "--format",
            "form",
            type=click.Choice(["table", "md", "csv", "json"]),
            default="table",
            show_default=True,
            help="Tables, Markdown, one number a line, or JSON.",
        ),
    ):
        command = option(command)
    return command


technology = functools.partial(
    click.option,
    "-t",
    "--technology",
    default="gf180mcu",
    show_default=True,
    metavar="NAME",
    help="Technology, as `neuromix list` names it.",
)
"""Call to make a decorator that adds ``--technology``."""

parameters = click.option(
    "-p",
    "--parameter",
    "parameters",
    type=assignment,
    multiple=True,
    metavar="NAME=VALUE",
    help="Parameter of the bench, such as i_in=20n; may be repeated.",
)
"""Decorator: adds ``-p name=value``, a tuple of (name, number) pairs."""


tolerances = click.option(
    "--tolerance",
    "tolerances",
    type=assignment,
    multiple=True,
    metavar="MEASURE=SHARE",
    help="Tighten the simulator until its error of a measure is below, such as rate=1e-5.",
)
"""Decorator: adds ``--tolerance measure=share``, a tuple of (name, number) pairs."""


def condition(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of one condition; read them with :func:`one_condition`."""
    for option in (
        click.option("--ideal-bias", is_flag=True, help="Ideal gate voltages, not replicas."),
        click.option("--supply", type=float, default=None, help="In V; nominal by default."),
        click.option("--temperature", type=celsius, default="27", show_default=True, help="In °C."),
        click.option("--corner", default="tt", show_default=True, help="Process corner."),
    ):
        command = option(command)
    return command


def one_condition(
    corner: str, temperature: tuple[float, ...], supply: float | None, ideal_bias: bool
) -> Condition:
    """Return the condition that the options describe."""
    if len(temperature) != 1:
        raise click.BadParameter("one temperature, please", param_hint="--temperature")
    return Condition(corner, temperature[0], supply, ideal_bias)
