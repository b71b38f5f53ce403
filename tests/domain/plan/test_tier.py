"""Batch, flex, standard and wider geographies: for whoever may, and where it is offered."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.plan.bill import Line
from shared.domain.plan.plan import Plan, plan_of
from tests.domain.plan.plan_factories import (
    PRIORITY,
    ZONE,
    applications,
    bill,
    line,
    place,
    workload,
)

DAY = 86_400.0
MILLION = 1_000_000


def planned(*lines: Line, **chat: Any) -> Plan:
    known = applications(chat=chat) if chat else {}
    return plan_of(workload(bill(*lines), applications=known), None)


def saved(plan: Plan) -> dict[str, Decimal]:
    return {each.proposal.id: each.saving.expected for each in plan.choices if each.taken}


def test_what_can_wait_a_day_costs_half_in_batches() -> None:
    plan = planned(line(sent=4 * MILLION, made=MILLION), max_delay_s=DAY)
    # By hand: 16 dollars, batch prices are half.
    assert saved(plan) == {"batch:west/prod:chat": Decimal(8)}


def test_low_is_without_the_prompt_cache() -> None:
    (choice,) = planned(line(cached=4 * MILLION, sent=MILLION), max_delay_s=DAY).choices
    # By hand: 4 dollars now. In batches cached input is 0.5 and input 1 a million: 3 expected, 5
    # where nothing is read from the cache.
    assert (choice.saving.low, choice.saving.expected) == (-1, 1)


@pytest.mark.parametrize(
    ("chat", "waits"),
    [
        ({"max_delay_s": DAY}, True),
        ({"max_delay_s": DAY - 1}, False),
        ({"owner": "me"}, False),
        ({}, False),
    ],
)
def test_only_applications_known_to_wait_so_long_are_batched(
    chat: dict[str, Any], waits: bool
) -> None:
    plan = planned(line(sent=MILLION), **chat)
    assert bool(plan.choices) is waits
    named = {(each.type, each.target) for each in plan.unexamined}
    assert (("batch", "chat") in named) is ("max_delay_s" not in chat)


def test_nobody_is_sent_where_it_is_not_offered() -> None:
    elsewhere = line(sent=MILLION, region="uaenorth")
    assert planned(elsewhere, max_delay_s=DAY).choices == ()


def test_an_unknown_region_may_be_any() -> None:
    assert planned(line(sent=MILLION, region=""), max_delay_s=DAY).choices


def test_flex_asks_for_patience_and_a_long_timeout() -> None:
    sol = line(place(model="gpt-5.6-sol"), sent=4 * MILLION)
    flex = planned(sol, max_delay_s=900.0)
    assert saved(flex) == {"service_tier:flex:west/prod:chat": Decimal(4)}
    # Half of it falls back to standard, at the least.
    assert flex.choices[0].saving.low == 2
    assert planned(sol, max_delay_s=900.0, timeout_s=60.0).choices == ()
    assert planned(sol, max_delay_s=899.0).choices == ()


def test_priority_is_not_paid_for_what_can_wait() -> None:
    plan = planned(line(sent=MILLION, offer=PRIORITY), max_delay_s=60.0)
    assert saved(plan) == {"service_tier:standard:west/prod:chat": Decimal("1.5")}
    assert planned(line(sent=MILLION, offer=PRIORITY), max_delay_s=59.0).choices == ()


def test_batch_and_standard_are_alternatives_to_each_other() -> None:
    plan = planned(line(sent=MILLION, offer=PRIORITY), max_delay_s=DAY)
    assert saved(plan) == {"batch:west/prod:chat": Decimal("2.5")}
    other = next(each for each in plan.choices if not each.taken)
    assert other.proposal.id == "service_tier:standard:west/prod:chat"
    assert other.excludes == ("batch:west/prod:chat",)


@pytest.mark.parametrize(
    ("residency", "moves"), [("global", True), ("data_zone", False), ("regional", False)]
)
def test_processing_moves_only_as_far_as_prompts_may_travel(residency: str, moves: bool) -> None:
    zone = line(sent=10 * MILLION, offer=ZONE, region="centralus")
    plan = planned(zone, residency=residency, max_delay_s=1.0)
    expected = {"geography:global:west/prod": Decimal(2)} if moves else {}
    assert saved(plan) == expected


def test_every_application_of_a_deployment_has_to_agree() -> None:
    zone = line(sent=10 * MILLION, offer=ZONE, region="centralus")
    both = [zone, replace(zone, place=place(application="other"))]
    assert planned(*both, residency="global", max_delay_s=1.0).choices == ()
