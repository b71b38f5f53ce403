"""The week in review: what fired, what was noisy, what got slower, worse or dearer."""

from collections.abc import Sequence

import msgspec

from shared.domain.alert.view import Alert
from shared.domain.recommendation.recommendation import Recommendation
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, floor_to, instant, rfc3339_minute
from shared.domain.weekly.advice import WeekAdvice, week_advice
from shared.domain.weekly.costs import WeekCost, week_cost
from shared.domain.weekly.models import Change, ModelWeek, dearer, failing, slower
from shared.domain.weekly.rules import RuleWeek, noisiest, weeks_of_rules

WEEK_M = 7 * DAY_M


class Weekly(msgspec.Struct, frozen=True):
    """A week beside the one before it.

    Attributes:
        start: UTC midnight.
        end: UTC midnight, seven days later.
        data_through: up to when everything is rolled up; None before the first rollup.
        requests: of all models.
        requests_before: the same a week ago.
        fired: every rule that fired, the longest firing first.
        noisy: rules that people heard more of than there was to do, the noisiest first.
        slower: models whose p95 response time grew.
        failing: models whose error rate grew.
        dearer: models that use more tokens.
        cost: what everything cost, and which models cost more.
        advice: what was advised and stands, and what was judged.
    """

    start: str
    end: str
    time_range_seconds: int
    data_through: str | None
    requests: int
    requests_before: int
    fired: list[RuleWeek]
    noisy: list[RuleWeek]
    slower: list[Change]
    failing: list[Change]
    dearer: list[Change]
    cost: WeekCost
    advice: WeekAdvice


def week_ending(minute: int) -> Span:
    """Return the seven UTC days that end with the last midnight before a minute, or at it."""
    end = floor_to(minute, DAY_M)
    return Span(end - WEEK_M, end)


def weekly_of(
    span: Span,
    alerts: Sequence[Alert],
    before: Sequence[ModelWeek],
    current: Sequence[ModelWeek],
    given: Sequence[Recommendation] = (),
    *,
    data_through: int | None,
) -> Weekly:
    """Return the review of a week.

    Args:
        span: the week.
        alerts: at least those that fired in it, with their notifications.
        before: every model's week before it.
        current: every model's week.
        given: every recommendation.
        data_through: every minute before this one is rolled up; None before the first rollup.
    """
    fired = weeks_of_rules(alerts, instant(span.first), instant(span.end))
    return Weekly(
        start=rfc3339_minute(span.first),
        end=rfc3339_minute(span.end),
        time_range_seconds=span.seconds,
        data_through=None if data_through is None else rfc3339_minute(data_through),
        requests=sum(week.requests for week in current),
        requests_before=sum(week.requests for week in before),
        fired=fired,
        noisy=noisiest(fired),
        slower=slower(before, current),
        failing=failing(before, current),
        dearer=dearer(before, current),
        cost=week_cost(before, current),
        advice=week_advice(span, given),
    )
