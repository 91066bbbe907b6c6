import numpy as np
import pytest

from neuromix.array import histogram
from neuromix.array.histogram import EDGES, Tally, TimeHistogram
from neuromix.errors import BadValue


def test_pieces_make_the_same_histogram_as_the_whole() -> None:
    times = np.random.default_rng(2).lognormal(-12.0, 2.0, 10_000)
    whole = TimeHistogram().with_times(times)
    pieces = TimeHistogram()
    for piece in np.array_split(times, 7):
        pieces = pieces.with_times(piece)
    assert np.array_equal(whole.counts, pieces.counts)
    assert whole.count == 10_000
    assert whole.mean == pytest.approx(times.mean())
    assert whole.longest == times.max()


@pytest.mark.parametrize("percent", [1.0, 50.0, 99.0, 100.0])
def test_a_percentile_is_at_most_a_bin_too_long(percent: float) -> None:
    times = np.random.default_rng(3).lognormal(-12.0, 2.0, 9_999)
    true = np.quantile(times, percent / 100.0, method="inverted_cdf")
    found = TimeHistogram().with_times(times).percentile(percent)
    assert true <= found <= 1.0746 * true


def test_nothing_falls_out_at_the_ends() -> None:
    odd = TimeHistogram().with_times(np.array([0.0, 1e-15, EDGES[-1], 1e9]))
    assert odd.count == 4
    assert odd.counts[0] == 2
    assert odd.percentile(100.0) == 1e9


def test_of_nothing_there_is_no_percentile() -> None:
    assert np.isnan(TimeHistogram().percentile(50.0))
    assert np.isnan(TimeHistogram().mean)
    with pytest.raises(BadValue, match="within 0"):
        TimeHistogram().percentile(101.0)


def test_a_tally_makes_the_histogram_that_each_part_would_have_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(histogram, "AT_ONCE", 50)
    times = np.random.default_rng(1).exponential(1e-6, 1000)
    tally, expected = Tally(), TimeHistogram()
    for part in np.split(times, np.cumsum(np.random.default_rng(2).integers(0, 30, 40))):
        tally.add(part)
        expected = expected.with_times(part)
    found = tally.histogram()
    assert np.array_equal(found.counts, expected.counts)
    assert (found.total, found.longest) == (expected.total, expected.longest)
    assert Tally().histogram().count == 0
