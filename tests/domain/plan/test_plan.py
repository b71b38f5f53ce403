"""Whole plans over made-up workloads: they never promise more than is spent."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.plan.bill import Bill, Capacity, Deployed, Line
from shared.domain.plan.plan import plan_of
from shared.domain.plan.saving import Spread, Spreads
from shared.domain.plan.triggers import Trigger
from shared.domain.plan.view import CostPlan, Headline, in_priority, opportunities_of, view_of
from shared.domain.plan.workload import Holding, Workload
from shared.domain.price.list_price import Meter
from shared.domain.price.offer import Geography
from tests.domain.plan.load_factories import load
from tests.domain.plan.plan_factories import (
    FLEX,
    GLOBAL,
    LAST,
    PRIORITY,
    PROVISIONED,
    ZONE,
    applications,
    bill,
    line,
    place,
    traffic,
    workload,
)

HEAD = Headline(
    start=LAST,
    end=LAST,
    days_digested=30,
    data_through=None,
    partial_day=False,
    cost_basis="list",
    unpriced_requests=0,
)
PLACES = [
    place(deployment, model, application)
    for deployment, model in (("prod", "gpt-4.1"), ("mini", "gpt-4.1-mini"), ("sol", "gpt-5.6-sol"))
    for application in ("chat", "nightly")
]
COUNTS = st.integers(0, 10**9)
APPLICATIONS = st.fixed_dictionaries(
    {},
    optional={
        "max_delay_s": st.sampled_from([0.0, 60.0, 900.0, 86_400.0]),
        "residency": st.sampled_from(["global", "data_zone"]),
        "quality_threshold": st.sampled_from([0.5, 0.9]),
    },
)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    where = draw(st.sampled_from(PLACES))
    offers = {"gpt-4.1": [GLOBAL, ZONE, PRIORITY, PROVISIONED], "gpt-5.6-sol": [GLOBAL, FLEX]}
    sent = draw(COUNTS)
    failed = {Meter.INPUT: Decimal(draw(st.integers(0, sent)))}
    return line(
        where,
        sent=sent,
        cached=draw(COUNTS),
        made=draw(COUNTS),
        offer=draw(st.sampled_from(offers.get(where.model, [GLOBAL]))),
        requests=draw(st.integers(1, 10**6)),
        failed=failed,
    )


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    owed = draw(st.lists(lines(), min_size=1, max_size=8))
    homes = sorted({each.home for each in owed})
    held = {
        home: Holding(Geography.GLOBAL, "swedencentral", draw(st.sampled_from([0, 15, 100])))
        for home in homes
    }
    paid = {
        home: Capacity(each.ptu, Decimal(each.ptu * 720)) for home, each in held.items() if each.ptu
    }
    rows = st.lists(st.tuples(*[st.integers(0, 10**7)] * 4), max_size=20)
    seen = traffic(
        PLACES,
        scores=["tone"],
        loads={home: load(draw(rows)) for home in homes},
        cache_hits=[
            {
                "series": at,
                "requests": 10,
                "hits_24h": 1,
                "input_1h": draw(COUNTS),
                "output_24h": draw(COUNTS),
            }
            for at in range(len(PLACES))
        ],
        prefix=[
            {"series": at, "seen_5m": 100, "input": draw(COUNTS), "input_5m": draw(COUNTS)}
            for at in range(len(PLACES))
        ],
        retries=[
            {
                "series": at,
                "attempts": 3,
                "succeeded": draw(st.integers(0, 1)),
                "failed_tokens": draw(COUNTS),
            }
            for at in range(len(PLACES))
        ],
        quality=[
            {"series": at, "n": 100, "sum_millionths": 80_000_000, "squares_millionths": 64_000_000}
            for at in range(len(PLACES))
        ],
    )
    spread = Spread(Decimal(draw(st.sampled_from(["0.2", "1"]))), Decimal("1.4"))
    known = applications(chat=draw(APPLICATIONS), nightly=draw(APPLICATIONS))
    return workload(
        replace(bill(*owed), capacities=paid),
        traffic=seen,
        holdings=held,
        spreads=Spreads(dict.fromkeys(PLACES, spread)),
        spare={(Geography.GLOBAL, "swedencentral"): draw(st.sampled_from([0, 20]))},
        applications=known,
    )


def shown(load: Workload, model: str | None = None) -> CostPlan:
    return view_of(plan_of(load, model), HEAD)


@settings(max_examples=150, deadline=None)
@given(workloads(), st.sampled_from([None, "gpt-4.1"]))
def test_a_plan_never_promises_more_than_is_spent(load: Workload, model: str | None) -> None:
    plan = shown(load, model)
    current, expected = (
        Decimal(text) for text in (plan.current_monthly_cost_estimate, plan.expected_savings)
    )
    assert 0 <= expected <= current
    taken = [each for each in plan.optimization_recommendations if each.recommended]
    assert expected == sum((Decimal(each.potential_monthly_savings) for each in taken), Decimal(0))
    for each in plan.optimization_recommendations:
        saved = Decimal(each.potential_monthly_savings)
        assert 0 <= saved <= current
        assert (
            Decimal(each.savings_range.low) <= saved <= Decimal(each.savings_range.high) <= current
        )
    by_id = {each.id: each for each in plan.optimization_recommendations}
    assert len(by_id) == len(plan.optimization_recommendations)
    for each in by_id.values():
        assert all(each.id in by_id[other].excludes for other in each.excludes)
        assert not any(by_id[other].recommended for other in each.excludes if each.recommended)


@settings(max_examples=40, deadline=None)
@given(workloads())
def test_what_is_to_be_done_first_saves_most_for_its_effort(load: Workload) -> None:
    plan = shown(load)
    effort = {"low": 1, "medium": 2, "high": 3}
    worth = [
        Decimal(each.potential_monthly_savings) / effort[each.implementation_effort]
        for each in plan.implementation_priority
    ]
    assert worth == sorted(worth, reverse=True)
    assert in_priority(plan.implementation_priority) == plan.implementation_priority
    assert {each.id for each in plan.implementation_priority} == {
        each.id for each in plan.optimization_recommendations if each.recommended
    }


def test_no_traffic_gives_an_empty_plan_and_says_why() -> None:
    plan = shown(workload(bill()))
    assert plan.optimization_recommendations == plan.implementation_priority == []
    assert (plan.current_monthly_cost_estimate, plan.expected_savings) == ("0", "0")
    assert plan.reason == (
        "No traffic that has a price, and no provisioned throughput, in 30 day(s) up to 2026-11-22."
    )
    assert plan.not_examined == []


def test_a_month_is_the_mean_day_times_thirty() -> None:
    ten_days = replace(workload(bill(line(sent=5_000_000))), days=10)
    assert shown(ten_days).current_monthly_cost_estimate == "30"
    assert shown(replace(ten_days, days=7)).current_monthly_cost_estimate == "42.8571428571"


def test_a_trend_lists_what_a_day_could_save() -> None:
    waits = applications(chat={"max_delay_s": 86_400.0})
    plan = shown(workload(bill(line(sent=30_000_000)), applications=waits))
    (one,) = opportunities_of(plan)
    # By hand: 60 dollars a month, half of it by batches, 30 days.
    assert (one.type, one.potential_savings) == ("batch", "1")


def test_reservations_beyond_use_are_paid_whatever_is_done() -> None:
    plan = plan_of(workload(Bill((), {}, Decimal(90))), None)
    assert (plan.before.total_usd, plan.after.total_usd) == (90, 90)


def triggers(load: Workload) -> set[Trigger]:
    return {*plan_of(load, None).triggers}


def held(ptu_usd: int, sent: int, daily: list[int], requests: int = 10**6) -> Workload:
    home = Deployed("west", "prod")
    owed = replace(
        bill(line(sent=sent, offer=PROVISIONED, requests=requests)),
        capacities={home: Capacity(15, Decimal(ptu_usd))},
    )
    fields: dict[str, Any] = {"holdings": {home: Holding(Geography.GLOBAL, "", 15)}}
    return workload(owed, daily_tokens=daily, **fields)


def test_signs_make_a_plan_look_closer() -> None:
    # By hand: 10 million tokens cost 20 dollars.
    even = [10_000_000 // 2] * 2
    assert triggers(held(41, 10_000_000, even)) == {Trigger.IDLE, Trigger.IDLE_EVERY_DAY}
    assert triggers(held(40, 10_000_000, even)) == {Trigger.IDLE_EVERY_DAY}
    assert triggers(held(20, 10_000_000, even)) == set()
    assert triggers(held(20, 10_000_000, [9_000_000, 500_000, 500_000])) == {Trigger.SPIKE}
    assert triggers(held(20, 10_000_000, even, requests=9_999)) == {Trigger.LONG_PROMPTS}


def test_spikes_name_why_nothing_scales_by_itself() -> None:
    plan = shown(held(20, 10_000_000, [9_000_000, 500_000, 500_000]))
    (named,) = (each for each in plan.not_examined if each.type == "autoscaling")
    assert named.reason.startswith("Provisioned throughput does not scale by itself")
