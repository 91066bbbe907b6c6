import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuromix.array.clock import Clock
from neuromix.errors import FabricError


@given(st.lists(st.floats(0.0, 10.0)), st.sampled_from([1e-6, 2.5e-7, 1e-3]))
def test_a_stamp_is_late_by_less_than_a_tick_and_never_early(times, tick) -> None:
    moments = np.sort(np.array(times))
    stamped = Clock(tick, 0).stamped(moments)
    assert np.all(np.diff(stamped) >= 0.0)
    assert np.all(stamped - moments > -1e-8 * tick - 1e-15)
    assert np.all(stamped - moments < tick * (1.0 + 1e-8) + 1e-15)


def test_a_silence_is_told_from_a_wrap_call_by_call() -> None:
    clock = Clock(1e-6, 8)
    assert clock.stamped(np.array([250e-6])) == pytest.approx([250e-6])
    assert clock.stamped(np.array([500e-6])) == pytest.approx([500e-6])
    with pytest.raises(FabricError, match="wraps"):
        clock.stamped(np.array([756e-6]))


def test_no_clock_no_stamp() -> None:
    moments = np.array([0.123456789])
    assert Clock(0.0, 0).stamped(moments) is moments
