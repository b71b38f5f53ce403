"""A week of alerts, rule by rule."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.alert.alert import Notification
from shared.domain.alert.view import Alert, Stage
from shared.domain.rule.words import Comparison, Severity
from shared.domain.weekly.rules import RuleWeek, noisiest, weeks_of_rules
from tests.domain.dispatch_factories import alert
from tests.domain.rule_factories import MINUTE, T0

DAY = timedelta(days=1)
START, END = T0, T0 + 7 * DAY


def fired(minutes: float, lasted: float | None = 30, model: str = "gpt-5", **fields: Any) -> Alert:
    """Return an alert that fired so many minutes after T0, and how long; None has not ended."""
    at = T0 + minutes * MINUTE
    ended = None if lasted is None else at + lasted * MINUTE
    given = {
        "alert_id": f"{model} {minutes}",
        "fired_at": at,
        "active_since": at,
        "resolved_at": ended,
        "state": Stage.FIRING if ended is None else Stage.RESOLVED,
        "worst_value": 9.0,
    }
    return alert(model, **(given | fields))


def the_week(*alerts: Alert) -> RuleWeek:
    (found,) = weeks_of_rules(alerts, START, END)
    return found


def told(at: datetime, *, sent: bool = True) -> Notification:
    return Notification(at, "ops", "firing", sent)


def test_a_rule_s_alerts_are_added_up_over_its_label_sets() -> None:
    week = the_week(fired(0, 10), fired(60, 20), fired(90, 5, model="gpt-4.1"))

    assert (week.alerts, week.label_sets, week.firing_minutes) == (3, 2, 35)
    assert week.still_firing == 0


@pytest.mark.parametrize(
    ("minutes", "lasted", "firing", "still_firing"),
    [
        (-20, 30, 10, 0),
        (7 * 1440 - 10, 30, 10, 1),
        (7 * 1440 - 10, None, 10, 1),
        (60, None, 10020, 1),
    ],
    ids=["began before", "ended after", "has not ended", "fires since"],
)
def test_only_what_lies_within_the_week_counts(
    minutes: float, lasted: float | None, firing: int, still_firing: int
) -> None:
    week = the_week(fired(minutes, lasted))

    assert (week.firing_minutes, week.still_firing) == (firing, still_firing)


@pytest.mark.parametrize(
    "other",
    [fired(-60, 60), fired(7 * 1440), fired(0, fired_at=None)],
    ids=["ended before", "began after", "never fired"],
)
def test_what_did_not_fire_in_the_week_is_passed_over(other: Alert) -> None:
    assert weeks_of_rules([other], START, END) == []


@pytest.mark.parametrize(
    ("comparison", "worst"), [(Comparison.ABOVE, 9.0), (Comparison.BELOW, 1.0)]
)
def test_the_worst_value_is_on_the_side_of_the_comparison(
    comparison: Comparison, worst: float
) -> None:
    values = {"a": 1.0, "b": 9.0, "c": 4.0, "d": None}
    week = the_week(
        *(fired(0, model=m, worst_value=v, comparison=comparison) for m, v in values.items())
    )

    assert week.worst_value == worst
    assert values[week.worst_labels["model"]] == worst


def test_the_highest_severity_stands() -> None:
    week = the_week(fired(0, severity=Severity.ERROR), fired(60, severity=Severity.INFO))

    assert week.severity is Severity.ERROR


def test_notifications_are_those_that_reached_out_within_the_week() -> None:
    notifications = (told(START - MINUTE), told(START), told(END), told(START, sent=False))

    assert the_week(fired(-5, notifications=notifications)).notifications == 1


@pytest.mark.parametrize(
    ("gap", "model", "flaps"),
    [(30, "gpt-5", 1), (31, "gpt-5", 0), (5, "gpt-4.1", 0)],
    ids=["within half an hour", "later", "another label set"],
)
def test_a_flap_begins_soon_after_the_end_of_another_alert(
    gap: float, model: str, flaps: int
) -> None:
    assert the_week(fired(0, 10), fired(10 + gap, model=model)).flaps == flaps


def test_alerts_shorter_than_five_minutes_are_counted() -> None:
    week = the_week(fired(0, 4.9), fired(100, 5), fired(7 * 1440 - 1, None))

    assert week.short == 1


def test_the_longest_firing_rule_comes_first() -> None:
    weeks = weeks_of_rules([fired(0, 10, rule="short"), fired(0, 20, rule="long")], START, END)

    assert [week.rule for week in weeks] == ["long", "short"]


def test_the_noisiest_are_those_people_heard_most_of() -> None:
    loud = tuple(told(START + n * MINUTE) for n in range(10))
    weeks = weeks_of_rules(
        [
            fired(0, rule="calm", notifications=loud[:9]),
            fired(0, rule="loud", notifications=loud),
            fired(0, 1, rule="short"),
            fired(0, 10, rule="flapping"),
            fired(20, 10, rule="flapping"),
        ],
        START,
        END,
    )

    assert [week.rule for week in noisiest(weeks)] == ["loud", "flapping", "short"]
