"""Model files that are truncated, flipped or hostile are refused, every time, with one error."""

from __future__ import annotations

import json
import random
import sys

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner
from provisional import neuron

from neuromix.cli import main
from neuromix.errors import ModelFileError
from neuromix.models.store import LARGEST_FILE, decode, encode, load, save

WHOLE = encode(neuron())


def changed(path, value):
    """Return the file with the value at a path of keys replaced; ``...`` removes it."""
    content = json.loads(WHOLE)
    place = content
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(content).encode()


def test_the_whole_file_is_read():
    assert encode(decode(WHOLE)) == WHOLE


@pytest.mark.promise("R4")
def test_truncated_at_a_hundred_places():
    for length in np.linspace(0, len(WHOLE.rstrip()) - 1, 100).astype(int):
        with pytest.raises(ModelFileError):
            decode(WHOLE[:length])


@pytest.mark.promise("R4")
def test_flipped_bytes_never_raise_anything_else(record_property):
    chance, refused = random.Random(5), 0
    for _ in range(600):
        at, bit = chance.randrange(len(WHOLE)), 1 << chance.randrange(8)
        raw = WHOLE[:at] + bytes([WHOLE[at] ^ bit]) + WHOLE[at + 1 :]
        try:
            decode(raw)
        except ModelFileError:
            refused += 1
    assert refused > 150
    record_property("flipped bits of 600 refused, the others harmless", refused)


@pytest.mark.parametrize("letter", b'{}[]":,')
@pytest.mark.promise("R4")
def test_every_lost_mark_of_structure_is_refused(letter):
    places = [k for k, byte in enumerate(WHOLE) if byte == letter]
    if letter in b",:":  # texts may hold them as well
        places = [k for k in places if WHOLE[k + 1] == ord("\n" if letter == ord(",") else " ")]
    for at in places[:: max(1, len(places) // 20)]:
        with pytest.raises(ModelFileError):
            decode(WHOLE[:at] + WHOLE[at + 1 :])


FIRST = next(iter(json.loads(WHOLE)["parameters"]))
NAMES = [
    "os",
    "__import__",
    "sys",
    "neuromix.errors",
    "../../etc/passwd",
    "/tmp/x",
    "",
    "a\0b",
    ".",
]

HOSTILE = {
    **{f"family {name!r}": (("family",), name) for name in NAMES},
    **{
        f"cell {name!r}": (("cell",), name)
        for name in ["../../x", "/tmp/x", "", "a\0b", "a b", "."]
    },
    **{f"technology {name!r}": (("technology",), name) for name in ["../x", "", "a/b"]},
    "other schema": (("schema",), 2),
    "negative schema": (("schema",), -1),
    "schema as text": (("schema",), "1"),
    "no schema": (("schema",), ...),
    "unknown field": (("__reduce__",), "os.system"),
    "no parameters": (("parameters",), {}),
    "one missing": (("parameters", FIRST), ...),
    "one too many": (("parameters", "__class__"), {"value": 1.0, "unit": "1"}),
    "null": (("parameters", FIRST, "value"), None),
    "text": (("parameters", FIRST, "value"), "1e-12"),
    "a list": (("parameters", FIRST, "value"), [1e-12]),
    "beyond its range": (("parameters", FIRST, "value"), 1e300),
    "negative": (("parameters", FIRST, "value"), -1.0),
    "another unit": (("parameters", FIRST, "unit"), "furlong"),
    "mismatch of nothing": (("mismatch", "names", 0), "__dict__"),
    "mismatch too short": (("mismatch", "shift"), []),
    "covariance of text": (("mismatch", "covariance"), "x"),
    "covariance empty": (("mismatch", "covariance"), []),
    "covariance ragged": (("mismatch", "covariance", 0), [1.0]),
    "covariance negative": (("mismatch", "covariance", 0, 0), -1.0),
    "covariance huge": (("mismatch", "covariance", 0, 0), 1e300),
    "covariance skew": (("mismatch", "covariance", 0, 1), 0.01),
    "negative noise": (("noise", "white"), -1e-30),
    "energy of text": (("energy", "per_event"), "much"),
    "condition without corner": (("condition", "corner"), ...),
    "condition without temperature": (("condition", "temperature"), ...),
    "temperature of text": (("condition", "temperature"), "hot"),
    "temperature below zero": (("condition", "temperature"), -1.0),
    "no supply": (("condition", "supply"), 0.0),
    "supply of text": (("condition", "supply"), "1.8"),
    "condition nested": (("condition", "corner"), {"a": 1}),
    "proof of text": (("proof",), {"isi_error_median": "small"}),
    "provenance nested": (("provenance",), {"a": {"b": 1}}),
    "validity of nothing": (("validity",), {"x": []}),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.promise("R10")
def test_hostile_content(name):
    before = set(sys.modules)
    with pytest.raises(ModelFileError) as caught:
        decode(changed(*HOSTILE[name]))
    assert caught.value.evidence or caught.value.cure
    assert not {"os.system", "pickle"} & (set(sys.modules) - before)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\x80\x04\x95pickle.",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"provenance":' + b'{"a":' * 50_000,
        b"CDF\x01",
        b"\x89HDF\r\n\x1a\n",
        WHOLE + b"x",
        WHOLE + WHOLE,
        WHOLE.replace(b": 1,", b": NaN,", 1),
        WHOLE.replace(b'"value": ', b'"value": 1e999', 1),
        WHOLE.replace(b'"value": ', b'"value": Infinity ', 1),
        WHOLE.decode().encode("utf-16"),
    ],
)
@pytest.mark.promise("R10")
def test_what_is_no_model_file(raw):
    with pytest.raises(ModelFileError):
        decode(raw)


@pytest.mark.promise("R10")
def test_ten_megabytes_are_refused_before_they_are_read(tmp_path):
    file = tmp_path / "x.model.json"
    file.write_bytes(WHOLE + b" " * 10_000_000)
    assert file.stat().st_size > LARGEST_FILE
    with pytest.raises(ModelFileError, match="no model file is that large"):
        load(file)


def test_files_that_are_none(tmp_path):
    for path in (tmp_path, "/dev/null", tmp_path / "absent.json", tmp_path / ("x" * 300)):
        with pytest.raises(ModelFileError):
            load(path)


def test_a_saved_file_is_what_is_read(tmp_path):
    path = save(neuron(), tmp_path / "x.model.json")
    assert path.read_bytes() == WHOLE
    assert encode(load(path)) == WHOLE


@pytest.mark.parametrize("name", ["family 'os'", "condition without corner", "cell '../../x'"])
def test_the_command_line_says_it_in_one_message(tmp_path, name):
    file = tmp_path / "x.model.json"
    file.write_bytes(changed(*HOSTILE[name]))
    result = CliRunner().invoke(main, ["verify", "lif_neuron", "--model", str(file)])
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1
    assert "ModelFileError: " in result.stderr
    assert "Traceback" not in result.stderr
    assert file.read_bytes() == changed(*HOSTILE[name])


@pytest.mark.promise("R10")
def test_a_dataset_is_no_model(tmp_path):
    from neuromix.data.netcdf import write_dataset

    path = write_dataset(xr.Dataset({"a": 1.0}), tmp_path / "x.nc")
    with pytest.raises(ModelFileError):
        load(path)
