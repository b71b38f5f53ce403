"""Lines of a bill: they add up to what the same requests cost in `/costs`, to the last digit."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from shared.domain.cost.costing import merged_for
from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.plan.bill import Bill, Deployed, Line
from shared.domain.plan.usage import GROUP_BY, lines_of, spilling
from shared.domain.price.list_price import Meter
from shared.domain.price.offer import Billing, Tier
from shared.domain.price.pricing import Pricing
from shared.domain.record.request import RequestRecord
from shared.domain.timeline import DAY_M
from tests.domain.cost.cost_factories import TOMORROW, config, costs, invoice, pricing
from tests.domain.factories import request, requests, rollup

MIDNIGHT = datetime.combine(TOMORROW, time(), UTC)


def sent(**fields: Any) -> RequestRecord:
    given = {"model": "alpha", "duration_ms": 0.0, "input_tokens": 1000, "output_tokens": 100}
    return request(**(given | fields))


def bill(*records: RequestRecord, prices: Pricing | None = None) -> Bill:
    if not records:
        return Bill()
    merged = merged_for([rollup(*records)], GROUP_BY, DAY_M, lambda _: True)
    return Bill(tuple(lines_of(merged, prices or pricing())))


def lines(*records: RequestRecord, **deployments: DeploymentConfig) -> tuple[Line, ...]:
    return bill(*records, prices=pricing(**deployments)).lines


@st.composite
def _priced(draw: st.DrawFn) -> RequestRecord:
    record = draw(requests())
    start = MIDNIGHT + timedelta(microseconds=draw(st.integers(-(10**11), 10**11)))
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    return RequestRecord(**(fields | {"start_time": start, "sample_weight": None}))


@given(st.lists(_priced(), max_size=12))
def test_lines_cost_what_the_requests_do(records: list[RequestRecord]) -> None:
    assert bill(*records).total_usd == invoice(records)
    assert costs(*records).list_cost == invoice(records)


def test_days_between_two_prices_are_one_line_each_side() -> None:
    every = [sent(start_time=MIDNIGHT + n * timedelta(hours=20)) for n in (-2, -1, 0, 1)]
    before, after = lines(*every)
    assert (before.requests, after.requests) == (2, 2)
    assert (before.day, after.day) == (MIDNIGHT.date() - timedelta(days=1), TOMORROW)
    # By hand: 2,000 tokens of input at 1.25 and 200 of output at 10; then at 1 and 8.
    cost = [sum(each.costs(None).values()) for each in (before, after)]
    assert cost == [Decimal("0.0045"), Decimal("0.0036")]


def test_what_was_sampled_out_counts_as_in_costs() -> None:
    records = [sent(sample_weight=10.0)]
    assert bill(*records).total_usd == costs(*records).list_cost == 10 * invoice(records)


@given(st.lists(st.tuples(_priced(), st.integers(1, 5)), max_size=8))
def test_a_record_that_stands_for_some_is_so_many_requests(
    drawn: list[tuple[RequestRecord, int]],
) -> None:
    thinned = bill(*(structs.replace(each, sample_weight=float(n)) for each, n in drawn))
    whole = bill(*(each for each, n in drawn for _ in range(n)))
    assert [
        replace(line, requests=line.all_requests, unseen_requests=0) for line in thinned.lines
    ] == [*whole.lines]
    assert sum(line.requests for line in thinned.lines) <= len(drawn)


def test_failures_are_told_apart_and_those_turned_away_are_free() -> None:
    failed = sent(status_code=400, error_type="content_filter", output_tokens=0)
    (line,) = lines(sent(), failed, sent(status_code=429, error_type="rate_limit"))
    assert line.counts[Meter.INPUT] == 2_000
    assert line.failed == {Meter.INPUT: Decimal(1_000)}
    assert line.requests == 2


def test_what_has_no_price_is_no_line() -> None:
    assert lines(sent(model="nobody-knows")) == ()


def test_provisioned_requests_are_priced_by_what_they_would_cost_by_token() -> None:
    held = config(type="GlobalProvisionedManaged", ptu=15, resource="west", region="East US 2")
    (line,) = lines(sent(deployment="prod"), prod=held)
    assert line.offer.billing is Billing.PROVISIONED
    assert line.home == line.under == Deployed("west", "prod")
    assert line.region == "eastus2"
    assert sum(line.costs(None).values()) == 0
    assert sum(line.by_token().values()) == Decimal("0.00225")


def test_batches_and_flex_are_not_what_units_would_serve() -> None:
    batch = config(type="GlobalBatch")
    found = lines(sent(deployment="batch"), sent(service_tier="priority"), batch=batch)
    under = {line.offer: line.under for line in found}
    assert {offer.billing: which for offer, which in under.items()}[Billing.BATCH] is None
    assert {offer.tier: which for offer, which in under.items()}[Tier.PRIORITY] is not None


def test_overflow_belongs_to_the_deployment_that_spills() -> None:
    spill, prod = Deployed("", "spill"), Deployed("", "prod")
    found = spilling(lines(sent(deployment="spill"), sent(deployment="other")), {spill: prod})
    assert {line.home.deployment: line.under for line in found} == {
        "spill": prod,
        "other": Deployed("", "other"),
    }
