import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuromix.data.address import AddressFormat, Field
from neuromix.errors import BadValue, UnknownName

SENSOR = AddressFormat.of(polarity=1, x=7, y=7)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 127), st.integers(0, 127))))
def test_fields_come_back(rows) -> None:
    values = np.array(rows, int).reshape(-1, 3).T
    word = SENSOR.pack(polarity=values[0], x=values[1], y=values[2])
    found = SENSOR.unpack(word)
    assert np.array_equal([found["polarity"], found["x"], found["y"]], values)


def test_the_first_field_is_in_the_lowest_bits() -> None:
    assert SENSOR.pack(polarity=1) == 1
    assert SENSOR.pack(x=1) == 2
    assert SENSOR.pack(y=np.array([1, 127])).tolist() == [256, 127 * 256]
    assert AddressFormat((Field("top", 31, 1),)).pack(top=1) == 2**31


@pytest.mark.parametrize("value", [128, -1, 0.5])
def test_a_value_that_does_not_fit_is_refused(value) -> None:
    with pytest.raises(BadValue, match="does not fit"):
        SENSOR.pack(x=value)


def test_impossible_words_are_refused() -> None:
    with pytest.raises(BadValue, match="share bit 3"):
        AddressFormat((Field("a", 0, 4), Field("b", 3, 4)))
    with pytest.raises(BadValue, match="takes the bits"):
        AddressFormat.of(a=30, b=3)
    with pytest.raises(UnknownName, match="no field named 'z'"):
        SENSOR.pack(z=1)
