"""What makes two versions of a rule ask the same question."""

from typing import Any

import pytest

from shared.domain.metric.window import Aggregation, Expression
from shared.domain.rule.rule import condition_digest
from shared.domain.rule.words import Comparison, NoData, Severity
from tests.domain.rule_factories import rule


@pytest.mark.parametrize(
    "fields",
    [
        {"metric": "other"},
        {"aggregation": Aggregation.MAX},
        {"window_s": 120},
        {"comparison": Comparison.AT_LEAST},
        {"threshold": 6.0},
        {"group_by": ("model",)},
        {"filter": {"model": "gpt-5"}},
    ],
)
def test_another_measurement_or_threshold_is_another_question(fields: dict[str, Any]) -> None:
    assert condition_digest(rule(**fields)) != condition_digest(rule())


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "better words"},
        {"for_s": 60},
        {"keep_firing_for_s": 60},
        {"cooldown_s": 0},
        {"repeat_interval_s": 0},
        {"min_samples": 3},
        {"no_data": NoData.OK},
        {"severity": Severity.CRITICAL},
        {"labels": {"team": "web"}},
    ],
)
def test_timing_and_texts_are_the_same_question(fields: dict[str, Any]) -> None:
    assert condition_digest(rule(**fields)) == condition_digest(rule())


def test_a_rule_s_expression_is_in_minutes_and_sorted() -> None:
    asked = rule(window_s=300, group_by=("b", "a"), filter={"z": "1", "y": "2"}).expression

    assert asked == Expression("latency", Aggregation.AVG, 5, ("b", "a"), (("y", "2"), ("z", "1")))
