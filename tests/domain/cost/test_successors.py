"""What successors would have cost on the same traffic."""

from datetime import timedelta
from decimal import Decimal

from shared.domain.cost.successors import SuccessorCost, successor_costs
from shared.domain.record.request import RequestRecord
from tests.domain.cost.cost_factories import AROUND, TODAY, config, pricing
from tests.domain.factories import T0, request, rollup

USED = {"model": "alpha", "input_tokens": 3_000_000, "duration_ms": 0.0}


def compared(*records: RequestRecord, successors: tuple[str, ...], **where: str) -> list[object]:
    prices = pricing(night=config(type="GlobalBatch"), odd=config(type="Moonbase"))
    found = successor_costs(
        [rollup(*records)], prices, successors, where=where, span=AROUND, on=TODAY
    )
    return [found.list_cost, found.requests, *found.successors]


def test_a_successor_is_priced_on_the_very_tokens() -> None:
    records = [
        request(**USED, cached_input_tokens=1_000_000, output_tokens=0),
        request(**{**USED, "model": "beta"}),
    ]
    own, requests, other, none = compared(*records, successors=("beta", "gamma"), model="alpha")
    assert (own, requests) == (Decimal("5.25"), 1)
    assert isinstance(other, SuccessorCost)
    assert other.list_cost == Decimal("0.699999")
    assert other.change is not None
    assert abs(other.change - Decimal("-0.8666668571")) < Decimal("1E-9")
    assert none == SuccessorCost("gamma", None, None)


def test_prices_are_those_of_one_day_whenever_the_traffic_was() -> None:
    late = request(**USED, start_time=T0 + timedelta(days=1))
    own, *_ = compared(late, successors=())
    assert own == Decimal("7.5")


def test_the_offer_stays_and_what_is_not_sold_on_it_has_no_price() -> None:
    batch = request(**USED, deployment="night")
    assert compared(batch, successors=("beta", "alpha")) == [
        Decimal("1.875"),
        1,
        SuccessorCost("beta", None, None),
        SuccessorCost("alpha", Decimal("1.875"), Decimal(0)),
    ]
    odd = request(**USED, deployment="odd")
    assert compared(odd, successors=("beta",)) == [None, 1, SuccessorCost("beta", None, None)]
