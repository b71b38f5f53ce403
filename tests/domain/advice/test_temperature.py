"""temperature: only where scores show that it matters; settings that models refuse."""

from typing import Any

import numpy as np
import pytest

from shared.domain.advice import refused_setting, temperature
from shared.domain.recommendation.recommendation import Priority, Target
from shared.domain.verification.verdict import Metric
from tests.domain.advice.ground_factories import (
    Day,
    Scored,
    advised,
    days_of,
    ground_of,
    is_silent,
)

DAYS, SIZE = 7, 240


def days(*values: float | None, model: str = "gpt-4o", **fields: Any) -> list[Day]:
    """Return slow days whose requests take the temperatures in turn."""

    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        del draw
        given = {"model": model, "duration_ms": 20_000.0, "output_tokens": 300}
        return given | {"temperature": values[at % len(values)]} | fields

    return list(days_of(DAYS, SIZE, one))


def judged(every: list[Day], means: dict[float | None, dict[str, float]]) -> list[Scored]:
    draw = np.random.default_rng(9)
    return [
        {
            record.request_id or "": {
                name: draw.normal(mean, 0.1) for name, mean in means[record.temperature].items()
            }
            for record in own
        }
        for own in every
    ]


def test_the_temperature_that_answers_better_is_advised() -> None:
    every = days(0.9, 0.9, 0.9, 0.9, 0.2)
    scores = judged(every, {0.9: {"facts": 0.7, "tone": 0.8}, 0.2: {"facts": 0.8, "tone": 0.8}})
    made = advised(temperature.conclude(ground_of(every, scores)))
    assert made.setting == "temperature=0.2"
    assert made.target == Target(Metric.QUALITY, score="facts")
    assert made.expected_improvement is not None
    assert made.expected_improvement.low < 100 / 7 < made.expected_improvement.high
    assert "not how fast" in made.description


@pytest.mark.parametrize(
    "means",
    [
        pytest.param({0.9: {"facts": 0.8}, 0.2: {"facts": 0.8}}, id="as good"),
        pytest.param({0.9: {"facts": 0.8}, 0.2: {"facts": 0.7}}, id="worse"),
        pytest.param(
            {0.9: {"facts": 0.7, "tone": 0.8}, 0.2: {"facts": 0.8, "tone": 0.7}},
            id="better in one, worse in another",
        ),
        pytest.param({0.9: {"facts": 0.8}, 0.2: {}}, id="not scored"),
    ],
)
def test_otherwise_it_is_left_alone(means: dict[float | None, dict[str, float]]) -> None:
    every = days(0.9, 0.9, 0.9, 0.9, 0.2)
    assert is_silent(temperature.conclude(ground_of(every, judged(every, means))))


def test_being_slow_is_no_reason_to_lower_it() -> None:
    """The sketch lowered the temperature of slow models by 0.2."""
    assert temperature.conclude(ground_of(days(0.9))) is None


def test_a_model_that_takes_none_is_left_alone_whatever_its_scores() -> None:
    every = days(1.0, 1.0, 1.0, 1.0, None, model="gpt-5-mini")
    scores = judged(every, {1.0: {"facts": 0.5}, None: {"facts": 0.9}})
    assert is_silent(temperature.conclude(ground_of(every, scores)))


def test_requests_that_state_none_are_a_way_of_their_own() -> None:
    every = days(0.9, 0.9, 0.9, 0.9, None)
    scores = judged(every, {0.9: {"facts": 0.7}, None: {"facts": 0.9}})
    assert advised(temperature.conclude(ground_of(every, scores))).setting == "temperature=unset"


def refused(model: str, values: tuple[float | None, ...], share: float, **others: Any) -> list[Day]:
    """Return days on which requests with a temperature fail in that share as client errors."""

    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        value = values[at % len(values)]
        fails = value is not None and draw.random() < share
        outcome = {"status_code": 400} if fails else others
        return {"model": model, "temperature": value} | outcome

    return list(days_of(DAYS, 60, one))


@pytest.mark.parametrize(
    ("model", "values"),
    [("gpt-6", (0.2, None)), ("gpt-5-mini", (0.2,)), ("gpt-5-mini", (0.2, None))],
)
def test_a_temperature_that_the_model_refuses_is_to_be_left_out(
    model: str, values: tuple[float | None, ...]
) -> None:
    made = advised(refused_setting.conclude(ground_of(refused(model, values, 0.9))))
    assert made.setting == "temperature=unset"
    assert made.priority is Priority.CRITICAL
    assert made.target == Target(Metric.ERROR_RATE)
    assert made.expected_improvement is not None
    assert made.expected_improvement.high == 100.0


@pytest.mark.parametrize(
    ("model", "values", "share", "others"),
    [
        pytest.param("gpt-6", (0.2, None), 0.3, {}, id="not most of them"),
        pytest.param("gpt-6", (0.2, None), 0.9, {"status_code": 400}, id="all fail alike"),
        pytest.param("gpt-6", (0.2,), 0.9, {}, id="nothing to compare with"),
        pytest.param("gpt-4o", (0.2,), 0.9, {}, id="a model that takes it"),
    ],
)
def test_client_errors_of_other_reasons_are_not_blamed_on_it(
    model: str, values: tuple[float | None, ...], share: float, others: dict[str, Any]
) -> None:
    every = refused(model, values, share, **others)
    assert is_silent(refused_setting.conclude(ground_of(every)))
