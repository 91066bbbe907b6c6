"""How fast the address-event fabric is simulated, and how close it is to queueing theory.

``python benchmarks/fabric.py [--json]``: ten million Poisson requests of 64 senders on one link, at
loads below, at and beyond saturation. Compilation is not timed, and is shown apart.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from neuromix.array.fabric import Delivery, Fabric
from neuromix.data.events import Events

EVENTS = 10_000_000
SENDERS = 64
CYCLE = 1e-6
PATH = 20e-9
LOADS = (0.1, 0.5, 0.8, 0.89)
OVERLOAD = 1.5
BUSY = 1.06


def main() -> None:
    """Measure, and print a row for each figure."""
    start = time.perf_counter()
    carried(0.5, 16, 1000)
    figures: dict[str, float] = {"compilation_s": time.perf_counter() - start}
    errors, seconds = [], []
    for load in LOADS:
        delivery, took = carried(load, EVENTS, EVENTS)
        expected = PATH + load * CYCLE / (2.0 * (1.0 - load))
        errors.append(abs(float(delivery.latency.mean()) / expected - 1.0))
        seconds.append(took)
    figures["m_d_1_error_max"] = max(errors)
    figures["events_per_s"] = EVENTS * len(LOADS) / sum(seconds)
    delivery, took = carried(OVERLOAD, 16, EVENTS)
    span = float(delivery.started[-1] - delivery.started[0])
    figures["saturation_ratio"] = (len(delivery.events) - 1) * CYCLE / span
    figures["events_per_s_overloaded"] = EVENTS / took
    delivery, took = carried(BUSY, 16, EVENTS)
    figures["dropped_part_at_load_1.06"] = float(delivery.dropped.sum()) / EVENTS
    figures["ns_per_event_at_load_1.06"] = 1e9 * took / EVENTS
    known = delivery.events.counts(SENDERS) + delivery.dropped
    figures["lost_uncounted"] = EVENTS - float(known.sum())
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:28} {value:.6g}")


def carried(load: float, depth: int, count: int) -> tuple[Delivery, float]:
    """Return what the link made of Poisson requests, and the seconds that it took."""
    random = np.random.default_rng(int(100 * load))
    times = np.cumsum(random.exponential(CYCLE / load, count))
    events = Events(times, random.integers(0, SENDERS, count, dtype=np.uint32))
    fabric = Fabric(cycle_time=CYCLE, latency=PATH, energy_per_event=0.0, fifo_depth=depth)
    start = time.perf_counter()
    delivery = fabric.carry(events, SENDERS)
    return delivery, time.perf_counter() - start


if __name__ == "__main__":
    main()
