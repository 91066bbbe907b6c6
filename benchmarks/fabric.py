"""How fast the address-event fabric is simulated, and how close it is to queueing theory.

``python benchmarks/fabric.py [--json]``: ten million Poisson requests of 64 senders on one link, at
loads below, at and beyond saturation; a link of 20 000 senders that wait for each other; and a mesh
of 16 chips, with drops and with back-pressure, in hops of an event per second. Compilation is not
timed, and is shown apart.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from neuromix.array.fabric import Delivery, Fabric
from neuromix.array.network import Network
from neuromix.array.routing import RoutingTable
from neuromix.array.topology import Mesh
from neuromix.data.events import Events

EVENTS = 10_000_000
SENDERS = 64
CYCLE = 1e-6
PATH = 20e-9
LOADS = (0.1, 0.5, 0.8, 0.89)
OVERLOAD = 1.5
BUSY = 1.06
MANY_SENDERS, CROWDED = 20_000, 0.95
"""Senders of one link without a FIFO, and its load: nine wait on average, up to 85."""


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
    _, took = carried(CROWDED, 0, EVENTS // 10, MANY_SENDERS, "stall")
    figures["arbiter_ns_per_event_20000_senders"] = 1e9 * took / (EVENTS // 10)
    for policy in ("drop", "stall"):
        meshed(policy, 10)
        hops, took, uncounted = meshed(policy, EVENTS // 200)
        figures[f"mesh_hops_per_s_{policy}"] = hops / took
        figures["lost_uncounted"] += uncounted
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:34} {value:.6g}")


def carried(
    load: float, depth: int, count: int, senders: int = SENDERS, policy: str = "drop"
) -> tuple[Delivery, float]:
    """Return what the link made of Poisson requests, and the seconds that it took."""
    random = np.random.default_rng(int(100 * load))
    times = np.cumsum(random.exponential(CYCLE / load, count))
    events = Events(times, random.integers(0, senders, count, dtype=np.uint32))
    fabric = Fabric(
        cycle_time=CYCLE, latency=PATH, energy_per_event=0.0, fifo_depth=depth, policy=policy
    )
    start = time.perf_counter()
    delivery = fabric.carry(events, senders)
    return delivery, time.perf_counter() - start


def meshed(policy: str, count: int) -> tuple[int, float, int]:
    """Return hops of events of 16 chips to 16 others, the seconds, and what no count has found."""
    entries = [RoutingTable.between(a, (5 * a + 3) % 16, np.arange(SENDERS)) for a in range(16)]
    random = np.random.default_rng(2)
    requests = {
        chip: Events(
            np.cumsum(random.exponential(CYCLE / 0.4, count)),
            random.integers(0, SENDERS, count, dtype=np.uint32),
        )
        for chip in range(16)
    }
    fabric = Fabric(cycle_time=CYCLE, latency=PATH, energy_per_event=0.0, policy=policy)
    table = RoutingTable(np.concatenate([item.entries for item in entries]))
    network = Network(Mesh(4, 4), SENDERS, table, fabric)
    start = time.perf_counter()
    arrivals = network.carry(requests, 1.0)
    took = time.perf_counter() - start
    hops = sum(link.sent for link in arrivals.links.values())
    return hops, took, arrivals.copies - arrivals.delivered - arrivals.lost


if __name__ == "__main__":
    main()
