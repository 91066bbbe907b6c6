"""Events come back from every format; what is damaged is refused with one error."""

import contextlib
import io
import os
import pickle
import random
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neuromix.data.events import Events
from neuromix.errors import BadValue, EventFileError, UnknownName
from neuromix.interop.aedat import DAVIS, DVS128, TICK
from neuromix.interop.event_files import read_events, write_events

EXACT = (".npy", ".npz", ".csv")
FORMATS = (*EXACT, ".aedat")
SOME = Events.sort(
    np.random.default_rng(1).uniform(0.0, 2.0, 300), np.random.default_rng(2).integers(0, 99, 300)
)
trains = st.lists(st.tuples(st.floats(0.0, 1e3), st.integers(0, 2**32 - 1)), max_size=50)


@pytest.fixture(params=FORMATS)
def written(request, tmp_path):
    return write_events(tmp_path / f"some{request.param}", SOME)


@pytest.mark.parametrize("suffix", FORMATS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trains)
def test_events_come_back(tmp_path, suffix, rows) -> None:
    events = Events.sort([t for t, _ in rows], np.array([a for _, a in rows], np.uint32))
    found = read_events(write_events(tmp_path / f"all{suffix}", events))
    assert np.array_equal(found.address, events.address)
    if suffix in EXACT:
        assert np.array_equal(found.time, events.time)
    else:
        assert np.abs(found.time - events.time).max(initial=0.0) <= 0.5 * TICK * (1.0 + 1e-6)


def test_writing_twice_gives_the_same_bytes(written) -> None:
    first = written.read_bytes()
    assert write_events(written, SOME).read_bytes() == first


def test_truncated_at_a_hundred_places(written) -> None:
    whole = written.read_bytes()
    for length in np.linspace(0, len(whole) - 1, 100).astype(int):
        written.write_bytes(whole[:length])
        with pytest.raises(EventFileError):
            read_events(written)


def test_flipped_bits_never_raise_anything_else(written) -> None:
    chance, whole = random.Random(3), written.read_bytes()
    for _ in range(300):
        at, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        written.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        try:
            found = read_events(written)
        except EventFileError:
            continue
        if written.suffix == ".npz":  # checksums: what is read is what was written
            assert found == SOME


def test_bytes_at_the_end_are_damage(written) -> None:
    with written.open("ab") as stream:
        stream.write(b"\0" * 9)
    if written.suffix == ".npz":  # the archive is whole, and its reader looks for its end
        assert read_events(written) == SOME
        return
    with pytest.raises(EventFileError):
        read_events(written)


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_unknown_address_is_named(tmp_path, suffix) -> None:
    path = write_events(tmp_path / f"a{suffix}", SOME)
    highest = int(SOME.address.max())
    assert len(read_events(path, addresses=highest + 1)) == len(SOME)
    with pytest.raises(EventFileError, match=f"has the address {highest}"):
        read_events(path, addresses=highest)


def unsorted_files(folder):
    record = np.dtype([("time", "<f8"), ("address", "<u4")])
    times, addresses = np.array([2e-3, 1e-3, 1e-3]), np.array([7, 8, 9], np.uint32)
    records = np.empty(3, record)
    records["time"], records["address"] = times, addresses
    np.save(folder / "u.npy", records)
    np.savez(folder / "u.npz", time=times, address=addresses)
    (folder / "u.csv").write_text("address,time\n7,2e-3\n8,1e-3\n9,1e-3\n")
    words = np.array([[7, 2000], [8, 1000], [9, 1000]], ">u4")
    (folder / "u.aedat").write_bytes(b"#!AER-DAT2.0\r\n" + words.tobytes())


@pytest.mark.parametrize("suffix", FORMATS)
def test_unsorted_events_are_refused_or_sorted_stably(tmp_path, suffix) -> None:
    unsorted_files(tmp_path)
    with pytest.raises(EventFileError, match="event 2 is before the one that precedes it"):
        read_events(tmp_path / f"u{suffix}")
    found = read_events(tmp_path / f"u{suffix}", unsorted="sort")
    assert found.address.tolist() == [8, 9, 7]
    assert found.time == pytest.approx([1e-3, 1e-3, 2e-3])
    with pytest.raises(BadValue, match="unsorted"):
        read_events(tmp_path / f"u{suffix}", unsorted="ignore")


def test_stamps_wrap_and_are_unwrapped(tmp_path) -> None:
    near = (2**32 - 2) * TICK
    long = Events(near + np.array([0.0, 3e-6, 2000.0, 4000.0, 5000.0]), np.arange(5))
    found = read_events(write_events(tmp_path / "long.aedat", long))
    assert found.time == pytest.approx(long.time, abs=TICK)
    stamps = np.frombuffer((tmp_path / "long.aedat").read_bytes()[-40:], ">u4")[1::2]
    assert stamps[1] == 1
    silent = Events(np.array([0.0, 2200.0]), np.zeros(2, np.uint32))
    with pytest.raises(BadValue, match="wraps"):
        write_events(tmp_path / "silent.aedat", silent)
    with pytest.raises(BadValue, match="first stamp"):
        write_events(tmp_path / "early.aedat", Events(np.array([-1.0]), np.zeros(1, np.uint32)))


def test_address_words_of_cameras(tmp_path) -> None:
    word = DVS128.pack(polarity=1, x=5, y=100)
    body = np.array([[word, 10]], ">u4").tobytes()
    (tmp_path / "c.aedat").write_bytes(b"#!AER-DAT2.0\r\n# AEChip: DVS128\r\n" + body)
    (event,) = read_events(tmp_path / "c.aedat").address
    assert {k: int(v) for k, v in DVS128.unpack(event).items()} == {
        "polarity": 1, "x": 5, "y": 100, "external": 0,
    }  # fmt: skip
    assert DAVIS.pack(polarity=1, x=3, y=2) == 1 << 11 | 3 << 12 | 2 << 22


def test_a_header_ends_where_it_says(tmp_path) -> None:
    body = np.array([[0x23000000, 1], [0x230A0000, 2]], ">u4").tobytes()  # both start with "#"
    header = b"#!AER-DAT2.0\r\n# End of ASCII Header\r\n"
    (tmp_path / "h.aedat").write_bytes(header + body)
    assert read_events(tmp_path / "h.aedat").address.tolist() == [0x23000000, 0x230A0000]


@pytest.mark.parametrize("start", [b"", b"#!AER-DAT3.1\r\n", b"#!AER-DAT1.0\r\n", b"#" * 100_000])
def test_other_versions_are_named(tmp_path, start) -> None:
    (tmp_path / "v.aedat").write_bytes(start + bytes(16))
    with pytest.raises(EventFileError, match=r"not of AEDAT 2\.0"):
        read_events(tmp_path / "v.aedat")


def test_pickles_are_not_opened(tmp_path) -> None:
    (tmp_path / "p.npy").write_bytes(pickle.dumps([1, 2]))
    (tmp_path / "p.npz").write_bytes(pickle.dumps([1, 2]))
    inside = io.BytesIO()
    np.save(inside, np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "q.npy").write_bytes(inside.getvalue())
    with zipfile.ZipFile(tmp_path / "q.npz", "w") as archive:
        archive.writestr("time.npy", inside.getvalue())
        archive.writestr("address.npy", inside.getvalue())
    for name in ("p.npy", "p.npz", "q.npy", "q.npz"):
        with pytest.raises(EventFileError):
            read_events(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0.1,1\n0.2,2\n", "columns"),
        ("time,address\n0.1,1\n0.2,2", "no end"),
        ("time,address\n0.1,one\n", "not a table"),
        ("time,address\n0.1\n", "not a table"),
        ("time,address\nnan,1\n", "time of event 1 is nan"),
        ("time,address\n0.1,-1\n", "address -1"),
        ("time,address\n0.1,4294967296\n", "address 4294967296"),
        ("# 3 events\ntime,address\n0.1,1\n", "announced"),
    ],
)
def test_tables_that_are_no_events(tmp_path, text, says) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(EventFileError, match=says):
        read_events(tmp_path / "t.csv")


def test_arrays_that_are_no_events(tmp_path) -> None:
    np.save(tmp_path / "plain.npy", np.zeros((3, 2)))
    np.savez(tmp_path / "names.npz", t=np.zeros(3), a=np.zeros(3, int))
    np.savez(tmp_path / "long.npz", time=np.zeros(3), address=np.zeros(2, int))
    np.savez(tmp_path / "float.npz", time=np.zeros(3), address=np.zeros(3))
    np.savez(tmp_path / "ticks.npz", time=np.zeros(3, int), address=np.zeros(3, int))
    for name in ("plain.npy", "names.npz", "long.npz", "float.npz", "ticks.npz"):
        with pytest.raises(EventFileError):
            read_events(tmp_path / name)


def test_what_is_not_there_and_what_is_no_format(tmp_path) -> None:
    for suffix in FORMATS:
        with pytest.raises(BadValue, match="cannot read"):
            read_events(tmp_path / f"none{suffix}")
    with pytest.raises(UnknownName, match="format of events"):
        write_events(tmp_path / "events.h5", SOME)


def test_blank_lines_are_passed_over(tmp_path) -> None:
    file = tmp_path / "blank.csv"
    file.write_text("time,address\n\n0.1,2\n\n0.2,1\n")
    assert list(read_events(file)) == [(0.1, 2), (0.2, 1)]


def test_times_that_no_stamp_holds(tmp_path) -> None:
    with pytest.raises(BadValue, match="wraps"):
        write_events(tmp_path / "late.aedat", Events([0.0, 1e13], [0, 1]))


def test_a_pipe_is_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.npy")
    with pytest.raises(BadValue, match="not a file"):
        read_events(tmp_path / "pipe.npy")


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_fuzzed_headers_never_raise_anything_else(tmp_path, suffix) -> None:
    file = write_events(tmp_path / f"some{suffix}", SOME)
    raw, draw = file.read_bytes(), random.Random(2)
    for _ in range(300):
        changed = bytearray(raw)
        for _ in range(draw.choice((1, 3, 20))):
            changed[draw.randrange(130)] = draw.randrange(256)
        file.write_bytes(changed)
        with contextlib.suppress(EventFileError, BadValue):
            read_events(file)


def test_missing_folders_are_made(tmp_path) -> None:
    assert write_events(tmp_path / "new" / "some.csv", SOME).exists()
