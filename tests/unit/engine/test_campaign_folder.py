"""The folder of a campaign: what it states, whom it refuses, what failures leave in it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from neuromix.engine import campaign_folder
from neuromix.engine.campaign_folder import CampaignFolder
from neuromix.engine.job import Job, Outcome, Remains
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.errors import BadValue
from neuromix.netlist.deck import Deck, Vector

DECK = Deck("divider", "r1 a 0 1k\n", "", "none", "op", (Vector("a", "a"),), "", 0.0)
JOB = Job(
    DECK,
    (MeasureCall("v", "final", {"of": "a"}),),
    tuple((Alteration("m1", "delvto", 1e-3 * k),) for k in range(4)),
)
ASKED = {"cell": "c", "plan": {"samples": 4, "corner": ["tt"]}, "models_sha256": "ab"}
FAILED = Outcome(
    failure="NotConverged",
    reason=("gave up", "try this"),
    remains=Remains(
        ("Doing analysis", "Timestep too small"),
        {"time": np.array([0.0, 1e-6]), "a": np.array([0.0])},
    ),
)


def opened(folder, asked=ASKED, engine="ngspice-39"):
    return CampaignFolder(folder, asked, engine)


def test_what_was_kept_is_recalled(tmp_path):
    folder = opened(tmp_path / "é")
    assert list(folder.recall(JOB, range(4))) == [None] * 4
    folder.keep(JOB, 2, Outcome({"v": 0.5}))
    folder.close()
    again = opened(tmp_path / "é")
    found = list(again.recall(JOB, range(4)))
    again.close()
    assert [outcome and outcome.values for outcome in found] == [None, None, {"v": 0.5}, None]


def test_it_states_what_is_run(tmp_path):
    opened(tmp_path).close()
    stated = json.loads((tmp_path / "campaign.json").read_text())
    assert stated["statement"] == {**ASKED, "engine": "ngspice-39"}
    assert {"neuromix", "python", "numpy"} <= set(stated["begun_with"])


@pytest.mark.parametrize(
    ("changes", "engine", "said"),
    [
        ({"cell": "d"}, "ngspice-39", "cell: begun with c, now d"),
        ({"plan": {"samples": 5, "corner": ["tt"]}}, "ngspice-39", "plan samples: begun with 4"),
        ({"models_sha256": "cd"}, "ngspice-39", "models_sha256"),
        ({}, "ngspice-45", "engine: begun with ngspice-39, now ngspice-45"),
    ],
)
def test_another_campaign_is_refused(tmp_path, changes, engine, said):
    opened(tmp_path).close()
    with pytest.raises(BadValue, match="holds another campaign") as caught:
        opened(tmp_path, ASKED | changes, engine)
    assert said in "\n".join(caught.value.evidence)
    opened(tmp_path).close()  # it was let go of


def test_a_second_driver_is_refused(tmp_path):
    folder = opened(tmp_path)
    with pytest.raises(BadValue, match="another process is at work"):
        opened(tmp_path)
    folder.close()
    opened(tmp_path).close()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"statement"', "null"])
def test_a_statement_that_cannot_be_read(tmp_path, text):
    opened(tmp_path).close()
    (tmp_path / "campaign.json").write_text(text)
    with pytest.raises(BadValue):
        opened(tmp_path)


def test_a_journal_of_nobody_knows_what(tmp_path):
    (tmp_path / "journal").write_bytes(b"")
    with pytest.raises(BadValue, match=r"no campaign\.json"):
        opened(tmp_path)


def test_a_failure_leaves_its_deck_its_log_and_its_waveforms(tmp_path, monkeypatch):
    monkeypatch.setattr(campaign_folder, "MOST_FAILURES", 2)
    folder = opened(tmp_path)
    for position in range(4):
        folder.keep(JOB, position, FAILED)
    folder.close()
    left = sorted(path.name for path in (tmp_path / "failed").iterdir())
    assert left == sorted(JOB.key(k)[:16] for k in (0, 1)), "no more than are worth a look"
    one = tmp_path / "failed" / JOB.key(1)[:16]
    deck = (one / "deck.cir").read_text()
    assert "r1 a 0 1k" in deck
    assert "moved by 0.001: @m1[delvto]" in deck
    said = (one / "log.txt").read_text()
    assert "NotConverged" in said
    assert "Timestep too small" in said
    assert (one / "waveforms.csv").read_text().splitlines() == ["time,a", "0,0", "1e-06,nan"]
    # All the same, all four are known to have failed.
    again = opened(tmp_path)
    assert [outcome.failure for outcome in again.recall(JOB, range(4))] == ["NotConverged"] * 4
    again.close()
