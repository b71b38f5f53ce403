"""The detector speaks where something is new, and of nothing it has seen often."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.anomaly.detector import ALERT_SCORE, Detector, Scored
from shared.errors import InvalidInput

STEP_S = 300
DAY_POINTS = 86_400 // STEP_S
POINTS = 10 * DAY_POINTS
AT = 8 * DAY_POINTS + 150
RNG = np.random.default_rng(7)
NOISE = RNG.normal(0, 1, POINTS)
DAILY = 100 + 30 * np.sin(2 * np.pi * np.arange(POINTS) / DAY_POINTS) + NOISE

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def scored(values: Floats, times_s: Floats | None = None) -> list[Scored]:
    """Return what a fresh detector gives each value."""
    detector = Detector()
    times_s = STEP_S * np.arange(len(values), dtype=np.float64) if times_s is None else times_s
    return [detector.score(*point) for point in zip(times_s.tolist(), values.tolist(), strict=True)]


def alerts(values: Floats, times_s: Floats | None = None) -> list[int]:
    """Return the places of the alerts."""
    return [at for at, one in enumerate(scored(values, times_s)) if one.score >= ALERT_SCORE]


def changed(values: Floats, first: int, last: int, to: Floats | float) -> Floats:
    """Return values of which some are replaced."""
    copy = values.copy()
    copy[first:last] = to
    return copy


@pytest.mark.parametrize(
    ("values", "where"),
    [
        pytest.param(changed(NOISE, AT, AT + 1, 15.0), AT, id="spike"),
        pytest.param(changed(NOISE, AT, AT + 1, -15.0), AT, id="dip"),
        pytest.param(changed(NOISE, AT, POINTS, NOISE[AT:] + 9), AT, id="level shift"),
        pytest.param(changed(DAILY, AT, AT + 30, 0.0), AT, id="outage"),
        pytest.param(changed(np.full(POINTS, 5.0), AT, AT + 1, 6.0), AT, id="constant no more"),
        pytest.param(changed(np.zeros(POINTS), AT, AT + 1, 1e-9), AT, id="first event of all"),
        pytest.param(changed(NOISE, AT, AT + 1, 1e300), AT, id="beyond all measure"),
    ],
)
def test_what_is_new_is_an_alert_at_once(values: Floats, where: int) -> None:
    assert where in alerts(values)


def test_more_noise_than_usual_is_an_alert_within_three_hours() -> None:
    noisy = changed(DAILY, AT, AT + 100, DAILY[AT : AT + 100] + 4 * NOISE[:100])
    assert any(AT <= at < AT + 36 for at in alerts(noisy))


@pytest.mark.parametrize("a_step", [0.02, -0.02, 0.05])
def test_what_grows_slowly_is_an_alert_before_it_is_large(a_step: float) -> None:
    grown = NOISE.copy()
    grown[AT:] += a_step * np.arange(POINTS - AT)
    told = [at for at in alerts(grown) if at >= AT]
    assert told
    assert abs(a_step) * (told[0] - AT) < 3


def test_a_day_without_its_rhythm_is_an_alert_though_each_value_is_usual() -> None:
    flat = changed(DAILY, AT, AT + DAY_POINTS, 100 + NOISE[AT : AT + DAY_POINTS])
    assert any(AT <= at < AT + DAY_POINTS for at in alerts(flat))


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(np.full(POINTS, 5.0), id="constant"),
        pytest.param(np.arange(POINTS) % 2 * 1.0, id="alternating"),
        pytest.param(np.full(POINTS, np.nan), id="nothing at all"),
    ],
)
def test_what_stays_as_it_is_is_no_alert(values: Floats) -> None:
    assert alerts(values) == []


def test_after_its_first_day_a_rhythm_is_an_alert_at_most_once() -> None:
    assert len([at for at in alerts(DAILY) if at > DAY_POINTS]) <= 1


def test_a_spike_is_not_missed_a_day_later() -> None:
    later = AT + DAY_POINTS
    spiked = alerts(changed(DAILY, AT, AT + 1, DAILY[AT] + 15))
    assert AT in spiked
    assert [at for at in spiked if abs(at - later) < 20] == []


def test_plain_noise_is_an_alert_less_than_once_in_a_thousand_points() -> None:
    noises = np.random.default_rng(0).normal(0, 1, (5, POINTS))
    assert sum(len(alerts(noise)) for noise in noises) < noises.size / 1_000


def test_what_happens_every_few_hours_is_soon_usual() -> None:
    every = NOISE.copy()
    every[50::50] = 20
    assert len([at for at in alerts(every) if at > DAY_POINTS]) <= 2


def test_a_new_level_is_an_alert_once_and_then_the_usual() -> None:
    shifted = changed(NOISE, POINTS // 2, POINTS, NOISE[POINTS // 2 :] + 9)
    assert [at for at in alerts(shifted) if at > POINTS // 2 + 100] == []


def test_the_way_back_is_no_alert() -> None:
    risen = changed(NOISE, AT, AT + 60, NOISE[AT : AT + 60] + np.linspace(0, 15, 60))
    assert AT + 60 not in alerts(risen)


def test_a_missing_value_scores_nothing_and_teaches_nothing() -> None:
    gaps = np.insert(DAILY, np.arange(0, POINTS, 7), np.nan)
    times_s = np.insert(
        STEP_S * np.arange(POINTS, dtype=np.float64),
        np.arange(0, POINTS, 7),
        STEP_S * np.arange(0, POINTS, 7) - 1.0,
    )
    with_gaps = scored(gaps, times_s)
    assert [one for one in with_gaps if one.score > 0] == [
        one for one in scored(DAILY) if one.score > 0
    ]
    assert all(one.score == 0 for one, value in zip(with_gaps, gaps, strict=True) if value != value)


def test_bounds_are_unknown_before_the_first_value_only() -> None:
    first, second, third = scored(np.array([np.nan, 3.0, np.nan]))
    assert first[1:] == second[1:] == (None, None)
    assert third.low == pytest.approx(3)
    assert third.high == pytest.approx(3)


def test_a_spike_is_outside_the_bounds_and_the_usual_inside() -> None:
    given_ = scored(changed(DAILY, AT, AT + 1, 160.0))
    assert given_[AT].high is not None
    assert given_[AT].high < 160
    outside = sum(
        one.low is not None and one.high is not None and not one.low <= value <= one.high
        for one, value in zip(given_, DAILY, strict=True)
    )
    assert outside < POINTS / 100


@pytest.mark.parametrize("power", [-30, -3, 3, 40])
def test_the_unit_does_not_matter(power: int) -> None:
    scaled = [one.score for one in scored(DAILY * 2.0**power)]
    assert scaled == pytest.approx([one.score for one in scored(DAILY)], abs=1e-6)


@pytest.mark.parametrize(
    "times_s",
    [
        pytest.param(np.zeros(POINTS), id="all the same"),
        pytest.param(np.repeat(np.arange(POINTS / 2) * 60, 2), id="twice each"),
        pytest.param(np.sort(RNG.uniform(0, 3e6, POINTS)), id="irregular"),
        pytest.param(np.arange(POINTS) * 60.0 + (np.arange(POINTS) > AT - 9) * 9e5, id="a gap"),
        pytest.param(-np.arange(POINTS) * 60.0, id="backwards"),
        pytest.param(np.arange(POINTS) * 86_400.0, id="daily"),
    ],
)
def test_a_spike_is_an_alert_whatever_the_times(times_s: Floats) -> None:
    assert AT in alerts(changed(NOISE, AT, AT + 1, 15.0), times_s)


def test_what_comes_later_changes_no_score() -> None:
    spiked = changed(DAILY, AT, POINTS, 1e6)
    for before, after in zip(scored(DAILY)[:AT], scored(spiked)[:AT], strict=True):
        assert before == after


@given(st.sets(st.integers(1, 1_999), max_size=4))
@settings(max_examples=10, deadline=None)
def test_a_stored_detector_goes_on_as_if_it_had_not_been(cuts: set[int]) -> None:
    values, found = DAILY[:2_000].tolist(), []
    detector = Detector()
    for first, last in pairwise([0, *sorted(cuts), len(values)]):
        detector = Detector.from_bytes(detector.to_bytes())
        found += [detector.score(STEP_S * at, values[at]) for at in range(first, last)]
    assert found == scored(DAILY[:2_000])


def test_a_stored_detector_is_small() -> None:
    detector = Detector()
    for at, value in enumerate(DAILY.tolist()):
        detector.score(STEP_S * at, value)
    assert len(detector.to_bytes()) < 16_384


@pytest.mark.parametrize("state", [b"", b"\x00", b"\x01", b"\x01nonsense"])
def test_other_bytes_are_no_state(state: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"^state: expected"):
        Detector.from_bytes(state)


anything = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 1.0, 1e-300])


@given(st.lists(st.tuples(st.floats(-1e11, 1e11), anything), max_size=60), st.booleans())
@settings(deadline=None)
def test_scores_are_from_0_to_1_and_bounds_in_order(
    points: list[tuple[float, float]], warm: bool
) -> None:
    detector = Detector()
    for at in range(150 if warm else 0):
        detector.score(60 * at, at % 5)
    for time_s, value in points:
        one = detector.score(time_s, value)
        assert 0 <= one.score <= 1
        if one.low is not None and one.high is not None:
            assert math.isfinite(one.low)
            assert one.low <= one.high < math.inf
