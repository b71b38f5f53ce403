"""Provisioned throughput and reservations: sizes that pay, units owned, units left idle."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.plan.bill import Bill, Capacity, Deployed
from shared.domain.plan.option import OptionType
from shared.domain.plan.plan import Plan, plan_of
from shared.domain.plan.saving import Spread, Spreads
from shared.domain.plan.sequence import Choice
from shared.domain.plan.workload import Holding, Workload
from shared.domain.price.list_price import ListPrice
from shared.domain.price.offer import Geography, Offer
from tests.domain.plan.load_factories import Row, load
from tests.domain.plan.plan_factories import (
    PROVISIONED,
    ZONE,
    applications,
    bill,
    line,
    list_price,
    place,
    price,
    traffic,
    workload,
)

MINUTES = 30 * 1440
PROD = Deployed("west", "prod")
FULL = 45_000
"""What 15 PTU of gpt-4.1 serve in a minute, input tokens."""


def cheap(hour: str) -> Any:
    """Return prices at which a PTU hour costs so much."""
    ptu = list_price("*", PROVISIONED, ptu_hour_usd=Decimal(hour))

    def asked(model: str, offer: Offer, day: date, region: str) -> ListPrice | None:
        return ptu if offer == PROVISIONED else price(model, offer, day, region)

    return asked


def steady(
    tokens: int = FULL, peaks: Sequence[Row] = (), held: Holding | None = None, **fields: Any
) -> Workload:
    """Return 30 days of a minute's input, every minute, some of them peaks."""
    rows: list[Row] = [(tokens, 0, 0, 0)] * (MINUTES - len(peaks)) + [*peaks]
    sent = sum(row[0] for row in rows)
    offer = (
        PROVISIONED if held is not None and held.ptu else ZONE._replace(geography=Geography.GLOBAL)
    )
    owed = bill(line(sent=sent, offer=offer))
    if held is not None:
        usd = held.covered_usd + (held.ptu - held.covered) * 720
        owed = replace(owed, capacities={PROD: Capacity(held.ptu, usd)})
        fields["holdings"] = {PROD: held}
    return workload(owed, **{"traffic": traffic(loads={PROD: load(rows)})} | fields)


def taken(plan: Plan) -> dict[str, Choice]:
    return {each.proposal.type: each for each in plan.choices if each.taken}


def evidence(plan: Plan, kind: OptionType) -> Mapping[str, Any]:
    return taken(plan)[kind].proposal.evidence


def test_units_by_the_hour_pay_where_they_are_cheaper_than_what_they_serve() -> None:
    plan = plan_of(steady(price=cheap("0.30")), "gpt-4.1")
    # By hand: 43,200 x 45,000 tokens at 2 dollars a million, against 15 units of 720 hours.
    assert plan.before.total_usd == Decimal(3_888)
    saved = taken(plan)[OptionType.PROVISIONED_THROUGHPUT].saving
    assert saved.expected == Decimal(3_888) - Decimal("0.30") * 15 * 720
    told = evidence(plan, OptionType.PROVISIONED_THROUGHPUT)
    assert (told["ptu"], told["utilization"], told["spilled_share"]) == (15, 1.0, 0.0)
    # A unit serves 180,000 tokens an hour, worth 0.36 dollars.
    assert told["break_even_utilization"] == pytest.approx(0.30 / 0.36)
    # Low: a fifth of the traffic spills.
    assert saved.low == Decimal(3_888) * 4 / 5 - Decimal("0.30") * 15 * 720


def test_at_the_list_price_of_an_hour_nothing_is_bought() -> None:
    plan = plan_of(steady(), "gpt-4.1")
    assert plan.choices == ()
    assert plan.reason == "Nothing that was examined saves anything."


def test_the_best_size_serves_the_usual_and_lets_the_peak_spill() -> None:
    peaks: list[Row] = [(10 * FULL, 0, 0, 0)] * 60
    plan = plan_of(steady(peaks=peaks, price=cheap("0.10")), "gpt-4.1")
    told = evidence(plan, OptionType.PROVISIONED_THROUGHPUT)
    assert told["ptu"] == 15
    assert told["peak_normalized_tpm"] == 10 * FULL
    # An hour of peaks, nine tenths of which spill, at 2 dollars a million.
    assert told["cost_of_spillover_usd"] == f"{60 * 9 * FULL * 2 / 1e6:.2f}"


def test_idle_units_are_shrunk_to_what_is_used() -> None:
    held = Holding(Geography.GLOBAL, "swedencentral", ptu=100)
    plan = plan_of(steady(held=held, price=cheap("0.30")), "gpt-4.1")
    told = evidence(plan, OptionType.RIGHTSIZING)
    assert (told["ptu_now"], told["ptu"]) == (100, 15)
    assert (
        taken(plan)[OptionType.RIGHTSIZING].saving.expected
        == 100 * 720 - Decimal("0.30") * 15 * 720
    )


def test_units_dearer_than_their_tokens_are_given_up() -> None:
    held = Holding(Geography.GLOBAL, "swedencentral", ptu=15)
    plan = plan_of(steady(held=held), "gpt-4.1")
    assert taken(plan)[OptionType.DEPLOYMENT_OPTIMIZATION].saving.expected == 15 * 720 - 3_888
    assert plan.after.total_usd == 3_888


def test_units_that_nobody_uses_are_given_up() -> None:
    held = Holding(Geography.GLOBAL, "swedencentral", ptu=50)
    owed = Bill((), {PROD: Capacity(50, Decimal(36_000))})
    plan = plan_of(workload(owed, holdings={PROD: held}), None)
    assert taken(plan)[OptionType.DEPLOYMENT_OPTIMIZATION].saving.expected == 36_000
    assert plan.after.total_usd == 0


def test_units_that_a_reservation_pays_for_save_nothing() -> None:
    held = Holding(Geography.GLOBAL, "swedencentral", 100, covered=100, covered_usd=Decimal(21_000))
    plan = plan_of(steady(held=held), "gpt-4.1")
    assert plan.choices == ()


def test_spare_units_of_a_reservation_serve_for_nothing_more() -> None:
    spare = {(Geography.GLOBAL, "swedencentral"): 20}
    plan = plan_of(steady(spare=spare), "gpt-4.1")
    told = evidence(plan, OptionType.PROVISIONED_THROUGHPUT)
    assert (told["ptu"], told["cost_of_units_usd"]) == (15, "0.00")
    assert plan.after.total_usd == 0


def test_spare_units_are_given_out_once() -> None:
    other = Deployed("west", "other")
    rows: list[Row] = [(FULL, 0, 0, 0)] * MINUTES
    owed = bill(line(sent=FULL * MINUTES), line(place("other"), sent=FULL * MINUTES))
    spare = {(Geography.GLOBAL, "swedencentral"): 20}
    both = workload(owed, traffic=traffic(loads={PROD: load(rows), other: load(rows)}), spare=spare)
    plan = plan_of(both, "gpt-4.1")
    # The first takes 15 of the 20; 5 are left to the other, whose smallest size is 15.
    assert [each.proposal.evidence["ptu"] for each in plan.choices] == [15]
    assert plan.after.total_usd == 3_888


def test_a_year_is_reserved_where_traffic_fills_it() -> None:
    plan = plan_of(steady(), None)
    (year,) = taken(plan).values()
    assert year.proposal.type is OptionType.RESERVATION
    told = year.proposal.evidence
    assert (told["term"], told["ptu_to_reserve"]) == ("year", 15)
    assert told["commitment_usd"] == str(2_652 * 15)
    # By hand: 3,888 dollars of tokens against 30 of 365 days of 15 units.
    cost = Decimal(2_652) * 15 * 30 / 365
    assert abs(year.saving.expected - (Decimal(3_888) - cost)) < Decimal("1e-20")


def test_the_month_is_the_alternative_to_the_year() -> None:
    plan = plan_of(steady(), None)
    month = next(each for each in plan.choices if not each.taken)
    assert month.proposal.evidence["term"] == "month"
    (year,) = taken(plan).values()
    assert year.excludes == (month.proposal.id,)
    assert month.excludes == (year.proposal.id,)


def test_a_year_is_not_reserved_on_three_weeks_of_traffic() -> None:
    plan = plan_of(replace(steady(), days=21, minutes=21 * 1440), None)
    assert "year" not in {each.proposal.evidence.get("term") for each in plan.choices}


def test_a_year_is_not_reserved_where_a_lean_week_would_not_have_paid() -> None:
    spread = Spread(Decimal("0.7"), Decimal("1.3"))
    plan = plan_of(replace(steady(), spreads=Spreads({place(): spread})), None)
    assert {each.proposal.evidence.get("term") for each in plan.choices} == {"month"}


def test_only_the_plan_of_all_models_reserves() -> None:
    assert plan_of(steady(), "gpt-4.1").choices == ()


def test_what_is_owned_is_not_reserved_again() -> None:
    spare = {(Geography.GLOBAL, "swedencentral"): 10}
    plan = plan_of(steady(spare=spare), None)
    (year,) = taken(plan).values()
    assert (year.proposal.evidence["ptu_to_reserve"]) == 5


def test_what_waits_in_batches_needs_no_units() -> None:
    plan = plan_of(
        steady(applications=applications(chat={"max_delay_s": 86_400.0}), price=cheap("0.30")),
        "gpt-4.1",
    )
    assert {*taken(plan)} == {OptionType.BATCH}
    assert plan.after.total_usd == Decimal(1_944)


def test_a_model_that_cannot_be_sized_is_named() -> None:
    sol = bill(line(place(model="gpt-5.6-sol"), sent=1_000))
    plan = plan_of(
        workload(replace(sol, lines=tuple(replace(x, model="mystery") for x in sol.lines))), None
    )
    assert ("provisioned_throughput", "mystery") in {(e.type, e.target) for e in plan.unexamined}


def test_requests_too_long_for_units_stay_by_token() -> None:
    # Half of the tokens are in requests too long: the load is sized without them.
    rows: list[Row] = [(2 * FULL, 0, 0, 0)] * MINUTES
    half = FULL * MINUTES
    owed = bill(line(sent=half), line(sent=half, under=None))
    plan = plan_of(
        workload(owed, traffic=traffic(loads={PROD: load(rows)}), price=cheap("0.30")), "gpt-4.1"
    )
    assert evidence(plan, OptionType.PROVISIONED_THROUGHPUT)["ptu"] == 15
    assert plan.after.total_usd == 3_888 + Decimal("0.30") * 15 * 720
