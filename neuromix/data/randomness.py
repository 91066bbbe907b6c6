"""Random numbers keyed by what they belong to, never by worker, chunk or order."""

from __future__ import annotations

import hashlib

import numpy as np

from neuromix.errors import BadValue


def generator(seed: int, *owner: str | int) -> np.random.Generator:
    """Return the generator of ``owner``, such as ``(1, "lif_neuron", "x1.m0", "delvto")``.

    The same owner under the same seed always gets the same numbers; another owner gets others.

    Parameters
    ----------
    seed : int
        Root of the die or of the campaign.
    owner : str or int
        Path of names, outermost first.

    Raises
    ------
    BadValue
        Where the seed is not a whole number from 0 on.
    """
    key = "\x1f".join(f"{type(part).__name__}:{part}" for part in owner).encode()
    words = np.frombuffer(hashlib.sha256(key).digest(), dtype="<u4")
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise BadValue(f"{seed!r} is no seed", cure="a whole number from 0 on")
    return np.random.default_rng([int(seed), *(int(word) for word in words)])
