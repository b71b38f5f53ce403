"""What people read of an alert."""

from typing import Any

import pytest

from shared.domain.alert.alert import ResolvedReason
from shared.domain.alert.alerting import resolved
from shared.domain.alert.message import message
from shared.domain.metric.unit import unit_of
from shared.domain.metric.window import Aggregation
from shared.domain.rule.words import Comparison
from shared.domain.wording import duration, quantity
from tests.domain.rule_factories import T0, firing, rule

_SLOW = rule(metric="model_response_time", threshold=5_000.0, window_s=300)
_WHERE = "(model gpt-5, deployment chat)"


def test_a_firing_alert_reads_as_a_sentence() -> None:
    said = message(_SLOW, firing(value=7214.4), "ms")

    assert said == f"model_response_time avg over 5 min is 7,214 ms, above 5,000 ms {_WHERE}"


@pytest.mark.parametrize(
    ("fields", "value", "expected"),
    [
        ({"threshold": 0.05}, 0.3512, "is 0.3512, above 0.05"),
        ({"comparison": Comparison.BELOW}, 2.0, "is 2, below 5"),
        ({"comparison": Comparison.AT_LEAST}, 5.0, "is 5, at or above 5"),
        ({}, None, "has no data, watched for above 5"),
        ({"min_samples": 20}, 9.0, "is 9 from 10 samples, too few to tell"),
    ],
)
def test_a_finding_is_put_into_words(
    fields: dict[str, Any], value: float | None, expected: str
) -> None:
    said = message(rule(**fields), firing(value=value), "1")

    assert said == f"latency avg over 1 min {expected} {_WHERE}"


def test_an_alert_kept_firing_is_said_to_be_clean() -> None:
    said = message(rule(), firing(value=1.0, clean_since=T0), "1")

    assert said.startswith("latency avg over 1 min is 1, no longer above 5")


def test_a_changed_rule_is_named_as_the_reason() -> None:
    ended = resolved(firing(), ResolvedReason.RULE_CHANGED, now=T0)

    assert "the rule was changed or removed" in message(rule(), ended, "1")


def test_labels_without_a_text_are_left_out_and_the_rule_s_own_are_said() -> None:
    where = firing(labels=(("model", "gpt-5"), ("deployment", "")))

    said = message(rule(labels={"team": "web"}), where, "1")

    assert said.endswith("(model gpt-5, team web)")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (999.96, "ms", "1000 ms"),
        (1_234_567.0, "{token}", "1,234,567"),
        (0.000123456, "1", "0.0001235"),
        (12.0, "{request}/s", "12/s"),
        (3.5, "By/s", "3.5 By/s"),
    ],
)
def test_numbers_are_written_for_people(value: float, unit: str, expected: str) -> None:
    assert quantity(value, unit) == expected


@pytest.mark.parametrize(("seconds", "said"), [(60, "1 min"), (5400, "90 min"), (7200, "2 h")])
def test_windows_are_said_in_minutes_or_hours(seconds: int, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("metric", "aggregation", "reported", "expected"),
    [
        ("model_response_time", Aggregation.AVG, None, "ms"),
        ("model_response_time", Aggregation.COUNT, None, "1"),
        ("model_requests_total", Aggregation.RATE, None, "{request}/s"),
        ("model_error_rate", Aggregation.AVG, None, "1"),
        ("ingest_silence_s", Aggregation.MAX, None, "s"),
        ("queue_depth", Aggregation.MAX, "{message}", "{message}"),
        ("never_reported", Aggregation.MAX, None, "1"),
    ],
)
def test_a_unit_follows_from_metric_and_aggregation(
    metric: str, aggregation: Aggregation, reported: str | None, expected: str
) -> None:
    assert unit_of(metric, aggregation, reported) == expected
