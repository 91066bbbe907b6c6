"""The address-event fabric: how spikes travel between the blocks of a chip.

One link leads into each array. Senders raise requests; an arbiter with rotating priority admits
them to a FIFO; the link serves one event at a time; after the latency of the path the event is at
its target. This is a queue with constant service time, M/D/1 for Poisson requests. The service is
the 4-phase handshake or, if that is longer, what the target does with an event: the receiver holds
the address, so that the next handshake goes on while synapses take their pulse.

Cycle time, latency and energy come from the model of a characterized handshake stage, link by link
(:mod:`neuromix.array.passage`), unless they are given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from neuromix.array.arbiter import decide
from neuromix.array.clock import Clock
from neuromix.array.passage import Passage, passage_of
from neuromix.array.rotating_priority import levels_of
from neuromix.data.events import MOST_ADDRESSES, Events, as_events
from neuromix.errors import BadValue, FabricError
from neuromix.models.catalogue import model
from neuromix.models.model import Model
from neuromix.units import number, whole

POLICIES = ("drop", "stall")

STAGE = "address_event_stage"
"""The cell from whose model links are made by default."""

GIVEN_IN_ALL = 3
"""Cycle time, latency, energy: with all of them no stage is asked."""


LONGEST = 1.0
"""s: no handshake, path or clock is slower."""

DEEPEST = 2**24
"""Of a FIFO."""

WIDEST = 64
"""Bits of a stamp."""


@dataclass(frozen=True, repr=False)
class Fabric:
    """What all links of a chip have in common.

    Parameters
    ----------
    cycle_time : float, s, optional
        Of the handshake: for how long an event occupies a link at least.
    latency : float, s, optional
        From the start of the service to the target.
    fifo_depth : int
        Events that can wait, besides the one that is served.
    policy : {"drop", "stall"}
        What happens to an event that finds the FIFO full: it is dropped and counted, or its sender
        holds the request (and its later ones, in order) until there is room.
    timestamp : float, s
        Resolution of the clock that stamps events at the target, rounding up; 0 for none.
    timestamp_bits : int
        Width of the stamp; it wraps, and the receiver unwraps it. 0 for a stamp that never wraps.
    energy_per_event : float, J, optional
        Of one event on one link; nothing is added for stages that stand still.
    stage : Model, optional
        Handshake stage from which each of the three follows that is not given; by default that of
        the libraries, ``address_event_stage`` in gf180mcu.
    wire : float, F
        What a stage drives, and each address wire: metal, and the gates of the stages beside it,
        14 fF in gf180mcu. The default leaves 0.2 mm of metal at 0.2 fF/µm.
    """

    cycle_time: float | None = None
    latency: float | None = None
    fifo_depth: int = 16
    policy: str = "drop"
    timestamp: float = 0.0
    timestamp_bits: int = 0
    energy_per_event: float | None = None
    stage: Model | None = None
    wire: float = 50e-15

    def __post_init__(self) -> None:
        whole(self.fifo_depth, "fabric: fifo_depth", 0, DEEPEST)
        whole(self.timestamp_bits, "fabric: timestamp_bits", 0, WIDEST)
        for name in ("timestamp", "wire"):
            number(getattr(self, name), f"fabric: {name}")
        for name in ("cycle_time", "latency", "energy_per_event"):
            if (value := getattr(self, name)) is not None:
                number(value, f"fabric: {name}")
        if self.cycle_time is not None and not 0.0 < self.cycle_time < math.inf:
            raise BadValue(f"fabric: a cycle time of {self.cycle_time!r} s is not positive")
        for name in ("latency", "timestamp", "energy_per_event", "wire"):
            value = getattr(self, name)
            if value is not None and not 0.0 <= value < math.inf:
                raise BadValue(f"fabric: {name} is {value!r}; it must be 0 or more")
        for name in ("cycle_time", "latency", "timestamp"):
            if (value := getattr(self, name)) is not None and value > LONGEST:
                raise BadValue(f"fabric: {name} is {value!r} s", cure=f"up to {LONGEST:g}, in s")
        if self.policy not in POLICIES:
            raise BadValue(
                f"fabric: there is no policy {self.policy!r}", cure=" or ".join(map(repr, POLICIES))
            )
        if self.stage is not None and not isinstance(self.stage, Model):
            raise BadValue(
                f"fabric: the stage {self.stage!r} is not a model",
                cure='stage=nmx.model("address_event_stage")',
            )
        if self.timestamp_bits and not self.timestamp:
            raise BadValue(
                f"fabric: stamps of {self.timestamp_bits} bits and {self.timestamp!r} s",
                cure="give the clock a positive resolution, timestamp=1e-6",
            )

    def __repr__(self) -> str:
        changed = (
            f"{item.name}={value.cell if isinstance(value, Model) else repr(value)}"
            for item in fields(self)
            if (value := getattr(self, item.name)) != item.default
        )
        return f"Fabric({', '.join(changed)})"

    def passage(self, senders: int, addresses: int | None = None) -> Passage:
        """Return what an event takes on a link of ``senders``: as given, the rest from the stage.

        Its wires tell as many ``addresses`` apart, or one for each sender.

        Raises
        ------
        BadValue
            Where the stage is none, or was not characterized with such wires.
        UnknownName
            Where a stage is needed and no library holds the model of one.
        """
        whole(senders, "fabric: senders", 1)
        given = {
            name: float(value)
            for name in ("cycle_time", "latency", "energy_per_event")
            if (value := getattr(self, name)) is not None
        }
        if len(given) == GIVEN_IN_ALL:
            return Passage(**given, static_power=0.0, origin="given")
        stage = self.stage if self.stage is not None else model(STAGE)
        found = passage_of(stage, self.wire, senders, addresses)
        if not given:
            return found
        if "energy_per_event" in given:
            found = replace(found, static_power=0.0)
        words = " and ".join(name.replace("_", " ") for name in given)
        return replace(found, **given, origin=f"{words} given; {found.origin}")

    def carry(self, events: Events, senders: int) -> Delivery:
        """Send events over one link that nothing has used before.

        Parameters
        ----------
        events : Events
            Requests; the address is the sender.
        senders : int
            How many senders the link has.

        Raises
        ------
        FabricError
            Where an address is not below ``senders``, or stamps cannot be unwrapped.
        """
        link = Link(self, whole(senders, "fabric: senders", 1, MOST_ADDRESSES))
        return link.carry(as_events(events, "fabric"), math.inf)


@dataclass(frozen=True, eq=False)
class Delivery:
    """What a link made of its requests.

    Parameters
    ----------
    events : Events
        At the target, in order of service.
    place : (delivered,) ndarray of int
        Which of the requests that the link was ever given each event is, from 0 on.
    requested, started : (delivered,) ndarray, s
        Request of each delivered event, and the start of its service.
    met : (decided,) ndarray of int
        How many others each new request found waiting, in order of the requests.
    sent, dropped : (senders,) ndarray of int
        Requests and lost ones, by sender. Those that still wait are sent, not delivered.
    """

    events: Events
    place: NDArray[np.int64]
    requested: NDArray[np.float64]
    started: NDArray[np.float64]
    met: NDArray[np.int32]
    sent: NDArray[np.int64]
    dropped: NDArray[np.int64]

    @property
    def wait(self) -> NDArray[np.float64]:
        """From the request of each delivered event to the start of its service, s."""
        return self.started - self.requested

    @property
    def latency(self) -> NDArray[np.float64]:
        """From the request of each delivered event to the target, with its stamp, s."""
        return self.events.time - self.requested


@dataclass
class Link:
    """One link in use: its queue goes on from call to call.

    Parameters
    ----------
    fabric : Fabric
    senders : int
        Number of addresses that it serves.
    busy : float, s
        What the target does with each event, at least.
    addresses : int, optional
        How many addresses the wires tell apart; as many as there are senders where it is left out.
    known : Passage, optional
        What ``fabric.passage`` gives for it, where that was asked before.
    """

    fabric: Fabric
    senders: int
    busy: float = 0.0
    addresses: int | None = None
    known: Passage | None = None
    held: Events = field(default_factory=Events.empty)
    held_place: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    last: int = -1
    free_at: float = -math.inf
    decided_until: float = -math.inf
    given: int = 0
    queue: NDArray[np.float64] = field(init=False)
    passage: Passage = field(init=False)
    clock: Clock = field(init=False)
    levels: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.passage = self.known or self.fabric.passage(self.senders, self.addresses)
        self.clock = Clock(self.fabric.timestamp, self.fabric.timestamp_bits)
        self.queue = np.zeros(self.fabric.fifo_depth + 1)
        self.last = self.senders - 1
        self.levels = levels_of(self.senders)

    @property
    def pace(self) -> float:
        """From one event to the next, s: the slower of the handshake and the target."""
        return max(self.passage.cycle_time, self.busy)

    def passes(self, until: float) -> bool:
        """Return whether nobody waits, and if so, go on to ``until`` (s) without any request."""
        if len(self.held):
            return False
        self.decided_until = until
        return True

    def carry(self, events: Events, until: float) -> Delivery:
        """Decide on all requests before ``until`` (s); senders that stall go on waiting.

        Raises
        ------
        FabricError
            Where an address is not below ``senders``, requests come after later ones, or stamps
            cannot be unwrapped.
        """
        if len(events) and int(events.address.max()) >= self.senders:
            raise FabricError(
                f"fabric: no sender has the address {int(events.address.max())}",
                [f"this link serves the addresses 0 … {self.senders - 1}"],
                "make the source block larger, or take these events out",
            )
        latest = max(self.decided_until, self.held.time[-1] if len(self.held) else -math.inf)
        if len(events) and events.time[0] < latest:
            raise FabricError(
                f"fabric: a request at {events.time[0]:.9g} s comes after those of {latest:.9g} s",
                cure="calls in order of time, each with the requests before its `until`",
            )
        time, address = events.time, events.address
        place = np.arange(self.given, self.given + len(events))
        if len(self.held):
            time = np.concatenate([self.held.time, time])
            address = np.concatenate([self.held.address, address])
            place = np.concatenate([self.held_place, place])
        self.given += len(events)
        sender, place, requested, started, met, sent, dropped, waiting, served = decide(
            time,
            address,
            place,
            len(self.held),
            until,
            self.decided_until,
            self.pace,
            self.fabric.policy == "stall",
            self.queue,
            self.last,
            self.free_at,
            self.senders,
            self.levels,
        )
        self.queue, self.last, self.free_at = served
        self.held, self.held_place = Events.trusted(*waiting[:2]), waiting[2]
        self.decided_until = until
        arrived = self.clock.stamped(started + self.passage.latency)
        return Delivery(
            Events.trusted(arrived, sender), place, requested, started, met, sent, dropped
        )
