"""Whether two simulators ran the same network: rates, irregularity, synchrony, membranes.

Noise differs between simulators, and a recurrent network amplifies it, so that spike trains cannot
be compared one by one; these statistics can.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.reference import Record
from benchmarks.workload import Workload

FEWEST_SPIKES = 5
"""Spikes that a neuron needs for its coefficient of variation to count."""

BIN = 50
"""Steps of the bins in which the spikes of a layer are counted."""

LEVELS = (np.arange(200) + 0.5) / 200
"""Levels of the quantiles that stand for the distribution of a membrane."""

RATE, CV, FANO, MEMBRANE = 0.02, 0.05, 0.4, 0.05
"""Largest differences; of membranes, the distance described at :func:`membrane_distance`.

A single second of cuba varies from seed to seed by 0.6 % in rate, 2 % in cv, 15 % in fano and by a
distance of up to 0.03 (8 seeds of the reference): compare means over several seeds.
"""


@dataclass(frozen=True)
class Statistics:
    """What is compared of a run, for each layer.

    Parameters
    ----------
    rate : list of float, Hz
        Mean over neurons, samples and time.
    cv : list of float
        Coefficient of variation of the intervals between spikes: standard deviation over mean of
        the intervals of a neuron (within samples, over all samples), then the mean over neurons
        with at least ``FEWEST_SPIKES`` spikes; nan without any such neuron.
    fano : list of float
        Variance over time, over mean, of the layer's number of spikes in bins of ``BIN`` steps; the
        variance is the mean over samples. 1 for independent Poisson trains of constant rate.
    membrane : list of lists of float, V
        Quantiles at ``LEVELS`` of the sampled membranes; empty where none were sampled.
    """

    rate: list[float]
    cv: list[float]
    fano: list[float]
    membrane: list[list[float]]

    @classmethod
    def of(cls, work: Workload, record: Record) -> Statistics:
        """Return the statistics of a run of a workload."""
        ends = np.cumsum(work.layers)
        spans = list(zip(ends - work.layers, ends, strict=True))
        seconds = work.samples * work.steps * work.dt
        counts = np.bincount(record.neuron, minlength=work.n)
        cv = variation(work, record)
        sampled = record.membrane.size > 0
        return cls(
            rate=[float(counts[a:b].mean() / seconds) for a, b in spans],
            cv=[float(np.nanmean(cv[a:b])) if np.isfinite(cv[a:b]).any() else np.nan
                for a, b in spans],
            fano=[fano(work, record, a, b) for a, b in spans],
            membrane=[
                np.quantile(
                    record.membrane[:, :, (work.probed >= a) & (work.probed < b)], LEVELS
                ).tolist()
                for a, b in spans
                if sampled
            ],
        )  # fmt: skip

    @classmethod
    def mean(cls, runs: list[Statistics]) -> Statistics:
        """Return the mean of the statistics of several runs of one workload."""
        return cls(
            *(
                np.mean([getattr(run, field.name) for run in runs], axis=0).tolist()
                for field in fields(cls)
            )
        )

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Statistics:
        """Read the statistics among the values that a peer printed."""
        return cls(**{field.name: values[field.name] for field in fields(cls)})


def variation(work: Workload, record: Record) -> NDArray[np.float64]:
    """Return the coefficient of variation of each neuron, nan with too few spikes, shape (n,)."""
    order = np.lexsort((record.step, record.sample, record.neuron))
    neuron, sample = record.neuron[order], record.sample[order]
    together = (np.diff(neuron) == 0) & (np.diff(sample) == 0)
    interval, owner = np.diff(record.step[order])[together].astype(float), neuron[1:][together]
    spikes = np.bincount(neuron, minlength=work.n)
    with np.errstate(invalid="ignore", divide="ignore"):
        number = np.bincount(owner, minlength=work.n)
        mean = np.bincount(owner, interval, work.n) / number
        variance = np.bincount(owner, (interval - mean[owner]) ** 2, work.n) / number
        return np.where((spikes >= FEWEST_SPIKES) & (number > 1), np.sqrt(variance) / mean, np.nan)


def fano(work: Workload, record: Record, first: int, stop: int) -> float:
    """Return the Fano factor of the neurons from ``first`` to ``stop``; see :class:`Statistics`."""
    ours = (record.neuron >= first) & (record.neuron < stop)
    bins = work.steps // BIN
    where = record.sample[ours] * bins + np.minimum(record.step[ours] // BIN, bins - 1)
    count = np.bincount(where, minlength=work.samples * bins).reshape(work.samples, bins)
    return float(count.var(axis=1).mean() / count.mean()) if count.any() else np.nan


def membrane_distance(a: list[float], b: list[float]) -> float:
    """Return the Wasserstein-1 distance of two distributions over the standard deviation of ``b``.

    Both are given by their quantiles at ``LEVELS``; a shift by the whole standard deviation is 1.
    """
    ours, theirs = np.array(a), np.array(b)
    return float(np.abs(ours - theirs).mean() / theirs.std())


def agree(a: Statistics, b: Statistics) -> list[str]:
    """Return what of ``a`` lies too far from ``b``, a sentence each; empty where they agree."""
    out = []
    for name, allowed in (("rate", RATE), ("cv", CV), ("fano", FANO)):
        pairs = zip(getattr(a, name), getattr(b, name), strict=True)
        for layer, (ours, theirs) in enumerate(pairs):
            off = abs(ours - theirs) / theirs if np.isfinite([ours, theirs]).all() else np.inf
            if off > allowed and not (np.isnan(ours) and np.isnan(theirs)):
                out.append(
                    f"{name} of layer {layer}: {ours:.4g} against {theirs:.4g}, {off:.1%} off "
                    f"({allowed:.0%} allowed)"
                )
    for layer, (mine, yours) in enumerate(zip(a.membrane, b.membrane, strict=True)):
        off = membrane_distance(mine, yours)
        if off > MEMBRANE:
            out.append(
                f"membrane of layer {layer}: {off:.3f} standard deviations ({MEMBRANE} allowed)"
            )
    return out
