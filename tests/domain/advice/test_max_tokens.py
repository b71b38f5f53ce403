"""max_tokens: lowered where answers need less, raised where they are cut, else left alone."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.advice import max_tokens
from shared.domain.advice.answer_lengths import answer_lengths
from shared.domain.advice.ground import Ground
from shared.domain.advice.token_limit import cap_of, ladder
from shared.domain.recommendation.recommendation import Category, Priority, Target
from shared.domain.verification.verdict import Metric
from tests.domain.advice.advice_factories import capped, outputs
from tests.domain.advice.ground_factories import (
    advised,
    days_of,
    ground_of,
    is_silent,
    stands,
    tariff_of,
)

DAYS, SIZE = 7, 400


def answers(
    limit: int | None, *, middle: float = 5.0, spread: float = 0.4, **fields: Any
) -> Callable[[np.random.Generator, int], dict[str, Any]]:
    """Return answers of log-normal lengths under a limit."""

    def one(draw: np.random.Generator, _: int) -> dict[str, Any]:
        wanted = max(round(float(np.exp(draw.normal(middle, spread)))), 1)
        made = wanted if limit is None else min(wanted, limit)
        return {
            "input_tokens": 600,
            "output_tokens": made,
            "max_tokens": limit,
            "finish_reason": "stop" if made == wanted else "length",
        } | fields

    return one


def ground(limit: int | None, size: int = SIZE, **fields: Any) -> Ground:
    return ground_of(days_of(DAYS, size, answers(limit, **fields)))


def test_a_limit_far_above_the_answers_is_lowered_to_what_they_need() -> None:
    made = advised(max_tokens.conclude(ground(4000)))
    chosen = int(made.setting.removeprefix("max_tokens="))
    # One answer in 1,000 is longer than exp(5 + 0.4 * 3.09) = 511.
    assert 512 <= chosen <= 704
    assert (made.category, made.priority) == (Category.MODEL_OPTIMIZATION, Priority.MEDIUM)
    assert made.target == Target(Metric.ADMITTED_TOKENS)
    assert made.guard == Target(Metric.TRUNCATED_SHARE)
    assert made.expected_improvement is not None
    freed = 100 * (4000 - chosen) / 4600
    assert made.expected_improvement.low == pytest.approx(freed)
    assert "saves money only by truncating" in made.description
    evidence = made.evidence
    assert evidence["predicted_truncated_share"][str(chosen)] <= 0.001  # type: ignore[index, operator]
    assert evidence["predicted_truncated_share_at_most"][str(chosen)] <= 0.01  # type: ignore[index, operator]


def test_a_mean_would_have_cut_half_of_the_answers() -> None:
    """The sketch set max_tokens to half as much again as the mean."""
    made = advised(max_tokens.conclude(ground(4000, middle=5.0, spread=0.9)))
    mean = made.evidence["mean_output_tokens"]
    assert isinstance(mean, float)
    lengths = answer_lengths(ground(4000, spread=0.9).work.sections["outputs"])
    by_mean = lengths.truncated(int(mean * 1.5))
    assert by_mean is not None
    assert by_mean.share > 0.1
    assert int(made.setting.removeprefix("max_tokens=")) > 4 * mean


@pytest.mark.parametrize(
    ("limit", "size", "fields"),
    [
        pytest.param(4000, 30, {}, id="too few answers"),
        pytest.param(4000, 20, {"output_tokens": None}, id="no usage"),
    ],
)
def test_too_little_says_nothing(limit: int, size: int, fields: dict[str, Any]) -> None:
    assert max_tokens.conclude(ground(limit, size, **fields)) is None


@pytest.mark.parametrize(
    ("limit", "fields"),
    [
        pytest.param(None, {}, id="no limit"),
        pytest.param(600, {}, id="a limit that fits"),
        pytest.param(320, {}, id="a limit that cuts one in fifty at most"),
        pytest.param(4000, {"spread": 1.1}, id="lengths that reach far"),
    ],
)
def test_a_limit_that_is_well_is_left_alone(limit: int | None, fields: dict[str, Any]) -> None:
    assert is_silent(max_tokens.conclude(ground(limit, **fields)))


def test_limits_that_differ_from_request_to_request_are_left_alone() -> None:
    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        return answers((1000, 2000, 4000)[at % 3])(draw, at)

    assert is_silent(max_tokens.conclude(ground_of(days_of(DAYS, SIZE, one))))


def test_a_limit_that_cuts_is_doubled_without_a_promise() -> None:
    made = advised(max_tokens.conclude(ground(200)))
    assert made.setting == "max_tokens=416"
    assert (made.category, made.priority) == (Category.QUALITY, Priority.HIGH)
    assert made.expected_improvement is None
    assert made.target == Target(Metric.TRUNCATED_SHARE)
    assert made.evidence["truncated_share"] == pytest.approx(0.23, abs=0.03)
    assert made.evidence["predicted_up_to"] == 200


def test_longer_limits_in_use_show_what_is_enough() -> None:
    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        return answers(2000 if at % 6 == 0 else 200)(draw, at)

    made = advised(max_tokens.conclude(ground_of(days_of(DAYS, SIZE, one))))
    assert 400 <= int(made.setting.removeprefix("max_tokens=")) <= 704
    assert made.expected_improvement is not None
    assert 95 < made.expected_improvement.low <= made.expected_improvement.high <= 100


def test_reasoning_counts_as_part_of_the_answer() -> None:
    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        fields = answers(8000)(draw, at)
        thought = 5 * fields["output_tokens"]
        return fields | {
            "output_tokens": fields["output_tokens"] + thought,
            "reasoning_tokens": thought,
        }

    made = advised(max_tokens.conclude(ground_of(days_of(DAYS, SIZE, one))))
    assert int(made.setting.removeprefix("max_tokens=")) > 2400
    assert made.evidence["reasoning_share"] == pytest.approx(5 / 6)


def test_a_deployment_short_of_quota_makes_it_matter() -> None:
    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        if at % 50 == 0:
            return {"status_code": 429}
        return answers(4000)(draw, at)

    made = advised(max_tokens.conclude(ground_of(days_of(DAYS, SIZE, one))))
    assert made.priority is Priority.HIGH


def test_what_truncating_saves_is_priced_and_next_to_nothing() -> None:
    days = days_of(DAYS, SIZE, answers(4000))
    made = advised(max_tokens.conclude(ground_of(days, tariff=tariff_of("gpt-5-mini"))))
    assert made.estimated_cost_impact_usd_per_month is not None
    assert Decimal("-0.01") < made.estimated_cost_impact_usd_per_month <= 0
    assert advised(max_tokens.conclude(ground_of(days))).estimated_cost_impact_usd_per_month is None


def test_another_weeks_traffic_does_not_change_what_is_proposed() -> None:
    standing = stands(max_tokens.conclude(ground(4000)))
    for week in range(1, 5):
        days = days_of(DAYS + 7 * week, SIZE, answers(4000))[7 * week :]
        again = advised(max_tokens.conclude(ground_of(days, standing=[standing])))
        assert again.setting == standing.setting


def test_a_proposal_that_no_longer_fits_gives_way() -> None:
    standing = stands(max_tokens.conclude(ground(4000)))
    days = days_of(DAYS, SIZE, answers(4000, middle=6.2))
    again = advised(max_tokens.conclude(ground_of(days, standing=[standing])))
    assert again.setting != standing.setting


_traffic = st.lists(
    st.tuples(st.lists(st.integers(1, 3_000), min_size=1, max_size=30), st.integers(20, 4_000)),
    min_size=1,
    max_size=3,
)


@given(_traffic, st.integers(1, 8_000))
def test_no_candidate_lies_above_what_was_tried(
    traffic: list[tuple[list[int], int]], limit: int
) -> None:
    rows = outputs([[each for own in traffic for each in capped(*own)] * 50])
    cap = cap_of(rows, answer_lengths(rows), limit)
    assert cap is not None
    highest = max(each for _, each in traffic)
    for told in (cap.lowest_fitting(None), cap.enough(), *cap.shown(None)):
        assert told is None or told.max_tokens <= highest
    lower, higher = cap.lowest_fitting(None), cap.enough()
    assert lower is None or lower.max_tokens <= 0.75 * limit
    assert higher is None or higher.max_tokens > limit


def test_candidates_are_round_numbers() -> None:
    assert ladder(16, 36) == [16, 18, 20, 22, 24, 26, 28, 30, 32, 36]
    assert ladder(900, 1_300) == [960, 1024, 1152, 1280]
