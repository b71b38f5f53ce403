"""A watched series is abnormal from its alert until it is back to normal, a day at most."""

import itertools

import numpy as np
import pytest

from shared.domain.anomaly.detector import ALERT_SCORE, WARM_POINTS
from shared.domain.anomaly.watch import STEP_M, Point, PointState, Watch, Worse

RNG = np.random.default_rng(3)
USUAL = (100 + RNG.normal(0, 3, 1_500)).tolist()
BEGINS = 800


def watched(
    values: list[float], *, few: frozenset[int] = frozenset(), worse: Worse = Worse.EITHER
) -> list[Point]:
    watch = Watch()
    return [
        watch.take(at * STEP_M, value, few=at in few, worse=worse)
        for at, value in enumerate(values)
    ]


def with_shift(length: int, by: float = 60.0) -> list[float]:
    return [value + (by if BEGINS <= at < BEGINS + length else 0) for at, value in enumerate(USUAL)]


def abnormal(points: list[Point]) -> list[int]:
    return [at for at, point in enumerate(points) if point.state is PointState.ABNORMAL]


@pytest.mark.parametrize("length", [1, 2, 12, 60])
@pytest.mark.parametrize("by", [60.0, -60.0], ids=["above", "below"])
def test_an_episode_lasts_as_long_as_the_shift(length: int, by: float) -> None:
    points = watched(with_shift(length, by))

    of_shift = [at for at in abnormal(points) if BEGINS <= at < BEGINS + length + 3]
    assert of_shift == list(range(BEGINS, BEGINS + length))
    assert {points[at].since for at in of_shift} == {BEGINS * STEP_M}


def test_the_held_score_is_the_episodes_highest_so_far() -> None:
    points = watched(with_shift(12))

    during = points[BEGINS : BEGINS + 12]
    held = [point.held for point in during]
    assert held == list(itertools.accumulate((point.score for point in during), max))
    assert min(held) >= ALERT_SCORE
    assert all(point.held == point.score for point in points if point.state is PointState.SCORED)


def test_a_shift_that_stays_is_the_new_usual_within_a_day() -> None:
    points = watched(with_shift(len(USUAL)))

    after = [at for at in abnormal(points) if at >= BEGINS]
    assert after[:12] == list(range(BEGINS, BEGINS + 12))
    assert after[-1] < BEGINS + 1440 // STEP_M


def test_first_values_and_those_of_few_samples_are_not_judged() -> None:
    values = [*USUAL[: WARM_POINTS - 1], 500.0, *USUAL[WARM_POINTS:BEGINS], 500.0]

    points = watched(values, few=frozenset({BEGINS}))

    assert {point.state for point in points[:WARM_POINTS]} == {PointState.LEARNING}
    assert points[-1].state is PointState.FEW
    assert points[-1].score == points[WARM_POINTS - 1].score == 0
    assert points[-1].high is not None
    assert points[-1].high < 500


def test_a_value_of_few_samples_is_not_learned_from() -> None:
    wild = [*USUAL[:BEGINS], *[500.0] * 40, *USUAL[BEGINS : BEGINS + 40]]
    plain = USUAL[: BEGINS + 40]

    points = watched(wild, few=frozenset(range(BEGINS, BEGINS + 40)))[-40:]

    expected = watched(plain)[-40:]
    assert [point.high for point in points] == pytest.approx(
        [point.high for point in expected], rel=0.05
    )
    assert not abnormal(points)


@pytest.mark.parametrize(
    ("by", "worse", "told"),
    [
        (60.0, Worse.ABOVE, True),
        (-60.0, Worse.ABOVE, False),
        (60.0, Worse.BELOW, False),
        (-60.0, Worse.BELOW, True),
    ],
)
def test_what_is_for_the_better_is_scored_and_no_episode(
    by: float, worse: Worse, *, told: bool
) -> None:
    points = watched(with_shift(12, by), worse=worse)

    assert points[BEGINS].score >= ALERT_SCORE
    assert (BEGINS in abnormal(points)) is told
    assert (points[BEGINS].held >= ALERT_SCORE) is told
    assert [at for at in abnormal(points) if BEGINS < at < BEGINS + 12] == (
        list(range(BEGINS + 1, BEGINS + 12)) if told else []
    )
