"""Keeping answers, and meeting the service's prompt cache: from repeats that were really there."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from shared.domain.advice import prompt_cache, response_cache
from shared.domain.recommendation.recommendation import Category, Priority, Target
from shared.domain.verification.verdict import Metric
from tests.domain.advice.ground_factories import (
    MIDNIGHT,
    Day,
    advised,
    days_of,
    ground_of,
    is_silent,
    stands,
    tariff_of,
)

DAYS, SIZE = 7, 400


def repeated(share: float, *, apart_m: float = 2.0, model: str = "gpt-5-mini") -> list[Day]:
    """Return days on which a share of the prompts is the one of so many minutes before."""

    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        again = at % 2 == 1 and draw.random() < 2 * share
        # Pairs of requests: the second one comes apart_m after the first.
        pair = MIDNIGHT + timedelta(seconds=430 * (at // 2))
        return {
            "model": model,
            "start_time": pair + timedelta(minutes=apart_m if at % 2 else 0),
            "prompt_hash": f"p{at // 2}" if again or at % 2 == 0 else f"q{at}",
            "input_tokens": 1_000,
            "output_tokens": 200,
            "duration_ms": 2_000.0,
        }

    every = days_of(1, SIZE, one)[0]
    return [
        [
            replace(
                each,
                start_time=each.start_time + timedelta(days=number),
                prompt_hash=f"{number}{each.prompt_hash}",
            )
            for each in every
        ]
        for number in range(DAYS)
    ]


def test_repeats_are_worth_a_cache_and_say_what_it_would_have_spared() -> None:
    made = advised(
        response_cache.conclude(ground_of(repeated(0.3), tariff=tariff_of("gpt-5-mini")))
    )
    assert made.setting == "response_cache=5m"
    assert (made.category, made.priority) == (Category.COST_OPTIMIZATION, Priority.HIGH)
    assert made.expected_improvement is not None
    assert made.expected_improvement.low < 30 < made.expected_improvement.high
    hits = made.evidence["hits_5m"]
    assert isinstance(hits, dict)
    events = int(hits["events"] or 0)
    assert hits["share"] == pytest.approx(0.3, abs=0.03)
    # 1,000 input tokens, sent a moment before and so cached, and 200 of output each.
    usd = Decimal(events) * (1_000 * Decimal("0.025") + 200 * 2) / 1_000_000 * 30 / DAYS
    assert made.estimated_cost_impact_usd_per_month == -usd.quantize(Decimal("0.0001"))
    assert made.evidence["seconds"] == pytest.approx(2.0 * events)


def test_what_it_spares_is_told_of_sampled_out_requests_too_and_shares_are_not() -> None:
    days = repeated(0.3)
    weighed = [[replace(each, sample_weight=10.0) for each in day] for day in days]
    plain, scaled = (
        advised(response_cache.conclude(ground_of(each, tariff=tariff_of("gpt-5-mini"))))
        for each in (days, weighed)
    )
    assert plain.estimated_cost_impact_usd_per_month is not None
    assert scaled == replace(
        plain,
        estimated_cost_impact_usd_per_month=10 * plain.estimated_cost_impact_usd_per_month,
        evidence=plain.evidence
        | {
            name: str(10 * Decimal(str(plain.evidence[name])))
            for name in ("usd_per_month_low", "usd_per_month_high")
        },
    )


def test_answers_are_kept_as_long_as_it_takes() -> None:
    made = advised(response_cache.conclude(ground_of(repeated(0.3, apart_m=40))))
    assert made.setting == "response_cache=1h"


@pytest.mark.parametrize("share", [0.0, 0.03])
def test_few_repeats_are_not_worth_one(share: float) -> None:
    assert is_silent(response_cache.conclude(ground_of(repeated(share))))


def test_prompts_without_a_hash_say_nothing() -> None:
    """The sketch enabled caching always."""
    days = days_of(DAYS, SIZE, lambda *_: {"input_tokens": 10})
    assert response_cache.conclude(ground_of(days)) is None


def test_a_proposal_stays_while_repeats_are_nearly_enough() -> None:
    standing = stands(response_cache.conclude(ground_of(repeated(0.3))))
    days = repeated(0.075)
    assert is_silent(response_cache.conclude(ground_of(days)))
    again = advised(response_cache.conclude(ground_of(days, standing=[standing])))
    assert again.setting == standing.setting


def begun(alike: float, cached: int, *, sent: int = 4_000, model: str = "gpt-5-mini") -> list[Day]:
    """Return days on which a share of prompts begins like all others, cached as reported."""

    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        same = draw.random() < alike
        return {
            "model": model,
            "prefix_hash": "the same" if same else f"p{at}",
            "input_tokens": sent,
            "cached_input_tokens": cached if same else 0,
            "output_tokens": 100,
        }

    return list(days_of(DAYS, SIZE, one))


def test_prompts_that_begin_alike_and_are_not_cached_are_to_meet_the_cache() -> None:
    ground = ground_of(begun(0.9, 0), tariff=tariff_of("gpt-5-mini"))
    made = advised(prompt_cache.conclude(ground))
    assert made.setting == "prompt_cache=prompt_cache_key"
    assert made.target == Target(Metric.UNCACHED_INPUT_TOKENS)
    assert made.expected_improvement is not None
    # 1,024 of 4,000 tokens at least of the 74 % that came 5 minutes after another of the 90 %.
    assert 15 < made.expected_improvement.low < 23
    assert 60 < made.expected_improvement.high < 95
    assert made.estimated_cost_impact_usd_per_month is not None
    assert made.estimated_cost_impact_usd_per_month < 0


@pytest.mark.parametrize(
    ("alike", "cached", "fields"),
    [
        pytest.param(0.9, 1_024, {}, id="cached as it can be"),
        pytest.param(0.05, 0, {"sent": 1_500}, id="short and unlike"),
        pytest.param(0.9, 0, {"model": "gpt-4"}, id="a model without one"),
        pytest.param(0.9, 0, {"model": "text-embedding-3-large"}, id="embeddings"),
    ],
)
def test_otherwise_the_prompt_cache_is_left_alone(
    alike: float, cached: int, fields: dict[str, Any]
) -> None:
    assert is_silent(prompt_cache.conclude(ground_of(begun(alike, cached, **fields))))


def test_long_prompts_that_all_begin_otherwise_are_asked_about() -> None:
    made = advised(prompt_cache.conclude(ground_of(begun(0.0, 0))))
    assert made.setting == "prompt_cache=constant_part_first"
    assert made.priority is Priority.LOW
    assert made.expected_improvement is None
    assert "cannot be told" in made.description


def test_prompts_without_a_prefix_say_nothing() -> None:
    days = days_of(DAYS, SIZE, lambda *_: {"input_tokens": 4_000})
    assert prompt_cache.conclude(ground_of(days)) is None
