"""The array against the stored spikes of the transistors of the same dies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from neuromix.cli.program import main
from neuromix.cosim.agreement import RATE, TOTAL, Agreement
from neuromix.cosim.circuit import NEURON
from neuromix.cosim.proof import load, save
from neuromix.data.events import Events
from neuromix.errors import BadValue

FOLDER = Path(__file__).parents[1] / "reference" / "network"
NAMES = sorted(file.stem for file in FOLDER.glob("*.nc"))
LARGE = pytest.mark.skipif(
    "recurrent" not in NAMES, reason="not simulated yet: make networks NAMES=recurrent"
)


@pytest.mark.parametrize("name", NAMES)
def test_the_array_computes_what_its_transistors_do(name):
    found = load(FOLDER / f"{name}.nc").agreement()
    assert abs(found.array.sum() / found.spice.sum() - 1.0) <= TOTAL
    assert np.abs(found.array / found.spice - 1.0).max() <= RATE


@LARGE
def test_each_neuron_of_the_recurrent_network_spikes_fifty_times():
    proof = load(FOLDER / "recurrent.nc")
    assert proof.silicon.network.n == 16
    assert proof.spikes.counts(16).min() >= 50


@LARGE
def test_recurrence_makes_a_good_part_of_the_spikes():
    proof = load(FOLDER / "recurrent.nc")
    network = proof.silicon.network
    codes = network.codes.copy()
    codes[network.outside :] = 0
    silicon = replace(proof.silicon, network=replace(network, codes=codes))
    alone = replace(proof, silicon=silicon).array_spikes()
    assert len(alone) < 0.75 * len(proof.spikes)


def test_other_dies_spike_otherwise():
    proof = load(FOLDER / "small.nc")
    shuffled = {
        cell: family.replace(
            **{
                name: np.roll(value, 1)
                for name, value in family.values().items()
                if np.ptp(value) > 0.0
            }
        )
        for cell, family in proof.families.items()
    }
    assert not replace(proof, families=shuffled).agreement().holds


def test_half_the_step_of_the_array_changes_no_spike_count():
    proof = load(FOLDER / "small.nc")
    whole, half = (proof.array_spikes(dt).counts(4) for dt in (5e-6, 2.5e-6))
    assert np.array_equal(whole, half)


def test_a_proof_is_the_same_after_being_written_and_read(tmp_path):
    proof = load(FOLDER / "small.nc")
    again = load(save(proof, tmp_path / "again.nc"))
    assert again.spikes == proof.spikes
    assert again.provenance == proof.provenance
    assert again.array_spikes() == proof.array_spikes()
    assert again.floor() == proof.floor()


def test_dies_that_their_seed_does_not_draw_are_refused(tmp_path):
    proof = load(FOLDER / "small.nc")
    other = replace(proof.silicon, network=replace(proof.silicon.network, seed=1))
    with pytest.raises(BadValue, match=f"{NEURON}s are other dies"):
        load(save(replace(proof, silicon=other), tmp_path / "other.nc"))


def test_an_agreement_counts_what_is_missing():
    spice = Events(np.arange(1, 101) * 1e-3, np.zeros(100, int))
    found = Agreement.of(spice, spice.between(0.0, 97.5e-3), 1)
    assert found.total_error == pytest.approx(-0.03)
    assert found.drift == pytest.approx([0.0])
    assert not found.holds


def test_an_agreement_sees_a_drift_that_moves_no_count():
    spice = Events(np.arange(1, 101) * 1e-3, np.zeros(100, int))
    found = Agreement.of(spice, Events(spice.time * 1.004, spice.address), 1)
    assert found.total_error == 0.0
    assert found.drift == pytest.approx([-0.00398], abs=1e-5)


def test_the_command_judges_and_draws(tmp_path):
    arguments = ["verify-network", str(FOLDER / "small.nc"), "-o", str(tmp_path), "--json"]
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["holds"] is True
    assert (tmp_path / "small.png").read_bytes().startswith(b"\x89PNG")


def test_the_command_ends_with_three_where_rates_are_missed(tmp_path):
    proof = load(FOLDER / "small.nc")
    late = Events(proof.spikes.time[:-9], proof.spikes.address[:-9])
    file = save(replace(proof, spikes=late), tmp_path / "late.nc")
    assert CliRunner().invoke(main, ["verify-network", str(file)]).exit_code == 3
