"""Lists, temperatures and assignments as they are typed."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from neuromix.cli import options


@click.command()
@click.option("--corner", type=options.names, default="tt")
@click.option("--temperature", type=options.celsius, default="27")
@options.parameters
@options.technology()
@options.as_json
def echo(**given):
    return given


def _given(*words):
    return CliRunner().invoke(echo, words, standalone_mode=False).return_value


def test_defaults():
    given = _given()
    assert given == {
        "corner": ("tt",),
        "temperature": (300.15,),
        "parameters": (),
        "technology": "gf180mcu",
        "as_json": False,
    }


def test_lists_and_prefixes():
    given = _given(
        "--corner", "tt, ss", "--temperature", "-40,0,85", "-p", "i_in=20n", "-p", "v=1.8 V"
    )
    assert given["corner"] == ("tt", "ss")
    assert given["temperature"] == pytest.approx((233.15, 273.15, 358.15))
    assert given["parameters"] == (("i_in", pytest.approx(20e-9)), ("v", 1.8))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--corner", "tt,,ss"], "empty name"),
        (["--temperature", "warm"], "not a list of temperatures"),
        (["--temperature", "-300"], "below absolute zero"),
        (["--temperature", "nan"], "not finite"),
        (["-p", "i_in"], "not name=value"),
        (["-p", "=3"], "not name=value"),
        (["-p", "i_in=lots"], "i_in: 'lots' is not a number"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(words, says):
    result = CliRunner().invoke(echo, words)
    assert result.exit_code == 2
    assert says in result.stderr
