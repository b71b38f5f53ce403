"""Tokens without a price: the same that cost lines leave out, minute by minute and by reason."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.metric import names
from shared.domain.metric.samples import Samples
from shared.domain.metric.sampling import Data, samples_of
from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.pricing import Pricing
from shared.domain.record.request import RequestRecord
from shared.domain.timeline import minute_of
from tests.domain.cost.cost_factories import GLOBAL, TODAY, config, costs, pricing
from tests.domain.factories import MINUTE, T0, request, requests, rollup

GROUPINGS = [(), ("reason",), ("model",), ("reason", "deployment"), ("model", "reason")]


def unpriced(
    *records: RequestRecord,
    group_by: tuple[str, ...] = (),
    prices: Pricing | None = None,
    **where: str,
) -> Samples:
    data = Data([rollup(*records)], pricing=prices or pricing())
    return samples_of(names.UNPRICED_TOKENS, data, group_by, where)


def by_group(found: Samples) -> dict[tuple[str, ...], int]:
    sums: dict[tuple[str, ...], int] = {}
    for group, count in zip(found.group.tolist(), found.count.tolist(), strict=True):
        key = tuple(text for _, text in found.groups[group])
        sums[key] = sums.get(key, 0) + count
    return sums


@given(st.lists(requests(), min_size=1, max_size=10), st.sampled_from(GROUPINGS))
def test_they_are_the_tokens_that_costs_leave_out(
    records: list[RequestRecord], group_by: tuple[str, ...]
) -> None:
    wanted: dict[tuple[str, ...], int] = {}
    series = tuple(name for name in group_by if name != "reason")
    for line in costs(*records, group_by=series).lines:
        for reason, amount in line.unpriced.items():
            own = {**dict(line.labels), "reason": str(reason)}
            key = tuple(own[name] for name in group_by)
            wanted[key] = wanted.get(key, 0) + amount.tokens
    found = unpriced(*records, group_by=group_by)

    assert by_group(found) == {key: count for key, count in wanted.items() if count}


def test_each_minute_has_its_own_and_a_priced_one_has_none() -> None:
    later = T0 + 2 * MINUTE
    found = unpriced(
        request(model="alpha", duration_ms=0.0, input_tokens=5, output_tokens=None),
        request(model="gamma", duration_ms=0.0, input_tokens=100, output_tokens=20),
        request(model="gamma", duration_ms=0.0, input_tokens=7, output_tokens=0, start_time=later),
    )

    assert found.slots.tolist() == [minute_of(T0), minute_of(later)]
    assert found.total.tolist() == [120.0, 7.0]
    assert found.count.tolist() == [120, 7]


def test_a_request_that_was_turned_away_is_not_unpriced() -> None:
    refused = request(model="gamma", input_tokens=100, status_code=429, error_type="RateLimitError")

    assert len(unpriced(refused)) == 0


@pytest.mark.parametrize(
    ("fields", "reason", "tokens"),
    [
        ({"model": "gamma"}, "unknown_model", 30),
        ({"service_tier": "priority", "model": "beta"}, "offer_not_priced", 30),
        ({"service_tier": "gold"}, "unknown_tier", 30),
        ({"deployment": "odd"}, "unknown_deployment_type", 30),
        ({"audio_output_tokens": 4}, "meter_not_priced", 4),
    ],
)
def test_each_has_its_reason(fields: dict[str, str], reason: str, tokens: int) -> None:
    given = {"model": "alpha", "input_tokens": 20, "output_tokens": 10} | fields
    prices = pricing(odd=config(model="alpha", type="Sideways"))
    grouped = unpriced(request(**given), group_by=("reason",), prices=prices)

    assert by_group(grouped) == {(reason,): tokens}
    assert len(unpriced(request(**given), prices=prices, reason=reason)) == 1
    assert len(unpriced(request(**given), prices=prices, reason="no_usage")) == 0


def test_capacity_is_not_priced_by_the_token_and_so_misses_no_price() -> None:
    prices = pricing(held=config(model="gamma", type="GlobalProvisionedManaged", ptu=15))
    sent = request(model="gamma", deployment="held", input_tokens=20)

    assert len(unpriced(sent, prices=prices)) == 0


def test_a_missing_price_of_one_meter_leaves_the_others_out() -> None:
    only_input = ListPrice(
        model="alpha",
        offer=GLOBAL,
        effective_from=TODAY,
        bands=(ContextBand(0, {Meter.INPUT: Decimal(1)}),),
    )
    sent = request(model="alpha", input_tokens=20, output_tokens=10)

    assert unpriced(sent, prices=pricing(only_input)).total.tolist() == [10.0]
