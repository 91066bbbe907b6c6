"""Pure functions from raw waveforms to numbers.

May import: numpy and ``neuromix.errors``. Never comes in: a simulator, a model, xarray; these run
in the worker, on ngspice's own time grid, since resampling destroys timing of 1e-4.

Every function takes ``waves``, a mapping from waveform name to a one-dimensional array with
``"time"`` (or ``"frequency"``) among them, and keyword arguments. What cannot be measured is NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from neuromix.errors import UnknownName
from neuromix.measure.amplifier import (
    rate_between,
    supply_power,
)
from neuromix.measure.decision import decision_delay, decisions, trip_voltage
from neuromix.measure.firing_pattern import (
    adaptation_index,
    burst_rate,
    firing_pattern,
    spikes_per_burst,
)
from neuromix.measure.frequency import (
    bandwidth,
    low_frequency_gain,
    low_frequency_gain_in_decibels,
    phase_margin,
    unity_gain_frequency,
)
from neuromix.measure.handshake import edge_count, edge_delay, edge_delays
from neuromix.measure.holding import (
    droop,
    pedestal,
)
from neuromix.measure.neuron import (
    at_spikes,
    energy_per_spike,
    inter_spike_interval,
    latency,
    refractory_time,
    spike_rate,
    spike_threshold,
    spike_times,
)
from neuromix.measure.spectrum import (
    follower_noise,
    input_noise_density,
)
from neuromix.measure.step_response import settling_time
from neuromix.measure.synapse import (
    decay_time,
    drawn_charges,
    pushed_charges,
    pushed_current,
    pushed_final,
)
from neuromix.measure.transfer import (
    harmonic_distortion,
    linearity_error,
    product_error,
    slope,
    swept,
    swept_crossing,
)
from neuromix.measure.waveform import charge, crossings, final, peak, sampled, supply_energy

Waves = Mapping[str, NDArray[np.float64]]
Measured = float | NDArray[np.float64]

_KINDS: dict[str, Callable[..., Measured]] = {
    function.__name__: function
    for function in (
        adaptation_index,
        at_spikes,
        bandwidth,
        burst_rate,
        charge,
        decay_time,
        decision_delay,
        decisions,
        drawn_charges,
        droop,
        edge_count,
        edge_delay,
        edge_delays,
        energy_per_spike,
        final,
        firing_pattern,
        follower_noise,
        harmonic_distortion,
        input_noise_density,
        inter_spike_interval,
        latency,
        linearity_error,
        low_frequency_gain,
        low_frequency_gain_in_decibels,
        peak,
        pedestal,
        phase_margin,
        product_error,
        pushed_charges,
        pushed_current,
        pushed_final,
        rate_between,
        refractory_time,
        sampled,
        settling_time,
        slope,
        spike_rate,
        spike_threshold,
        spike_times,
        spikes_per_burst,
        supply_energy,
        supply_power,
        swept,
        swept_crossing,
        trip_voltage,
        unity_gain_frequency,
    )
}

__all__ = [
    "adaptation_index",
    "at_spikes",
    "bandwidth",
    "burst_rate",
    "charge",
    "crossings",
    "decay_time",
    "decision_delay",
    "decisions",
    "drawn_charges",
    "droop",
    "edge_count",
    "edge_delay",
    "edge_delays",
    "energy_per_spike",
    "final",
    "firing_pattern",
    "follower_noise",
    "harmonic_distortion",
    "input_noise_density",
    "inter_spike_interval",
    "latency",
    "linearity_error",
    "low_frequency_gain",
    "low_frequency_gain_in_decibels",
    "peak",
    "pedestal",
    "phase_margin",
    "product_error",
    "pushed_charges",
    "pushed_current",
    "pushed_final",
    "rate_between",
    "refractory_time",
    "sampled",
    "settling_time",
    "slope",
    "spike_rate",
    "spike_threshold",
    "spike_times",
    "spikes_per_burst",
    "supply_energy",
    "supply_power",
    "swept",
    "swept_crossing",
    "take",
    "trip_voltage",
    "unity_gain_frequency",
]


def function(kind: str) -> Callable[..., Measured]:
    """Return the measure that a declaration names.

    Raises
    ------
    UnknownName
        Where there is no measure of that kind.
    """
    if kind not in _KINDS:
        raise UnknownName("kind of measure", kind, _KINDS)
    return _KINDS[kind]


def take(kind: str, waves: Waves, arguments: Mapping[str, float | str]) -> Measured:
    """Take the measure that a declaration names; see :func:`function`."""
    return function(kind)(waves, **arguments)
