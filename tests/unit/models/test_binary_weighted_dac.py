"""Tables and charges of the converter."""

import numpy as np
import pytest

from neuromix.errors import BadValue
from neuromix.models.families import binary_weighted_dac as dac

VALUES = {
    **{f"source_current_{k}": 1e-9 * 2**k for k in range(6)},
    **{f"sink_current_{k}": 1.02e-9 * 2**k for k in range(6)},
    **{f"source_charge_{k}": -1e-16 * (k + 1) for k in range(6)},
    "source_leak": 0.3e-9,
    "sink_leak": 0.31e-9,
    "source_offset_charge": 5e-16,
}
CELL = dac.Dynamics.from_values(VALUES)


def test_the_table_is_the_sum_of_the_bits():
    table = CELL.table("source")
    assert table.shape == (1, 64)
    np.testing.assert_allclose(table[0], 0.3e-9 + 1e-9 * np.arange(64), rtol=1e-12)
    np.testing.assert_allclose(CELL.table("sink")[0, 63], 0.31e-9 + 63 * 1.02e-9)


def test_instances_have_tables_of_their_own():
    many = CELL.replace(source_current_5=np.array([30e-9, 32e-9, 34e-9]))
    table = many.table()
    assert table.shape == (3, 64)
    np.testing.assert_allclose(table[:, 32] - table[:, 0], [30e-9, 32e-9, 34e-9])
    np.testing.assert_allclose(table[:, 1], table[0, 1])


def test_the_charge_of_a_pulse():
    codes, widths = np.array([0, 1, 6]), np.array([5e-6, 2e-6, 1e-6])
    charge = CELL.charge(codes, widths)
    expected = [0.0, 2e-15 + 5e-16 - 1e-16, 6e-15 + 5e-16 - 2e-16 - 3e-16]
    np.testing.assert_allclose(charge, [expected], atol=1e-27)
    assert CELL.charge(codes, widths, "sink")[0, 2] == pytest.approx(6 * 1.02e-15)


def test_bits():
    np.testing.assert_array_equal(dac.bits_of(np.array(37)), [1, 0, 1, 0, 0, 1])


def test_both_outputs_are_needed():
    with pytest.raises(BadValue, match="sink_current_0"):
        dac.Dynamics.from_values({k: v for k, v in VALUES.items() if "sink" not in k})
