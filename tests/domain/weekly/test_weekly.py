"""The week in review, and its words."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from shared.domain.recommendation.recommendation import Priority, Recommendation, Status
from shared.domain.span import Span
from shared.domain.timeline import instant, minute_of
from shared.domain.weekly.costs import ModelCost
from shared.domain.weekly.models import ModelWeek
from shared.domain.weekly.text import Section, sections_of, title_of_week
from shared.domain.weekly.weekly import Weekly, week_ending, weekly_of
from tests.domain.dispatch_factories import alert
from tests.domain.recommendation_factories import recommendation
from tests.domain.rule_factories import MINUTE, T0

MIDNIGHT = T0.replace(hour=0)


def _weekly(alerts: int = 1) -> Weekly:
    end = minute_of(MIDNIGHT)
    fired_at = MIDNIGHT - timedelta(days=1)
    fired = [
        alert(
            rule=f"slow-{n}",
            unit="ms",
            worst_value=7_214.0,
            fired_at=fired_at,
            resolved_at=fired_at + 3 * MINUTE,
        )
        for n in range(alerts)
    ]
    before = [ModelWeek("gpt-5", 1_000, 0.001, 1_000.0, 100_000, Decimal("0.5"))]
    current = [
        ModelWeek("gpt-5", 1_200, 0.031, 1_250.0, 240_000, Decimal("1.2")),
        ModelWeek("house", 3, 0.0, None, 10, None, 3),
    ]
    week = Span(end - 7 * 1440, end)
    return weekly_of(week, fired, before, current, _given(), data_through=end)


def _given() -> list[Recommendation]:
    """Return advice of the week, of the week before, and some that was judged in the week."""
    lately, long_ago = MIDNIGHT - timedelta(days=2), MIDNIGHT - timedelta(days=9)
    standing = recommendation(deployment="mini", application="shop")
    return [
        replace(standing, proposed_at=long_ago),
        replace(standing, proposed_at=lately),
        replace(standing, proposed_at=lately, status=Status.EXPIRED, decided_at=lately),
        replace(recommendation(priority=Priority.CRITICAL), proposed_at=lately),
        replace(standing, status=Status.VERIFIED, proposed_at=long_ago, decided_at=lately),
    ]


@pytest.mark.parametrize(
    ("now", "end"),
    [(T0, MIDNIGHT), (MIDNIGHT, MIDNIGHT), (MIDNIGHT - MINUTE, MIDNIGHT - timedelta(days=1))],
    ids=["during a day", "at midnight", "a minute before"],
)
def test_a_week_is_the_seven_days_before_a_midnight(now: datetime, end: datetime) -> None:
    span = week_ending(minute_of(now))

    assert (instant(span.end), span.seconds) == (end, 7 * 86_400)


def test_a_week_has_its_bounds_and_says_what_it_cannot_know() -> None:
    weekly = _weekly()

    assert (weekly.start, weekly.end) == ("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z")
    assert (weekly.requests, weekly.requests_before) == (1_203, 1_000)
    assert (weekly.cost.cost_usd, weekly.cost.cost_before_usd) == ("1.2", "0.5")
    assert weekly.cost.unpriced_requests == 3
    assert weekly.cost.dearer == [ModelCost("gpt-5", "0.5", "1.2", "0.5", "1", 140.0)]
    assert [week.rule for week in weekly.noisy] == ["slow-0"]


def test_it_is_told_in_sentences() -> None:
    assert title_of_week(_weekly(), "prod") == "Week 2026-11-16 to 2026-11-23 in prod"
    assert sections_of(_weekly()) == [
        Section("Traffic", ("1,203 requests, 1,000 the week before",)),
        Section(
            "Fired",
            ("slow-0 (warning): 1 alert, 3 min firing, at worst 7,214 ms (model gpt-5)",),
        ),
        Section("Noisy", ("slow-0: 0 notifications, 0 flaps, 1 shorter than 5 min",)),
        Section("Slower (p95)", ("gpt-5: 1,000 to 1,250 ms (+25 %)",)),
        Section("Failing more", ("gpt-5: 0.10% to 3.10%",)),
        Section(
            "More tokens",
            (
                "gpt-5: 100,000 to 240,000 total tokens (+140 %)",
                "gpt-5: 100 to 200 tokens per request (+100 %)",
            ),
        ),
        Section(
            "Cost",
            (
                "1.2 USD, 0.5 USD the week before",
                "gpt-5: 0.5 USD to 1.2 USD (+140 %)",
                "3 requests without a price",
            ),
        ),
        Section(
            "New advice",
            (
                "gpt-5-mini: reasoning_effort=low (critical, -12.5 USD a month)",
                "gpt-5-mini, mini, shop: reasoning_effort=low (high, -12.5 USD a month)",
            ),
        ),
        Section("Advice judged", ("gpt-5-mini, mini, shop: reasoning_effort=low is verified",)),
    ]


def test_a_quiet_week_says_so_and_a_loud_one_is_cut() -> None:
    quiet = {section.heading: section.lines for section in sections_of(_weekly(alerts=0))}
    loud = {section.heading: section.lines for section in sections_of(_weekly(alerts=12))}

    assert quiet["Fired"] == quiet["Noisy"] == ("nothing",)
    assert (len(loud["Fired"]), loud["Fired"][-1]) == (11, "and 2 more")
