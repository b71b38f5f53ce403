"""The same work done elsewhere, and prompts that take fewer tokens: where scores allow it."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from shared.domain.advice import other_model, prompt_length
from shared.domain.advice.ground import Conclusion, Ground, Limits
from shared.domain.advice.scope import Scope
from shared.domain.advice.tariff import Tariff
from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.model_name import model_names
from shared.domain.price.offer import ASSUMED
from shared.domain.price.price_book import price_book
from shared.domain.price.pricing import Pricing
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

DAYS, SIZE = 7, 960
BIG = Scope("gpt-5", "big", "shop")


def two_ways(
    seconds: dict[str, float], *, application: str | None = "shop", alike: bool = False
) -> list[Day]:
    """Return days on which two models do the shop's work in turn, in so many seconds."""

    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        model = ("gpt-5", "gpt-5-mini")[at % 2]
        return {
            "model": "gpt-5" if alike else model,
            "deployment": {"gpt-5": "big", "gpt-5-mini": "small"}[model],
            "application": application,
            "duration_ms": 1000 * seconds[model] * float(np.exp(draw.normal(0, 0.4))),
            "input_tokens": 1_000,
            "output_tokens": 200,
        }

    return list(days_of(DAYS, SIZE, one))


def judged(days: list[Day], means: dict[str, float], by: str = "model") -> list[Scored]:
    draw = np.random.default_rng(5)
    return [
        {
            record.request_id or "": {"facts": draw.normal(means[getattr(record, by)], 0.1)}
            for record in own
        }
        for own in days
    ]


def prices(**dollars: str) -> Tariff:
    """Return a price of a million tokens, in or out, by model."""
    given = {name.replace("_", "-"): Decimal(text) for name, text in dollars.items()}
    book = price_book(
        [
            ListPrice(
                model=model,
                offer=ASSUMED,
                effective_from=Tariff().day.replace(year=2026),
                bands=(ContextBand(0, {Meter.INPUT: usd, Meter.OUTPUT: usd}),),
            )
            for model, usd in given.items()
        ]
    )
    return Tariff(Pricing(book, names=model_names({model: model for model in given})))


def told(ground: Ground) -> dict[str, Conclusion]:
    return {each.kind: each for each in other_model.conclude(ground)}


EQUAL = {"gpt-5": 0.8, "gpt-5-mini": 0.8}
SAME_TIME = {"gpt-5": 3.0, "gpt-5-mini": 3.0}


def test_a_model_that_is_cheaper_and_no_worse_is_advised_with_what_it_costs() -> None:
    days = two_ways(SAME_TIME)
    ground = ground_of(days, judged(days, EQUAL), tariff=prices(gpt_5="10", gpt_5_mini="2"))
    made = advised(told(ground)["cheaper_model"])
    assert made.setting == "model=gpt-5-mini"
    assert made.priority is Priority.HIGH
    assert made.expected_improvement is not None
    assert made.expected_improvement.low == pytest.approx(80)
    # 480 requests a day of 1,200 tokens at 8 dollars a million less.
    assert made.estimated_cost_impact_usd_per_month == Decimal("-138.2400")
    assert made.target == Target(Metric.QUALITY, score="facts", whole_application=True)
    facts = made.evidence["quality_facts"]
    assert isinstance(facts, dict)
    assert facts["difference_low"] > -0.024  # type: ignore[operator]


@pytest.mark.parametrize(
    ("scores", "dollars"),
    [
        pytest.param({"gpt-5": 0.8, "gpt-5-mini": 0.75}, ("10", "2"), id="worse answers"),
        pytest.param(None, ("10", "2"), id="no scores"),
        pytest.param(EQUAL, ("10", "9"), id="hardly cheaper"),
        pytest.param(EQUAL, None, id="unpriced"),
    ],
)
def test_otherwise_no_model_is_called_cheaper(
    scores: dict[str, float] | None, dollars: tuple[str, str] | None
) -> None:
    days = two_ways(SAME_TIME)
    tariff = prices(gpt_5=dollars[0], gpt_5_mini=dollars[1]) if dollars else Tariff()
    ground = ground_of(days, judged(days, scores) if scores else None, tariff=tariff)
    assert is_silent(told(ground)["cheaper_model"])


def test_a_faster_model_that_is_no_worse_is_advised_unless_it_is_dearer() -> None:
    days = two_ways({"gpt-5": 4.0, "gpt-5-mini": 2.0})
    scores = judged(days, EQUAL)
    made = advised(told(ground_of(days, scores))["faster_model"])
    assert made.setting == "model=gpt-5-mini"
    assert made.expected_improvement is not None
    assert made.expected_improvement.low < 50 < made.expected_improvement.high
    assert made.guard == Target(Metric.QUALITY, score="facts", whole_application=True)
    dearer = prices(gpt_5="2", gpt_5_mini="10")
    assert is_silent(told(ground_of(days, scores, tariff=dearer))["faster_model"])


def test_neither_model_is_advised_against_the_other_at_once() -> None:
    days = two_ways({"gpt-5": 2.0, "gpt-5-mini": 4.0})
    scores, tariff = judged(days, EQUAL), prices(gpt_5="10", gpt_5_mini="2")
    small = Scope("gpt-5-mini", "small", "shop")
    advice = [
        each.advice
        for scope in (BIG, small)
        for each in told(ground_of(days, scores, scope=scope, tariff=tariff)).values()
    ]
    assert [each.setting for each in advice if each is not None] == ["model=gpt-5-mini"]


def test_a_faster_deployment_of_the_same_model_needs_no_scores() -> None:
    days = two_ways({"gpt-5": 4.0, "gpt-5-mini": 2.0}, alike=True)
    found = told(ground_of(days))
    made = advised(found["faster_deployment"])
    assert made.setting == "deployment=small"
    assert made.target == Target(Metric.RESPONSE_TIME, whole_application=True)
    assert is_silent(found["faster_model"])


def test_work_of_nobody_knows_whom_is_not_compared() -> None:
    days = two_ways({"gpt-5": 4.0, "gpt-5-mini": 2.0}, application=None)
    assert told(ground_of(days, judged(days, EQUAL))) == {}


def versions(tokens: dict[str, int]) -> list[Day]:
    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        version = list(tokens)[at % 3 // 2] if len(tokens) > 1 else next(iter(tokens))
        sent = round(tokens[version] * float(np.exp(draw.normal(0, 0.1))))
        return {"prompt_version": version, "input_tokens": sent, "output_tokens": 100}

    return list(days_of(DAYS, SIZE, one))


def test_a_prompt_version_that_takes_fewer_tokens_and_is_no_worse_is_advised() -> None:
    days = versions({"7": 1_900, "8": 900})
    scores = judged(days, {"7": 0.8, "8": 0.8}, by="prompt_version")
    made = advised(prompt_length.conclude(ground_of(days, scores)))
    assert made.setting == "prompt_version=8"
    assert made.expected_improvement is not None
    assert made.expected_improvement.low < 50 < made.expected_improvement.high
    assert made.guard == Target(Metric.QUALITY, score="facts")


def test_a_shorter_prompt_that_answers_worse_is_not() -> None:
    days = versions({"7": 1_900, "8": 900})
    scores = judged(days, {"7": 0.8, "8": 0.7}, by="prompt_version")
    made = advised(prompt_length.conclude(ground_of(days, scores)))
    assert made.setting == "tokens_per_request=shorter_prompt"
    assert made.expected_improvement is None


@pytest.mark.parametrize(
    ("fields", "setting"),
    [
        ({"input_tokens": 2_000, "output_tokens": 200}, "shorter_prompt"),
        ({"input_tokens": 200, "output_tokens": 2_000}, "shorter_answer"),
    ],
)
def test_past_the_limit_the_longer_side_is_named(fields: dict[str, int], setting: str) -> None:
    made = advised(prompt_length.conclude(ground_of(days_of(1, 400, lambda *_: fields))))
    assert made.setting == f"tokens_per_request={setting}"
    assert made.evidence["tokens_per_request"] == 2_200
    assert "not known" in made.description


@pytest.mark.parametrize(("limit", "silent"), [(1_500, False), (2_200, True), (4_000, True)])
def test_the_limit_is_a_setting(limit: float, silent: bool) -> None:
    days = days_of(1, 400, lambda *_: {"input_tokens": 2_000, "output_tokens": 200})
    found = prompt_length.conclude(ground_of(days, limits=Limits(tokens_per_request=limit)))
    assert is_silent(found) is silent


def test_too_few_with_usage_say_nothing() -> None:
    days = days_of(1, 400, lambda _, at: {"input_tokens": 9_000} if at % 2 else {})
    assert prompt_length.conclude(ground_of(days)) is None
