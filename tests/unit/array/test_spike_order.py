"""Spikes are put in order in the same way, few or many."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neuromix.array import spike_order
from neuromix.array.spike_order import put_in_order
from neuromix.data.events import Events

moments = st.lists(st.integers(0, 9), max_size=12)


@given(moments, moments, st.integers(0, 10))
def test_few_spikes_are_put_in_order_as_many_are(late, new, stop: int) -> None:
    waiting = Events(np.sort(np.array(late, float)), np.arange(len(late)))
    time, address = np.array(new, float), np.arange(100, 100 + len(new), dtype=np.uint32)
    before, after = put_in_order(waiting, time, address, float(stop))
    whole = Events.sort([*waiting.time, *time], [*waiting.address, *address])
    assert before == whole.between(-np.inf, stop)
    assert after == whole.between(stop, np.inf)
    times = spike_order.FEW // len(new) + 1 if new else 1
    many, rest = put_in_order(waiting, np.tile(time, times), np.tile(address, times), float(stop))
    assert set(zip(many.time, many.address, strict=True)) == set(
        zip(before.time, before.address, strict=True)
    )
    assert len(many) + len(rest) == len(late) + times * len(new)
