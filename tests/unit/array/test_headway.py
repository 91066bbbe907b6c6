"""Long runs tell how far they are, and are the same whether somebody listens or not."""

import numpy as np
import pytest

import neuromix as nmx
from neuromix.array import headway, population
from neuromix.array.headway import Headway
from neuromix.array.linear import course
from neuromix.array.simulation import run_batch


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    for module in (population, course):
        monkeypatch.setattr(module, "PIECE", 200)


def linear(n=600):
    chip = nmx.Chip(1)
    model = nmx.Model.ideal(
        "current_based_lif",
        membrane_time=20e-3,
        excitatory_time=5e-3,
        inhibitory_time=5e-3,
        rest=20e-3,
        threshold=15e-3,
        reset=0.0,
        noise=1e-3,
    )
    chip.add("cell", nmx.Array(model, n))
    return chip


def circuit():
    chip = nmx.Chip(1)
    chip.add("in", nmx.SpikeSource(4))
    chip.add("cell", nmx.Array(nmx.model("lif_neuron"), 100, current=1e-9))
    return chip


def told(run):
    calls = []
    return run(lambda *now: calls.append(now)), calls


@pytest.mark.parametrize(("make", "threads"), [(linear, 1), (linear, 2), (circuit, 1)])
def test_a_run_tells_percents_that_rise_to_the_whole(make, threads):
    left, calls = told(
        lambda progress: nmx.run(make(), {}, duration=20e-3, threads=threads, progress=progress)
    )
    percents = [done for done, _, _ in calls]
    assert len(calls) > 5
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert {(total, what) for _, total, what in calls} == {(100, "cell")}
    assert left.events == nmx.run(make(), {}, duration=20e-3, threads=threads).events


@pytest.mark.parametrize("make", [linear, circuit])
def test_a_batch_tells_samples(make):
    _, calls = told(lambda progress: run_batch(make(), [{}] * 3, duration=2e-3, progress=progress))
    assert calls[-1] == (3, 3, "samples")
    assert np.all(np.diff([done for done, _, _ in calls]) >= 0)


def test_each_percent_is_told_once():
    calls = []
    going = Headway(lambda *now: calls.append(now), 1000.0)
    for _ in range(1000):
        going.add(1.0, "x")
    assert [done for done, _, _ in calls] == list(range(101))


def test_nobody_needs_to_listen(capsys):
    headway.UNHEARD.add(1.0, "x")
    assert capsys.readouterr() == ("", "")
