"""A degradation is told once at its start, once at its end, and does not flap."""

from datetime import datetime, timedelta

import pytest

from shared.domain.baseline.baseline import Baseline
from shared.domain.degradation.change import Change, Interval, Shape
from shared.domain.degradation.degradation import Gates
from shared.domain.degradation.episode import End, Episode, advanced, opened, staying
from tests.domain.baseline_factories import END, fitted, seasonal
from tests.domain.factories import MINUTE, T0

HOUR = timedelta(hours=1)


def _opened(now: datetime = T0) -> Episode:
    normal = fitted(seasonal(28))
    baseline = Baseline(
        model="gpt-5",
        deployment="east",
        version=3,
        established_at=T0,
        first=END - 28 * 1440,
        end=END,
        pinned=False,
        confidence=0.9,
        metrics={"response_time_ms": normal, "response_time_p95_ms": normal, "error_rate": normal},
    )
    change = Change(
        metric="response_time_p95_ms",
        shape=Shape.SPAN,
        current=2000.0,
        baseline=1000.0,
        effect=1.0,
        interval=Interval(900.0, 1100.0),
        p_value=1e-9,
        worse=True,
        samples=200,
        confidence=0.9,
    )
    return opened(baseline, change, now)


def test_it_keeps_the_baselines_of_its_family() -> None:
    episode = _opened()
    assert (episode.family, episode.metric) == ("response_time", "response_time_p95_ms")
    assert episode.normal.keys() == {"response_time_ms", "response_time_p95_ms"}
    assert episode.since == T0 - HOUR


@pytest.mark.parametrize(
    ("checks", "ends"),
    [
        ([False], [None]),
        ([False, False], [None, End.RECOVERED]),
        ([False, True, False], [None, None, None]),
        ([False, None, False], [None, None, End.RECOVERED]),
        ([None, None, None], [None, None, None]),
        ([True, True, True], [None, None, None]),
    ],
    ids=["one clear hour", "two", "back between", "silence between", "silence", "goes on"],
)
def test_two_clear_checks_in_a_row_end_it(
    checks: list[bool | None], ends: list[End | None]
) -> None:
    episode, found = _opened(), []
    for hour, worse in enumerate(checks, start=1):
        step = advanced(episode, worse=worse, now=T0 + hour * HOUR)
        episode = step.episode
        found.append(step.end)
    assert found == ends


def test_a_second_check_in_the_same_hour_changes_nothing() -> None:
    episode = advanced(_opened(), worse=False, now=T0 + HOUR).episode
    again = advanced(episode, worse=False, now=T0 + HOUR + 40 * MINUTE)
    assert (again.episode, again.end) == (episode, None)


def test_what_lasts_a_fortnight_is_normal() -> None:
    episode = _opened()
    assert advanced(episode, worse=True, now=T0 + timedelta(days=14) - HOUR).end is None
    assert advanced(episode, worse=True, now=T0 + timedelta(days=14)).end is End.LASTING


def test_it_takes_less_to_go_on_than_to_begin() -> None:
    assert staying(Gates(0.2)).effect == pytest.approx(0.16)
