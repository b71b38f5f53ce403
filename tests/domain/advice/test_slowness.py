"""Slow responses: judged by limits, from the first day on, and named by their largest part."""

from typing import Any

import numpy as np
import pytest

from shared.domain.advice import slowness
from shared.domain.advice.ground import Conclusion, Limits
from shared.domain.recommendation.recommendation import Category, Priority
from tests.domain.advice.ground_factories import Day, days_of, ground_of, stands

FAST = {"duration_ms": 800.0}


def days(number: int = 1, size: int = 1_200, **fields: Any) -> list[Day]:
    def one(draw: np.random.Generator, _: int) -> dict[str, Any]:
        given = {"duration_ms": 4_000.0, "input_tokens": 500, "output_tokens": 400} | fields
        return given | {"duration_ms": given["duration_ms"] * float(np.exp(draw.normal(0, 0.3)))}

    return list(days_of(number, size, one))


def told(every: list[Day], **fields: Any) -> dict[str, Conclusion]:
    return {each.kind: each for each in slowness.conclude(ground_of(every, **fields))}


@pytest.mark.parametrize(
    ("fields", "setting"),
    [
        ({"time_to_first_token_ms": 500.0}, "answer_length"),
        ({}, "measure_first_token"),
        ({"reasoning_tokens": 300}, "reasoning"),
        ({"time_to_first_token_ms": 3_500.0, "input_tokens": 9_000}, "prompt"),
        ({"time_to_first_token_ms": 3_500.0}, "capacity"),
    ],
)
def test_the_largest_part_of_the_time_is_named(fields: dict[str, Any], setting: str) -> None:
    made = told(days(**fields))["slow_responses"].advice
    assert made is not None
    assert made.setting == f"slow_responses={setting}"
    assert (made.category, made.priority) == (Category.MODEL_OPTIMIZATION, Priority.HIGH)
    assert made.expected_improvement is None
    assert made.evidence["limit_ms"] == 3_000


def test_a_deployment_within_its_limits_is_left_alone() -> None:
    found = told(days(**FAST))
    assert {kind: each.advice for kind, each in found.items()} == {
        "slow_responses": None,
        "slow_tail": None,
    }


def test_a_slow_tail_is_told_by_its_percentile() -> None:
    made = told(days(duration_ms=9_000.0))["slow_tail"].advice
    assert made is not None
    assert made.category is Category.INFRASTRUCTURE
    assert isinstance(made.evidence["p99_ms"], float)
    assert made.evidence["p99_ms"] > 10_000


def test_limits_are_settings() -> None:
    found = told(days(**FAST), limits=Limits(mean_response_ms=500, p99_response_ms=900))
    assert all(each.advice is not None for each in found.values())


def test_few_requests_say_nothing_and_too_few_nothing_of_the_slowest() -> None:
    assert told(days(size=99)) == {}
    assert set(told(days(size=999))) == {"slow_responses"}


def test_all_failed_is_not_slow() -> None:
    assert told(days(status_code=500)) == {}


def test_a_proposal_stays_while_it_is_nearly_as_slow() -> None:
    standing = stands(told(days())["slow_responses"])
    nearly = days(duration_ms=2_600.0)
    assert told(nearly)["slow_responses"].advice is None
    assert told(nearly, standing=[standing])["slow_responses"].advice is not None
