import numpy as np
import pytest

from neuromix.array.encoders import poisson_code, rate_code
from neuromix.array.timing_codes import first_spike_code, interval_code
from neuromix.errors import BadValue


def test_regular_rates_are_proportional_to_pixels() -> None:
    pixels = np.array([[0, 51], [102, 255]])
    events = rate_code(pixels, 1.0, 100.0)
    assert np.all(np.abs(events.counts(4) - [0, 20, 40, 100]) <= 1)
    intervals = np.diff(events.of(3))
    assert intervals == pytest.approx(np.full(len(intervals), 0.01))
    assert events.time.min() >= 0.0
    assert events.time.max() < 1.0


def test_equal_pixels_do_not_spike_together() -> None:
    events = rate_code(np.full(64, 255), 10e-3, 1000.0)
    assert len(np.unique(events.time)) == len(events)


def test_poisson_counts_have_the_right_mean() -> None:
    """64 trains of mean 500: the sum fails by chance with probability below 1e-6 (5 sigma)."""
    events = poisson_code(np.full(64, 255), 1.0, 500.0, seed=3)
    assert abs(len(events) - 32_000) < 5 * np.sqrt(32_000)
    counts = events.counts(64)
    assert 250 < counts.var(ddof=1) < 950


def test_a_train_depends_on_seed_and_address_alone() -> None:
    some = poisson_code(np.array([200, 0, 90]), 0.1, seed=1)
    other = poisson_code(np.array([200, 255, 90]), 0.1, seed=1)
    assert np.array_equal(some.of(2), other.of(2))
    assert some != poisson_code(np.array([200, 0, 90]), 0.1, seed=2)


@pytest.mark.parametrize("code", [rate_code, poisson_code])
@pytest.mark.parametrize(
    ("pixels", "duration", "rate"),
    [
        ([1.5], 1.0, 1.0),
        ([256], 1.0, 1.0),
        ([0.2, float("nan")], 1.0, 1.0),
        ([True], 1.0, 1.0),
        ([-1], 1.0, 1.0),
        ([1], 0.0, 1.0),
        ([1], 1.0, float("inf")),
    ],
)
def test_bad_input_is_refused(code, pixels, duration, rate) -> None:
    with pytest.raises(BadValue):
        code(pixels, duration, rate)


def test_floats_from_0_to_1_are_the_same_image() -> None:
    whole = np.arange(0, 256, 5)
    for code in (rate_code, poisson_code, first_spike_code):
        one, other = code(whole, 20e-3), code(whole / 255.0, 20e-3)
        assert np.array_equal(one.address, other.address)
        assert one.time == pytest.approx(other.time)
    one, other = (interval_code(image, 20e-3, 1e-3) for image in (whole, whole / 255.0))
    assert one.time == pytest.approx(other.time)
    with pytest.raises(BadValue, match="floats 0 … 1") as caught:
        rate_code(whole.astype(float), 20e-3)
    assert "uint8" in str(caught.value)


def test_black_is_silence() -> None:
    assert len(rate_code([0, 0], 1.0)) == len(poisson_code([0, 0], 1.0)) == 0


def test_poisson_trains_are_poisson_and_independent() -> None:
    """Times are uniform (Kolmogorov) in whole and in short windows, counts have the dispersion of
    Poisson's law (chi-square), neighbours are uncorrelated (5 sigma); false alarm 4e-6 in all."""
    from scipy.stats import chi2, kstest

    trains, bins = 400, 20
    events = poisson_code(np.full(trains, 255), 1.0, 100.0, seed=9)
    assert kstest(events.time, "uniform").pvalue > 1e-6
    counts, _, _ = np.histogram2d(
        events.address, events.time, [trains, bins], [[0, trains], [0, 1]]
    )
    dispersion = ((counts - 5.0) ** 2 / 5.0).sum()
    low, high = chi2.ppf([5e-7, 1.0 - 5e-7], trains * bins)
    assert low < dispersion < high
    score = (counts - 5.0) / np.sqrt(5.0)
    for one, other in ((score[1:], score[:-1]), (score[:, 1:], score[:, :-1])):
        assert abs(np.mean(one * other)) < 5.0 / np.sqrt(one.size)
