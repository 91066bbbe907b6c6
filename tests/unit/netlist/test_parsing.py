"""Reading subcircuits: what is a cell, what is refused, and how fast a hostile file is refused."""

from __future__ import annotations

import time

import pytest

from neuromix.errors import NetlistError, UndefinedParameter
from neuromix.netlist.parsing import parse_subcircuit, read_subcircuit

WHOLE = """\
* A comment before
.SUBCKT Divider In out VSS w=1u
xup   in OUT  res r={r_up}   ; the upper half
XDown out
+ vss res
* between the lines
+ r={ r_down }
m_comment 1
.ends
""".replace("m_comment 1\n", "")


def cell(*lines: str) -> str:
    return "\n".join([".subckt one a b", *lines, ".ends", ""])


def test_case_comments_and_continuations():
    found = parse_subcircuit(WHOLE)
    assert (found.name, found.ports) == ("divider", ("in", "out", "vss"))
    assert [e.name for e in found.elements] == ["xup", "xdown"]
    assert [e.nodes for e in found.elements] == [("in", "out"), ("out", "vss")]
    assert [e.kind for e in found.elements] == ["res", "res"]
    assert [e.line for e in found.elements] == [3, 4]
    assert found.parameters == ("r_up", "r_down")
    assert "half" not in found.body
    assert "between" not in found.body


def test_values_are_written_into_the_header():
    text = parse_subcircuit(WHOLE).text({"r_up": 1e3, "r_down": 2.5e-6, "other": 1.0})
    assert text.splitlines()[0] == ".subckt divider in out vss r_up=1000 r_down=2.5e-06"
    assert text.splitlines()[-1] == ".ends divider"


def test_a_parameter_without_a_value():
    with pytest.raises(UndefinedParameter, match="'r_down' has no value"):
        parse_subcircuit(WHOLE).text({"r_up": 1.0})
    fet = parse_subcircuit(cell("x1 a b a b nfet w={w_one} l=1u"))
    with pytest.raises(UndefinedParameter, match="w_one"):
        fet.sizes({})


def test_sizes_of_transistors():
    found = parse_subcircuit(cell("x1 a b a b nfet w={w} l=280n", "x2 a b pfet2 w=1", "r1 a b 1k"))
    ((element, width, length),) = found.sizes({"w": 2e-6})
    assert (element.name, width, length) == ("x1", 2e-6, 280e-9)


@pytest.mark.parametrize(
    "value", ["{2*c_one}", "{c_one + 1p}", "'c_one'", "1M", "1F", "1kk2", "wide", "1u;", "{c-one}"]
)
def test_a_value_that_spice_reads_in_another_way(value):
    # SPICE reads 1M as 1e-3 and 1F as 1e-15, and an expression over names that the header lacks.
    with pytest.raises(NetlistError, match=r"netlist:2: .* neither a number nor"):
        parse_subcircuit(cell(f"x1 a b cap c={value}"))


@pytest.mark.parametrize("value", ["1", "1e-12", "-1.5E3", ".5p", "2pF", "1meg", "1MEGohm", "{c}"])
def test_values_that_are_plain(value):
    ((_, taken),) = parse_subcircuit(cell(f"x1 a b cap c = {value}")).elements[0].values
    assert taken == value


@pytest.mark.parametrize("line", ["x1 a b a b nfet w=1u l=1u m=2", "x1 a b cap w=1p", "r1 a b q=1"])
def test_a_parameter_that_spice_would_pass_over(line):
    with pytest.raises(NetlistError, match=r"netlist:2: a \w+ has no parameter"):
        parse_subcircuit(cell(line))


@pytest.mark.parametrize("line", ["v1 a b dc 1.8 ac 1", "i1 a b pwl(0 0 1u {i})", "r1 a b 10k"])
def test_sources_inside_of_a_cell(line):
    assert parse_subcircuit(cell(line)).elements[0].nodes == ("a", "b")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x1 a b a nfet w=1u l=1u", "x1 connects 3 nodes; a nfet has 4"),
        ("x1 a b a b nfet l=1u", "no width or no length"),
        ("x1 a b a b pfet w=1u", "no width or no length"),
        ("x1 a cap c=1p", "x1 connects 1 nodes; a cap has 2"),
        ("x1", "x1"),
        ("r1 a", "not an element"),
        ("m1 a b a b nmos", "'m1' is not an element"),
        ("b1 a b v=1", "not an element"),
        ("a1 a b filesource", "not an element"),
        ("q1 a b a npn", "not an element"),
        ("= 3", "not an element"),
        (".control", "'.control' is not allowed"),
        (".include /etc/passwd", "'.include' is not allowed"),
        (".lib 'x' tt", "'.lib' is not allowed"),
        (".model n nmos", "'.model' is not allowed"),
        (".param w=1", "'.param' is not allowed"),
        (".subckt two a b", "'.subckt' is not allowed"),
        ("shell id", "'shell' is not an element"),
    ],
)
def test_lines_that_are_refused(line, said):
    with pytest.raises(NetlistError) as caught:
        parse_subcircuit(cell("r9 a b 1k", line), "file.cir")
    assert said in caught.value.summary
    assert caught.value.summary.startswith("file.cir:3:")
    assert caught.value.cure


def test_comments_never_reach_the_simulator():
    # ngspice runs what stands behind *# as a command.
    found = parse_subcircuit(cell("*#shell touch canary", "r1 a b 1k", "* .control"))
    assert found.body == "r1 a b 1k"


@pytest.mark.parametrize(
    "words", ["v1 a b pwl file=/etc/passwd", "v1 a b dc 0 external", "r1 a b 1k `id`"]
)
def test_words_that_open_files_or_crash_ngspice(words):
    with pytest.raises(NetlistError, match="netlist:2"):
        parse_subcircuit(cell(words))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        ".ends\n",
        ".subckt one a b\nr1 a b 1k\n",
        ".subckt\n.ends\n",
        ".subckt one\n.ends\n",
        "r1 a b 1k\n",
        ".subckt one a b\n.ends\nr1 a b 1k\n",
        ".subckt one a b\n.ends\n.subckt two a b\n.ends\n",
        "+ r1 a b 1k\n",
        ".subckt one a b\nr1 a b 1k\nR1 a b 2k\n.ends\n",
        ".subckt one a a\nr1 a a 1k\n.ends\n",
        ".subckt one a b\0\n.ends\n",
    ],
)
def test_what_is_no_whole_subcircuit(text):
    with pytest.raises(NetlistError):
        parse_subcircuit(text)


def test_files_that_are_not_utf8_text(tmp_path):
    file = tmp_path / "my cell é.cir"
    for raw in (WHOLE.encode("utf-16"), b"\xff\xfe\x00", WHOLE.encode() + b"\x00", b"\x89PNG\r\n"):
        file.write_bytes(raw)
        with pytest.raises(NetlistError, match="my cell"):
            read_subcircuit(file)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(NetlistError, match=r"absent\.cir cannot be read"):
        read_subcircuit(tmp_path / "absent.cir")
    with pytest.raises(NetlistError, match="cannot be read"):
        read_subcircuit(tmp_path)


def test_dos_line_ends_and_a_byte_order_mark(tmp_path):
    file = tmp_path / "divider.cir"
    file.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert read_subcircuit(file).elements == parse_subcircuit(WHOLE).elements


@pytest.mark.parametrize(
    "text",
    [
        cell("x1 " + "a" * 10_000_000 + " b cap c=1p"),
        cell("x1 " + "a " * 5_000_000),
        cell("x1 a", *["+ b"] * 1_000_000),
        cell("x1 a b cap " + "c={" * 3_000_000),
        "x" * 10_000_000,
    ],
    ids=["one word", "words", "continuations", "braces", "no subcircuit"],
)
def test_ten_megabytes_are_refused_at_once(text):
    started = time.monotonic()
    with pytest.raises(NetlistError):
        parse_subcircuit(text)
    assert time.monotonic() - started < 2.0


def test_many_elements_take_time_in_proportion():
    lines = [f"r{k} a b 1k" for k in range(20_000)]
    started = time.monotonic()
    assert len(parse_subcircuit(cell(*lines)).elements) == 20_000
    assert time.monotonic() - started < 3.0
