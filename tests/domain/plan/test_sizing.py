"""Sizes of provisioned throughput: exact, monotone, and the cheapest of all."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.plan.load import METERS
from shared.domain.plan.sizing import Question, best_size, cost_of_size, sizes_for
from shared.domain.price.ptu import PtuSizes, PtuSizing
from tests.domain.plan.load_factories import SIZES, TOKEN_USD, Row, question, sizing

TOKENS = st.integers(0, 40_000)
ROWS = st.lists(st.tuples(TOKENS, TOKENS, TOKENS, TOKENS), max_size=30)
SIZINGS = st.builds(
    sizing,
    st.integers(1, 3_000),
    st.sampled_from([0.0, 0.1]),
    st.sampled_from([1.0, 1.25]),
    st.sampled_from([4.0, 6.0, 8.0]),
)
STEPS = st.builds(PtuSizes, st.sampled_from([15, 25, 50]), st.sampled_from([5, 25, 50]))
PTU_USD = st.decimals("0.001", "20", places=3)
PTU = st.integers(0, 200)


def plain_cost(asked: Question, rows: Sequence[Row], ptu: int) -> Decimal:
    """Count a size minute by minute, in whole numbers."""
    weights = [Decimal(str(weight)) for weight in asked.sizing.weights]
    cost = max(ptu - asked.free_ptu, 0) * asked.ptu_usd
    for row in rows:
        need = sum(weight * tokens for weight, tokens in zip(weights, row, strict=True))
        room = ptu * asked.sizing.tpm_per_ptu
        if need <= room:
            continue
        for meter, tokens in zip(METERS, row, strict=True):
            served = int(Decimal(tokens * room) / need)
            cost += (tokens - served) * TOKEN_USD[meter]
    return cost


@given(ROWS, SIZINGS, PTU_USD, PTU, st.integers(0, 30))
def test_a_size_costs_what_a_plain_count_of_its_minutes_says(
    rows: list[Row], sized: PtuSizing, ptu_usd: Decimal, ptu: int, free: int
) -> None:
    asked = replace(question(rows, sized=sized, free_ptu=free), ptu_usd=ptu_usd)
    assert cost_of_size(asked, ptu).cost_usd == plain_cost(asked, rows, ptu)


@given(ROWS, SIZINGS, PTU, PTU)
def test_more_units_never_spill_more(
    rows: list[Row], sized: PtuSizing, one: int, other: int
) -> None:
    asked = question(rows, sized=sized)
    small, large = cost_of_size(asked, min(one, other)), cost_of_size(asked, max(one, other))
    for meter in METERS:
        assert large.spilled[meter] <= small.spilled[meter]
    assert large.spilled_usd <= small.spilled_usd


@settings(max_examples=60)
@given(ROWS, SIZINGS, STEPS, PTU_USD, st.integers(0, 30))
def test_the_best_size_is_the_cheapest_of_all_counted_one_by_one(
    rows: list[Row], sized: PtuSizing, sizes: PtuSizes, ptu_usd: Decimal, free: int
) -> None:
    asked = replace(question(rows, sized=sized, free_ptu=free), ptu_usd=ptu_usd)
    asked = replace(asked, sizes=sizes)
    need = [sum(w * t for w, t in zip(sized.weights, row, strict=True)) for row in rows]
    peak = int(1_000 * max(need, default=0))
    every = [(plain_cost(asked, rows, ptu), ptu) for ptu in sizes_for(sized, sizes, peak)]
    found = best_size(asked)
    assert (found.cost_usd, found.ptu) == min(every)


def test_the_best_size_is_below_the_peak_where_the_peak_is_rare() -> None:
    # 99 minutes of 20,000 tokens and one of 200,000: 20 units serve the usual, the peak spills.
    rows: list[Row] = [(20_000, 0, 0, 0)] * 99 + [(200_000, 0, 0, 0)]
    asked = question(rows, ptu_usd="0.1")
    found = best_size(asked)
    assert found.ptu == 20
    # By hand: 20 x 0.1, and 180,000 tokens at 2 dollars a million.
    assert found.cost_usd == Decimal("2.36")
    assert cost_of_size(asked, 200).cost_usd == Decimal("20.0")
    assert cost_of_size(asked, 0).cost_usd == Decimal("4.36")


@pytest.mark.parametrize(
    ("peak_milli", "sizes"),
    [
        (0, [0, 15]),
        (15_000_000, [0, 15]),
        (15_000_001, [0, 15, 20]),
        (26_000_000, [0, 15, 20, 25, 30]),
    ],
)
def test_sizes_are_the_minimum_and_steps_up_to_the_one_that_never_spills(
    peak_milli: int, sizes: list[int]
) -> None:
    assert sizes_for(sizing(), SIZES, peak_milli) == sizes


def test_a_unit_that_costs_more_than_it_serves_is_not_taken() -> None:
    # A full unit serves 1,000 tokens a minute for 0.002 dollars: 0.0021 does not pay, 0.0019 does.
    rows: list[Row] = [(100_000, 0, 0, 0)]
    assert best_size(question(rows, ptu_usd="0.0021")).ptu == 0
    assert best_size(question(rows, ptu_usd="0.0019")).ptu == 100


def test_units_that_are_owned_cost_nothing_more() -> None:
    rows: list[Row] = [(100_000, 0, 0, 0)]
    found = best_size(question(rows, ptu_usd="0.0021", free_ptu=40))
    assert found.ptu == 40
    assert found.units_usd == 0


def test_a_full_minute_of_a_huge_fleet_does_not_overflow() -> None:
    rows: list[Row] = [(9 * 10**12, 0, 0, 10**12)]
    asked = question(rows, ptu_usd="1000")
    found = cost_of_size(asked, 1_000_000)
    assert found.cost_usd == plain_cost(asked, rows, 1_000_000)


def test_no_traffic_needs_no_units() -> None:
    assert best_size(question([])).ptu == 0


def test_headroom_for_bursts_spills_more() -> None:
    asked = question([(20_000, 0, 0, 0)])
    assert cost_of_size(asked, 20).spilled_usd == 0
    tight = cost_of_size(asked, 20, utilization=Decimal("0.8"))
    assert tight.spilled[METERS[0]] == 4_000
