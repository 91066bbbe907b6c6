"""One line that is renewed in a notebook, a line a phase in a log, nothing in a script."""

from __future__ import annotations

import pytest

from neuromix.cli.progress import reporting
from neuromix.display import progress


class Shown:
    """Stands for IPython's display: what is shown, and in how many outputs."""

    def __init__(self):
        self.texts = []
        self.outputs = 0

    def display(self, data, *, raw, display_id):
        assert raw
        assert display_id
        self.outputs += 1
        self.update(data, raw=raw)
        return self

    def update(self, data, *, raw):
        (text,) = data.values()
        self.texts.append(text)


@pytest.fixture
def shown(monkeypatch):
    """A notebook's output, and a clock that goes on 10 ms at each look."""
    import IPython.display

    found = Shown()
    clock = iter(0.01 * k for k in range(10**6))
    monkeypatch.setattr(IPython.display, "display", found.display)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    return found


def test_a_notebook_gets_one_line_that_is_renewed_now_and_then(shown):
    line = progress.Line()
    for done in range(1001):
        line(done, 1000, "neuron: stimuli")
    line.close()
    assert shown.outputs == 1
    assert 10 < len(shown.texts) < 1001 * 0.01 / progress.RENEWAL + 2
    assert all("\n" not in text for text in shown.texts)
    assert shown.texts[-1].startswith("1000 of 1000 runs in 10 s")


def test_what_is_done_at_once_shows_nothing(shown):
    line = progress.Line()
    for done in range(5):
        line(done, 4, "quick")
    line.close()
    assert not shown.texts


def test_a_script_is_told_nothing(capsys):
    with progress.watching(None) as told:
        told(1, 2, "x")
    assert told is progress.quiet
    assert capsys.readouterr() == ("", "")


def test_what_the_user_gives_is_told():
    calls = []
    with progress.watching(lambda *now: calls.append(now)) as told:
        first = progress.phase(told, "one", 0, 10)
        second = progress.phase(told, "two", 6, 10)
        first(6, 6, "deck")
        second(1, 4, "deck")
    assert calls == [(6, 10, "one"), (7, 10, "two")]


def test_a_part_has_its_share_of_the_percents():
    calls = []
    part = progress.portion(lambda *now: calls.append(now), "second half", 50.0, 100.0)
    part(0, 3, "")
    part(3, 3, "")
    part(0, 0, "")
    assert calls == [(50, 100, "second half"), (100, 100, "second half"), (50, 100, "second half")]


def test_a_log_may_be_told_nothing(capsys):
    with reporting("multiplying", lines=False) as told:
        told(1, 2, "x")
    assert capsys.readouterr() == ("", "")


def test_a_log_gets_a_line_a_phase(capsys):
    with reporting("loading models") as told:
        for name in ("one", "two", "one"):
            for done in range(100):
                told(done, 100, name)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0].removesuffix(" …") for line in lines] == [
        "loading models",
        "one",
        "two",
    ]
