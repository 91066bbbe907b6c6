"""Random numbers keyed by their owner; hashes that do not collide by joining."""

from __future__ import annotations

import subprocess
import sys

import pytest

from neuromix.data.provenance import digest, software
from neuromix.data.randomness import generator
from neuromix.errors import BadValue


def numbers(seed, *owner):
    return generator(seed, *owner).standard_normal(4).tolist()


def test_the_same_owner_has_the_same_numbers():
    assert numbers(1, "cell", "x1", 3) == numbers(1, "cell", "x1", 3)


def test_others_have_others():
    owners = [(), ("a",), ("a", "b"), ("ab",), ("a", 1), ("a", "1"), ("b", "a"), (1, "a")]
    found = [tuple(numbers(seed, *owner)) for owner in owners for seed in (0, 1)]
    assert len(set(found)) == len(found)


def test_the_numbers_are_those_of_any_other_process():
    script = (
        "from neuromix.data.randomness import generator\n"
        "print(generator(7, 'lif_neuron', 'x1').standard_normal(4).tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": "123", "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.strip() == str(numbers(7, "lif_neuron", "x1"))


@pytest.mark.parametrize("seed", [-1, 1.5])
def test_seeds_that_are_none(seed):
    with pytest.raises(BadValue, match="seed"):
        generator(seed)


def test_large_seeds():
    assert numbers(2**70) != numbers(2**70 + 1)


def test_digests_are_framed():
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab") != digest("a", "b")
    assert digest("é") == digest("é".encode())
    assert len(digest()) == 64


def test_software_names_its_versions():
    assert {"neuromix", "python", "numpy"} <= set(software())
