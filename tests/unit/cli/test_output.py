"""JSON that every reader accepts."""

from __future__ import annotations

import json
import math

import pytest

from neuromix.cli import output
from neuromix.declare import Parameter


def test_json_has_no_infinity(capsys):
    output.print_json({"a": Parameter("a", 1.0, "V", "µ"), "b": (math.nan, 2, None, True)})
    text = capsys.readouterr().out
    assert "µ" in text

    def refuse(constant):
        pytest.fail(f"{constant} is not JSON")

    found = json.loads(text, parse_constant=refuse)
    assert found["a"]["high"] is None
    assert found["b"] == [None, 2, None, True]


def test_a_table_without_rows_prints_nothing(capsys):
    output.print_table("empty", ("a",), [])
    assert capsys.readouterr().out == ""
    output.print_table("full", ("a",), [("[x] :y:",)])
    assert "[x] :y:" in capsys.readouterr().out
