"""An incident counts as found by the right rule, at the right place, at the right time only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tools.demo.verdict import ANOMALY_RULE, Alert, beyond_script, judge
from tools.simulator import Incident, IncidentKind

T0 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

INCIDENT = Incident(
    name="errors-a",
    kind=IncidentKind.ERRORS,
    start=T0,
    end=T0 + 20 * MINUTE,
    strength=0.3,
    rule="model_error_rate",
    labels={"model": "gpt-5", "deployment": "a"},
    story="calls to a fail",
)
ALERT = Alert(
    rule="model_error_rate",
    labels={"model": "gpt-5", "deployment": "a", "resource": "west"},
    state="resolved",
    severity="error",
    worst_value=0.3,
    comparison=">",
    threshold=0.05,
    message="",
    fired_at=T0 + 2 * MINUTE,
    resolved_at=T0 + 25 * MINUTE,
)


def test_the_right_alert_finds_it() -> None:
    assert judge([INCIDENT], [ALERT])[0].alert == ALERT
    assert beyond_script([INCIDENT], [ALERT]) == []


@pytest.mark.parametrize(
    "alert",
    [
        replace(ALERT, rule="model_response_time"),
        replace(ALERT, labels={"model": "gpt-5", "deployment": "b"}),
        replace(ALERT, labels={"deployment": "a"}),
        replace(ALERT, fired_at=T0 - MINUTE),
        replace(ALERT, fired_at=T0 + 31 * MINUTE),
    ],
    ids=["other rule", "other deployment", "no model", "fired before", "fired long after"],
)
def test_any_other_alert_does_not_and_is_beyond_the_script(alert: Alert) -> None:
    assert judge([INCIDENT], [alert])[0].alert is None
    assert beyond_script([INCIDENT], [alert]) == [alert]


def test_a_pending_alert_finds_nothing() -> None:
    pending = replace(ALERT, state="pending", fired_at=None, resolved_at=None)
    assert judge([INCIDENT], [pending])[0].alert is None
    assert beyond_script([INCIDENT], [pending]) == []


def test_the_first_of_several_is_named() -> None:
    later = replace(ALERT, fired_at=T0 + 9 * MINUTE)
    assert judge([INCIDENT], [later, ALERT])[0].alert == ALERT


def test_an_answer_is_read_with_its_times() -> None:
    answer = {
        "rule": "model_error_rate",
        "labels": {"model": "gpt-5", "deployment": "a", "resource": "west"},
        "state": "resolved",
        "severity": "error",
        "worst_value": 0.3,
        "comparison": ">",
        "threshold": 0.05,
        "message": None,
        "fired_at": "2026-11-23T10:02:00Z",
        "resolved_at": "2026-11-23T10:25:00Z",
    }
    assert Alert.read(answer) == ALERT


@pytest.mark.parametrize(
    ("labels", "minute", "explained"),
    [
        ({"deployment": "a", "metric": "error_rate"}, 10, True),
        ({"deployment": "a", "metric": "requests"}, 40, True),
        ({"deployment": "a", "metric": "requests"}, 41, False),
        ({"deployment": "b", "metric": "requests"}, 10, False),
        ({"resource": "vm-1", "metric": "cpu_utilization"}, 10, False),
    ],
)
def test_an_odd_series_of_the_incidents_place_is_explained_by_it(
    labels: dict[str, str], minute: int, *, explained: bool
) -> None:
    odd = replace(ALERT, rule=ANOMALY_RULE, labels=labels, fired_at=T0 + minute * MINUTE)
    assert judge([INCIDENT], [odd])[0].alert is None
    assert beyond_script([INCIDENT], [odd]) == ([] if explained else [odd])


def test_a_model_that_retires_is_not_beyond_the_script() -> None:
    assert beyond_script([INCIDENT], [replace(ALERT, rule="model_retirement_90_days")]) == []
