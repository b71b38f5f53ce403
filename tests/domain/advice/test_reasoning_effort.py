"""reasoning_effort: lower where it is faster and no worse, a try where reasoning is most of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from shared.domain.advice import reasoning_effort
from shared.domain.advice.ground import Ground
from shared.domain.recommendation.recommendation import Priority, Target
from shared.domain.verification.verdict import Metric
from tests.domain.advice.ground_factories import (
    MIDNIGHT,
    Day,
    advised,
    days_of,
    ground_of,
    is_silent,
    stands,
)

DAYS, SIZE = 7, 960
# Seconds, output and reasoning tokens by effort.
COSTS: dict[str | None, tuple[float, int, int]] = {
    "high": (8.0, 900, 700),
    "low": (3.0, 300, 100),
    None: (6.0, 600, 400),
}
LESS_REASONING: dict[str | None, tuple[float, int, int]] = {"high": (6.0, 600, 270)}


def days(
    *efforts: str | None, model: str = "gpt-5-mini", slow: float = 1.0, costs: Any = COSTS
) -> list[Day]:
    """Return days whose requests take the efforts in turn."""

    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        effort = efforts[at % len(efforts)]
        seconds, made, thought = costs[effort]
        noise = float(np.exp(draw.normal(0, 0.5)))
        return {
            "model": model,
            "duration_ms": 1000 * slow * seconds * noise,
            "input_tokens": 500,
            "output_tokens": made,
            "reasoning_tokens": thought,
            "reasoning_effort": effort,
        }

    return list(days_of(DAYS, SIZE, one))


def judged(
    every: list[Day], means: Mapping[str | None, float]
) -> list[dict[str, dict[str, float]]]:
    """Return a score of two of three answers, around the mean of their effort."""
    draw = np.random.default_rng(9)
    return [
        {
            record.request_id or "": {"facts": draw.normal(means[record.reasoning_effort], 0.1)}
            for at, record in enumerate(own)
            if at % 3
        }
        for own in every
    ]


def ground(every: list[Day], means: Mapping[str | None, float], **fields: Any) -> Ground:
    return ground_of(every, judged(every, means), **fields)


MOSTLY_HIGH = ("high", "high", "low")


def test_a_lower_effort_that_is_as_good_is_advised_with_what_it_measured() -> None:
    made = advised(reasoning_effort.conclude(ground(days(*MOSTLY_HIGH), {"high": 0.8, "low": 0.8})))
    assert made.setting == "reasoning_effort=low"
    assert made.priority is Priority.HIGH
    assert made.expected_improvement is not None
    assert made.expected_improvement.low < 62.5 < made.expected_improvement.high
    assert made.expected_improvement.high - made.expected_improvement.low < 10
    assert made.target == Target(Metric.RESPONSE_TIME, adjust_for_lengths=False)
    assert made.guard == Target(Metric.QUALITY, score="facts")
    assert "does not prove" in made.description
    assert made.evidence["quality_margin_percent"] == 3.0
    assert made.evidence["fewer_output_tokens_percent"] == {
        "low": pytest.approx(66.7, abs=0.1),
        "high": pytest.approx(66.7, abs=0.1),
    }


@pytest.mark.parametrize(
    ("efforts", "means", "slow"),
    [
        pytest.param(MOSTLY_HIGH, {"high": 0.8, "low": 0.7}, 0.1, id="worse answers"),
        pytest.param(MOSTLY_HIGH, {"high": 0.8, "low": 0.78}, 0.1, id="perhaps worse answers"),
        pytest.param(("low",) * 7 + ("high",), {"high": 0.9, "low": 0.8}, 1.0, id="low already"),
        pytest.param(("high",), {"high": 0.8}, 0.1, id="fast enough"),
    ],
)
def test_otherwise_the_effort_is_left_alone(
    efforts: tuple[str, ...], means: dict[str | None, float], slow: float
) -> None:
    assert is_silent(reasoning_effort.conclude(ground(days(*efforts, slow=slow), means)))


def test_a_lower_effort_that_most_have_already_is_advised_to_the_others() -> None:
    every = days("low", "low", "high")
    made = advised(reasoning_effort.conclude(ground(every, {"high": 0.8, "low": 0.8})))
    assert made.setting == "reasoning_effort=low"


def test_without_scores_nothing_is_said_of_a_lower_effort_in_use() -> None:
    assert is_silent(reasoning_effort.conclude(ground_of(days(*MOSTLY_HIGH))))


def test_one_effort_that_mostly_reasons_and_is_slow_is_worth_a_try() -> None:
    made = advised(reasoning_effort.conclude(ground_of(days("high"))))
    assert made.setting == "reasoning_effort=medium"
    assert made.expected_improvement is None
    assert made.description.startswith("Try reasoning_effort medium instead of high")
    assert made.evidence["reasoning_share"] == pytest.approx(7 / 9)


def test_what_is_not_stated_is_the_models_default() -> None:
    made = advised(reasoning_effort.conclude(ground_of(days(None))))
    assert made.setting == "reasoning_effort=low"
    assert made.evidence["reasoning_effort"] == "medium"


def test_a_try_is_kept_while_reasoning_is_nearly_half() -> None:
    every = days("high", costs=LESS_REASONING)
    assert is_silent(reasoning_effort.conclude(ground_of(every)))
    standing = stands(reasoning_effort.conclude(ground_of(days("high"))))
    kept = advised(reasoning_effort.conclude(ground_of(every, standing=[standing])))
    assert kept.setting == standing.setting


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-6", "gpt-5-pro"])
def test_a_model_without_lower_efforts_is_left_alone(model: str) -> None:
    assert is_silent(reasoning_effort.conclude(ground_of(days("high", model=model))))


def test_too_few_requests_say_nothing() -> None:
    few = [own[:20] for own in days("high")]
    assert few[0][0].start_time == MIDNIGHT
    assert reasoning_effort.conclude(ground_of(few)) is None
