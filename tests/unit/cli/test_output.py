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


REPORT = output.Report(
    (
        output.Table("Gains", ("name", "gain"), (("a|b", "3 V/A"),)),
        output.Table("none", ("x",), ()),
    ),
    {"gain": 3.0},
    [{"name": "a|b", "value": 3.0}, {"name": "c", "unit": "V"}],
    ("and so on",),
)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("md", "### Gains\n\n| name | gain |\n| --- | --- |\n| a\\|b | 3 V/A |\n\nand so on\n\n"),
        ("csv", "name,value,unit\na|b,3.0,\nc,,V\n"),
        ("json", '{\n  "gain": 3.0\n}\n'),
    ],
)
def test_forms_of_a_report(capsys, form, said):
    output.emit(REPORT, form)
    assert capsys.readouterr().out == said


def test_tables_are_the_form_for_people(capsys):
    output.emit(REPORT, "table")
    shown = capsys.readouterr().out
    assert "Gains" in shown
    assert shown.endswith("and so on\n")
