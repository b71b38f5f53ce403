"""Provisioned capacity costs by the minute, used or not, and its users pay by their load."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.cost.capacity import Capacity, capacity_of
from shared.domain.cost.costing import CostQuery, costs_of
from shared.domain.cost.line import Amount, LineKind
from shared.domain.cost.prorating import prorated
from shared.domain.cost.reservation_cost import unit_day_usd
from shared.domain.cost.table import CostTable, Period
from shared.domain.deployment.deployment import DeploymentConfig, quota_book
from shared.domain.price.list_price import ListPrice
from shared.domain.price.model_name import model_names
from shared.domain.price.offer import Billing, Geography, Offer
from shared.domain.price.price_book import EVERY_MODEL, price_book
from shared.domain.price.pricing import Pricing, Unpriced
from shared.domain.price.reservation_price import Term
from shared.domain.record.request import RequestRecord
from shared.domain.reservation.reservation import Reservation
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, minute_of
from tests.domain.factories import request, rollup

DAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
START = minute_of(MIDNIGHT)
HOUR = timedelta(hours=1)
ONE_DAY = Span(START, START + DAY_M)
PTU = Offer(Geography.GLOBAL, Billing.PROVISIONED)


def pricing(*configs: tuple[str, DeploymentConfig], usd: str | None = "1") -> Pricing:
    """Return prices that know capacity only."""
    hourly = [
        ListPrice(model=EVERY_MODEL, offer=PTU, effective_from=date.min, ptu_hour_usd=Decimal(usd))
        for usd in ([usd] if usd else [])
    ]
    return Pricing(price_book(hourly), quota_book(configs), model_names({"gpt-5": "gpt-5"}))


def provisioned(ptu: int = 15, since: datetime | None = None, **fields: object) -> DeploymentConfig:
    """Return a configuration of gpt-5 on Global PTU; 4,750 weighted tokens a minute each."""
    given = {"model": "gpt-5", "type": "GlobalProvisionedManaged", "region": "swedencentral"}
    return DeploymentConfig(**(given | {"ptu": ptu, "effective_from": since} | fields))  # type: ignore[arg-type]


def reserved(ptu: int = 10, **fields: object) -> Reservation:
    """Return a reservation of November at 260 a unit."""
    given: dict[str, object] = {
        "name": "r1",
        "type": "GlobalProvisionedManaged",
        "region": "swedencentral",
        "term": Term.MONTH,
        "starts": date(2026, 11, 1),
        "ends": date(2026, 12, 1),
    }
    return Reservation(ptu=ptu, **(given | fields))  # type: ignore[arg-type]


def held(prices: Pricing, *reservations: Reservation, span: Span = ONE_DAY) -> Capacity:
    return capacity_of(prices, reservations, span.first, span.end, DAY_M)


def sent(at: timedelta = 10 * HOUR, **fields: object) -> RequestRecord:
    """Return a request of the deployment `cap` that weighs 4,750 tokens x 60 x 24 / 100."""
    given: dict[str, object] = {"model": "gpt-5", "deployment": "cap", "duration_ms": 0.0}
    return request(start_time=MIDNIGHT + at, **(given | {"input_tokens": 68_400} | fields))


def ask(
    prices: Pricing,
    *records: RequestRecord,
    group_by: tuple[str, ...] = ("application",),
    where: dict[str, str] | None = None,
    period: Period = Period.SPAN,
    span: Span = ONE_DAY,
    reservations: tuple[Reservation, ...] = (),
) -> CostTable:
    query = CostQuery(span, group_by, where or {}, period)
    capacity = capacity_of(prices, reservations, span.first, span.end, query.step_m)
    parts = [rollup(*records).between(span.first, span.end)] if records else []
    return costs_of(parts, prices, capacity, query, None)


def rows(table: CostTable) -> dict[tuple[str, ...], Decimal]:
    return {(line.kind, *dict(line.labels).values()): line.ptu_list_cost for line in table.lines}


@given(
    st.decimals("0.000001", "1000", places=6),
    st.lists(st.integers(0, 3000), min_size=2, max_size=6),
)
def test_prorated_parts_add_up_to_the_whole(amount: Decimal, cuts: list[int]) -> None:
    ordered = sorted(cuts)
    parts = [prorated(amount, first, end, 60) for first, end in pairwise(ordered)]
    assert sum(parts) == prorated(amount, ordered[0], ordered[-1], 60)
    assert prorated(amount, 120, 180, 60) == amount


def test_a_deployment_without_traffic_costs_all_the_same() -> None:
    table = ask(pricing(("cap", provisioned())))
    assert rows(table) == {("idle_ptu", ""): Decimal(15 * 24)}
    assert table.list_cost == table.effective_cost == 360


@pytest.mark.parametrize(
    ("minutes", "cost"), [(60, "15"), (15, "3.75"), (1, "0.249999999990"), (1440, "360")]
)
def test_a_part_of_an_hour_is_charged_by_the_minute(minutes: int, cost: str) -> None:
    since = MIDNIGHT + timedelta(minutes=1440 - minutes)
    table = ask(pricing(("cap", provisioned(since=since))))
    expected = Decimal(cost)
    assert abs(table.list_cost - expected) < Decimal("1E-9")
    assert (minutes % 15 != 0) or table.list_cost == expected


def test_sizes_and_types_are_dated() -> None:
    configs = [
        ("cap", provisioned(15, MIDNIGHT + 6 * HOUR)),
        ("cap", provisioned(25, MIDNIGHT + 12 * HOUR)),
        ("cap", DeploymentConfig(type="GlobalStandard", effective_from=MIDNIGHT + 18 * HOUR)),
    ]
    table = ask(pricing(*configs), period=Period.HOUR)
    assert [line.ptu_list_cost for line in table.lines] == [15] * 6 + [25] * 6
    assert table.lines[0].start == START + 6 * 60


def test_users_pay_for_what_they_fill_and_the_rest_is_idle() -> None:
    records = [sent(application="a")] * 15 * 3 + [sent(application="b", output_tokens=8_550)] * 15
    table = ask(pricing(("cap", provisioned())), *records)
    # One request of a is a hundredth of a PTU's day; b's output weighs another one.
    assert rows(table) == {
        ("usage", "a"): Decimal(15 * 24) * 3 / 100,
        ("usage", "b"): Decimal(15 * 24) * 2 / 100,
        ("idle_ptu", ""): Decimal(15 * 24) * 95 / 100,
    }
    assert table.whole.requests == 60


def test_where_more_is_asked_than_there_is_each_pays_its_share() -> None:
    records = [
        sent(application="a", input_tokens=3 * 10**9),
        sent(application="b", input_tokens=10**9),
    ]
    found = rows(ask(pricing(("cap", provisioned())), *records))
    assert found == {("usage", "a"): Decimal(270), ("usage", "b"): Decimal(90)}


def test_what_was_turned_away_fills_nothing() -> None:
    found = rows(ask(pricing(("cap", provisioned())), sent(application="a", status_code=429)))
    assert found == {("usage", "a"): 0, ("idle_ptu", ""): 360}


def test_a_model_that_cannot_be_sized_is_paid_for_by_whoever_used_it() -> None:
    unknown = provisioned(model="unheard-of")
    records = [
        sent(application="a", input_tokens=30),
        sent(application="b", output_tokens=10, input_tokens=0),
    ]
    found = rows(ask(pricing(("cap", unknown)), *records))
    assert found == {("usage", "a"): Decimal(270), ("usage", "b"): Decimal(90)}


def test_a_filter_keeps_shares_and_leaves_idle_capacity_of_others_out() -> None:
    records = [sent(application="a")] * 15 + [sent(application="b")] * 15
    prices = pricing(("cap", provisioned()))
    only = ask(prices, *records, group_by=(), where={"application": "a"})
    assert rows(only) == {("usage",): Decimal("3.6")}
    one = ask(prices, *records, group_by=("application",), where={"deployment": "cap"})
    assert one.list_cost == 360
    assert ask(prices, *records, where={"deployment": "other"}).lines == []


def test_capacity_of_no_known_price_is_said() -> None:
    line = ask(pricing(("cap", provisioned()), usd=None)).lines[0]
    assert line.kind is LineKind.IDLE_PTU
    assert line.unpriced == {Unpriced.OFFER: Amount(ptu_minutes=15 * DAY_M)}


def test_reservations_lower_what_is_really_paid() -> None:
    table = ask(pricing(("cap", provisioned())), reservations=(reserved(10),))
    day_of_ten = 10 * unit_day_usd(reserved(), DAY)
    assert table.list_cost == 360
    assert table.effective_cost == day_of_ten + 5 * 24
    assert abs(day_of_ten - Decimal(2600) / 30) < Decimal("1E-9")


def test_reserved_units_that_nothing_uses_are_a_line_of_their_own() -> None:
    table = ask(pricing(("cap", provisioned())), reservations=(reserved(20),))
    by_kind = {line.kind: line.effective_cost for line in table.lines}
    unit = unit_day_usd(reserved(), DAY)
    assert by_kind == {LineKind.IDLE_PTU: 15 * unit, LineKind.UNUSED_RESERVATION: 5 * unit}
    assert table.list_cost == 360


@pytest.mark.parametrize(
    ("fields", "days", "usd"),
    [
        ({}, 30, "260"),
        ({"starts": date(2026, 1, 31), "ends": date(2026, 2, 28)}, 28, "260"),
        (
            {"term": Term.YEAR, "starts": date(2024, 2, 29), "ends": date(2025, 2, 28)},
            365,
            "2652",
        ),
        ({"usd_per_ptu_month": Decimal("200.5")}, 30, "200.5"),
    ],
)
def test_the_days_of_a_term_add_up_to_its_price(
    fields: dict[str, object], days: int, usd: str
) -> None:
    reservation = reserved(**fields)
    each = [unit_day_usd(reservation, reservation.starts + timedelta(n)) for n in range(days)]
    assert sum(filter(None, each)) == Decimal(usd)
    assert (reservation.ends - reservation.starts).days == days


@given(
    st.lists(st.tuples(st.integers(0, 2879), st.integers(1, 60)), max_size=5),
    st.integers(1, 2879),
    st.sampled_from(["a", "b"]),
)
def test_capacity_of_disjoint_spans_adds_up(
    sizes: list[tuple[int, int]], at: int, application: str
) -> None:
    configs = [
        ("cap", provisioned(ptu, MIDNIGHT + timedelta(minutes=minute))) for minute, ptu in sizes
    ]
    prices, records = pricing(*configs), [sent(application=application)] * 3
    whole = ask(prices, *records, span=Span(START, START + 2 * DAY_M), reservations=(reserved(),))
    parts = [
        ask(prices, *records, span=each, reservations=(reserved(),))
        for each in (Span(START, START + at), Span(START + at, START + 2 * DAY_M))
    ]
    assert sum(part.list_cost for part in parts) == whole.list_cost
    assert sum(part.effective_cost for part in parts) == whole.effective_cost
