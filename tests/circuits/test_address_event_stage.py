"""The handshake stage in ngspice: one request for each spike, however long, and none is lost."""

from __future__ import annotations

import pytest

import neuromix as nmx

pytestmark = pytest.mark.ngspice
STAGE = "address_event_stage"


@pytest.mark.parametrize("width", [1e-9, 4e-9, 60e-9])
def test_a_spike_asks_once_however_long_it_lasts(width: float) -> None:
    found = nmx.simulate(
        nmx.cell(STAGE), "handshake", width=width, spacing=100e-9, count=2, duration=200e-9
    )
    assert float(found.requests) == 2.0
    assert float(found.request_high) > 1.7


def test_a_spike_that_comes_while_the_receiver_is_busy_waits() -> None:
    """The second spike comes 6 ns before the acknowledge of the first one ends."""
    found = nmx.simulate(
        nmx.cell(STAGE),
        "handshake",
        receiver_delay=20e-9,
        width=20e-9,
        spacing=35e-9,
        count=2,
        duration=140e-9,
    )
    assert float(found.requests) == 2.0
