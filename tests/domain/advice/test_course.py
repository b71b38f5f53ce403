"""Since when advice is followed: found with its hour, and never in what only looks like it."""

from collections.abc import Callable

import numpy as np
import pytest

from shared.domain.advice.course import Course, followed

FIRST = 498_000  # A multiple of 24.
WEEKS = 168

type Shape = Callable[[np.random.Generator, np.ndarray], np.ndarray]


def course(
    shape: Shape, days: int, seed: int = 1, per_hour: float = 40.0
) -> tuple[Course, np.random.Generator]:
    """Return hours of Poisson requests that follow with the probability of each hour."""
    draw = np.random.default_rng(seed)
    at = np.arange(FIRST, FIRST + 24 * days)
    share = np.clip(shape(draw, at - FIRST), 0, 1)
    requests = draw.poisson(per_hour * (1 + 0.5 * np.sin(at / 24 * 2 * np.pi)), len(at))
    following = draw.binomial(requests, share)
    some = requests > 0
    return (
        Course(at[some], requests[some].astype(float), following[some].astype(float)),
        draw,
    )


def step(at_hour: int, before: float = 0.0, after: float = 1.0) -> Shape:
    return lambda _, hours: np.where(hours < at_hour, before, after)


@pytest.mark.parametrize(("before", "after"), [(0.0, 1.0), (0.05, 0.9), (0.5, 0.95), (0.33, 0.85)])
def test_a_change_is_found_with_its_hour(before: float, after: float) -> None:
    changed = 10 * 24 + 7
    own, _ = course(step(changed, before, after), 14)
    found = followed(own, since=FIRST)
    assert found is not None
    assert found.hour == pytest.approx(FIRST + changed, abs=1)
    assert found.before == pytest.approx(before, abs=0.05)
    assert found.after == pytest.approx(after, abs=0.05)
    assert found.requests_before + found.requests_after == own.requests.sum()
    assert found.hours_after >= 24


def test_what_changed_before_it_was_advised_is_no_answer_to_it() -> None:
    own, _ = course(step(240), 14)
    assert followed(own, since=FIRST + 264) is None
    assert followed(own, since=FIRST + 240) is not None


@pytest.mark.parametrize(
    ("shape", "days"),
    [
        pytest.param(step(13 * 24 + 5), 14, id="less than a day since"),
        pytest.param(step(3 * 24), 6, id="less than a week known on either side"),
        pytest.param(step(240, 0.0, 0.7), 14, id="not by four of five"),
        pytest.param(step(240, 0.6, 0.85), 14, id="nearly as before"),
        pytest.param(lambda _, h: np.where(h % 24 < 8, 1.0, 0.0), 14, id="at night"),
        pytest.param(lambda _, h: np.where(h // 24 % 7 >= 5, 1.0, 0.0), 14, id="at weekends"),
        pytest.param(
            lambda _, h: np.where((h >= 240) & (h % 24 >= 6), 1.0, 0.0), 14, id="but not at night"
        ),
        pytest.param(lambda _, h: np.full(len(h), 1.0), 14, id="always"),
        pytest.param(lambda _, h: np.full(len(h), 0.0), 14, id="never"),
    ],
)
def test_what_only_looks_like_it_is_not_taken_for_it(shape: Shape, days: int) -> None:
    own, _ = course(shape, days)
    assert followed(own, since=FIRST) is None


def test_a_rollout_over_days_is_found_in_its_midst() -> None:
    own, _ = course(lambda _, hours: (hours - 200) / 72, 16)
    found = followed(own, since=FIRST)
    assert found is not None
    assert FIRST + 200 < found.hour < FIRST + 272


def _wandering(draw: np.random.Generator, hours: np.ndarray) -> np.ndarray:
    """Return a share that wanders: each hour keeps nine tenths of the one before."""
    level, found = 0.0, []
    for _ in hours:
        level = 0.9 * level + draw.normal(0, 0.6)
        found.append(1 / (1 + np.exp(-level - 0.5)))
    return np.array(found)


def _jumping(draw: np.random.Generator, hours: np.ndarray) -> np.ndarray:
    """Return a share that is another one every day."""
    days = draw.uniform(0, 1, len(hours) // 24 + 1)
    return days[hours // 24]


@pytest.mark.parametrize("shape", [_wandering, _jumping])
def test_noise_is_hardly_ever_taken_for_it(shape: Shape) -> None:
    wrong = 0
    for seed in range(300):
        own, _ = course(shape, 14, seed)
        wrong += followed(own, since=FIRST + 24 * 7) is not None
    assert wrong <= 3


@pytest.mark.parametrize("per_hour", [0.2, 0.5])
def test_too_few_requests_tell_nothing(per_hour: float) -> None:
    own, _ = course(step(240), 14, per_hour=per_hour)
    assert followed(own, since=FIRST) is None


def test_an_empty_course_tells_nothing() -> None:
    none = np.empty(0)
    assert followed(Course(none.astype(np.int64), none, none), since=0) is None
