"""The rules of Azure Monitor on what telemetry looks like at its worst: late, doubled, absent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.infra.host_rows import host_rows
from tools.infra.compiler import REPOSITORY
from tools.kql.engine import Insights, Row

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=15)
KQL = REPOSITORY / "infra" / "kql"


def event(
    minutes_ago: float,
    sequence: int,
    name: str = "firing",
    *,
    notify: bool = True,
    alert_id: str = "a1",
    severity: str = "error",
    **labels: str,
) -> Row:
    """Return an event of an alert, as it stands in customEvents."""
    told = {"alert_id": alert_id, "rule": "model_error_rate", "severity": severity}
    told |= {f"label_{key}": value for key, value in labels.items()}
    told |= {"notify": "true" if notify else "false", "message": "errors"}
    return {
        "timestamp": NOW - timedelta(minutes=minutes_ago),
        "name": f"alert.{name}",
        "customDimensions": told,
        "customMeasurements": {"sequence": sequence, "value": 0.3, "threshold": 0.05},
    }


def heartbeat(minutes_ago: float) -> Row:
    """Return a sign of life."""
    return {"timestamp": NOW - timedelta(minutes=minutes_ago), "name": "system.heartbeat"}


def asked(
    name: str, rows: dict[str, list[Row]], window: timedelta = WINDOW
) -> list[dict[str, Any]]:
    """Return what a rule finds at NOW."""
    text = (KQL / f"{name}.kql").read_text()
    values = {"severity": "error"}
    return Insights(rows).run(text, first=NOW - window, end=NOW, values=values).records()


def seen(*rows: Row) -> list[str]:
    """Return the alerts of severity error that Azure Monitor sees."""
    return sorted(row["alert_id"] for row in asked("alerts", {"customEvents": list(rows)}))


CASES = {
    "nothing at all": ([], []),
    "it has just fired": ([event(1, 1)], ["a1"]),
    "it fires on, and says so every 5 minutes": (
        [event(33, 1), event(13, 1, "state"), event(8, 1, "state"), event(3, 1, "state")],
        ["a1"],
    ),
    "telemetry is 9 minutes late": ([event(14, 1), event(9.5, 1, "state")], ["a1"]),
    "it has ended": ([event(9, 1), event(4, 1, "state"), event(2, 2, "resolved")], []),
    "its end came in the minute of its last word": (
        [event(9, 1), event(2, 1, "state"), event(2, 2, "resolved")],
        [],
    ),
    "it fired and ended in one minute": ([event(2, 1), event(2, 2, "resolved")], []),
    "its firing was sent again after its end": (
        [event(9, 1), event(2, 2, "resolved"), event(9, 1)],
        [],
    ),
    "its end came late, a word before it later": (
        [event(9, 1), event(3, 2, "resolved"), event(2.5, 1, "state")],
        [],
    ),
    "it fired again, as another alert": (
        [event(9, 1), event(5, 2, "resolved"), event(1, 1, alert_id="a2")],
        ["a2"],
    ),
    "a silence holds it back from the start": (
        [event(6, 1, notify=False), event(1, 1, "state", notify=False)],
        [],
    ),
    "a silence came after it fired": ([event(9, 1), event(1, 1, "state", notify=False)], []),
    "a cooldown held it back, and is over": (
        [event(9, 1, notify=False), event(4, 2)],
        ["a1"],
    ),
    "nobody has heard of it for a quarter of an hour": ([event(15.5, 1)], []),
    "it is of another severity": ([event(1, 1, severity="warning")], []),
    "two fire for two deployments": (
        [event(2, 1, deployment="east"), event(1, 1, alert_id="a2", deployment="west")],
        ["a1", "a2"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_latest_word_of_an_alert_decides(case: str) -> None:
    rows, expected = CASES[case]
    assert seen(*rows) == expected
    assert seen(*reversed(rows)) == expected, "rows come in any order"


def test_an_alert_is_one_row_with_something_in_every_dimension() -> None:
    rows = [event(9, 1), event(4, 1, "state"), event(9, 1), event(3, 1, deployment="east")]
    (row,) = asked("alerts", {"customEvents": rows})
    dimensions = ("rule", "model", "deployment", "application", "resource")
    assert [row[name] for name in dimensions] == ["model_error_rate", "-", "east", "-", "-"]


@pytest.mark.parametrize(
    ("minutes_ago", "expected"),
    [([], 0), ([16.0, 40.0], 0), ([14.0], 1), ([1.0, 6.0, 11.0], 3)],
    ids=["never", "a while ago", "one still counts", "alive"],
)
def test_silence_is_a_row_with_0(minutes_ago: list[float], expected: int) -> None:
    rows = [heartbeat(each) for each in minutes_ago]
    assert asked("missing-heartbeat", {"customEvents": rows}) == [{"heartbeats": expected}]


@pytest.mark.parametrize("name", ["ingest-errors", "failed-functions", "poison-messages"])
def test_where_nothing_failed_there_is_no_row(name: str) -> None:
    hour = timedelta(hours=1)
    well = {
        "requests": [row for row in host_rows(NOW)["requests"] if row["resultCode"] < "400"],
        "traces": [row for row in host_rows(NOW)["traces"] if "Succeeded" in row["message"]],
    }
    assert asked(name, {}, hour) == []
    assert asked(name, well, hour) == []
    assert len(asked(name, host_rows(NOW), hour)) >= 1


def minute_metric(name: str, model: str, value: float) -> Row:
    """Return a minute metric of a model."""
    return {
        "timestamp": NOW - timedelta(hours=2),
        "name": name,
        "value": value,
        "customDimensions": {"model": model},
    }


@pytest.mark.parametrize(
    ("priced", "expected"),
    [([], []), (["gpt-5"], ["own-model"]), (["gpt-5", "own-model"], [])],
    ids=["nothing is priced here", "one is not", "all are"],
)
def test_a_model_is_unpriced_only_where_others_are_priced(
    priced: list[str], expected: list[str]
) -> None:
    rows = [minute_metric("model_requests_total", model, 5) for model in ("gpt-5", "own-model")]
    rows += [minute_metric("model_cost_usd", model, 0.1) for model in priced]
    rows += [minute_metric("model_requests_total", "idle", 0)]
    found = asked("unpriced-models", {"customMetrics": rows}, timedelta(days=1))
    assert [row["model"] for row in found] == expected
