"""Tokens of rollups cost what an invoice over the single requests says, to the last digit."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.cost.line import Amount
from shared.domain.cost.table import Period
from shared.domain.price.list_price import Meter
from shared.domain.price.pricing import Unpriced
from shared.domain.record.request import RequestRecord
from shared.domain.span import Span
from tests.domain.cost.cost_factories import (
    AROUND,
    TOMORROW,
    config,
    costs,
    invoice,
    listed,
    pricing,
)
from tests.domain.factories import T0, request, requests

MIDNIGHT = datetime.combine(TOMORROW, time(), UTC)
GROUPINGS = [(), ("model",), ("deployment", "application"), ("application", "model", "operation")]


def sent(**fields: Any) -> RequestRecord:
    """Return a request of alpha that ended at once."""
    given = {"model": "alpha", "duration_ms": 0.0, "input_tokens": 1000, "output_tokens": 100}
    return request(**(given | fields))


@st.composite
def _priced(draw: st.DrawFn) -> RequestRecord:
    record = draw(requests())
    start = MIDNIGHT + timedelta(microseconds=draw(st.integers(-(10**11), 10**11)))
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    return RequestRecord(**(fields | {"start_time": start, "sample_weight": None}))


@given(st.lists(_priced(), max_size=12), st.sampled_from(GROUPINGS), st.sampled_from(Period))
def test_costs_are_those_of_the_invoice_however_they_are_cut(
    records: list[RequestRecord], group_by: tuple[str, ...], period: Period
) -> None:
    table = costs(*records, group_by=group_by, period=period)
    assert table.list_cost == table.effective_cost == invoice(records)
    assert table.whole.requests == len(records)
    assert table.by((), Period.SPAN).list_cost == invoice(records)


@given(st.lists(_priced(), max_size=12), st.integers(-3000, 3000), st.sampled_from(GROUPINGS))
def test_costs_of_disjoint_spans_add_up_to_those_of_their_union(
    records: list[RequestRecord], at: int, group_by: tuple[str, ...]
) -> None:
    middle = (AROUND.first + AROUND.end) // 2 + at
    cut = min(max(middle, AROUND.first + 1), AROUND.end - 1)
    spans = (Span(AROUND.first, cut), Span(cut, AROUND.end))
    tables = [costs(*records, group_by=group_by, span=each) for each in spans]
    assert sum(each.list_cost for each in tables) == costs(*records).list_cost
    assert sum(each.whole.unpriced_tokens for each in tables) == (
        costs(*records).whole.unpriced_tokens
    )


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ({}, "0.00225"),
        ({"cached_input_tokens": 400}, "0.0018"),
        ({"reasoning_tokens": 60}, "0.00225"),
        ({"start_time": MIDNIGHT - timedelta(microseconds=1)}, "0.00225"),
        ({"start_time": MIDNIGHT}, "0.0018"),
        ({"start_time": MIDNIGHT - timedelta(seconds=1), "duration_ms": 1000.0}, "0.0018"),
        ({"service_tier": "priority"}, "0.0045"),
        ({"service_tier": "default"}, "0.00225"),
        ({"input_tokens": 272_000}, "0.341"),
        ({"input_tokens": 272_001}, "0.6815025"),
        ({"error_type": "content_filter", "status_code": 400}, "0.00225"),
        ({"status_code": 408}, "0.00225"),
        ({"status_code": 429}, "0"),
        ({"status_code": 401}, "0"),
    ],
)
def test_a_request_costs(fields: dict[str, Any], cost: str) -> None:
    assert costs(sent(**fields)).list_cost == Decimal(cost) == invoice([sent(**fields)])


@pytest.mark.parametrize(
    ("fields", "reason", "amount"),
    [
        ({"model": "unheard-of"}, Unpriced.UNKNOWN_MODEL, Amount(1, 1100, 1)),
        ({"service_tier": "scale"}, Unpriced.UNKNOWN_TIER, Amount(1, 1100, 1)),
        ({"service_tier": "flex"}, Unpriced.OFFER, Amount(1, 1100, 1)),
        ({"input_tokens": None, "output_tokens": None}, Unpriced.NO_USAGE, Amount(1, 0, 1)),
        ({"audio_input_tokens": 300}, Unpriced.METER, Amount(0, 300)),
    ],
)
def test_what_has_no_price_is_counted_and_never_free(
    fields: dict[str, Any], reason: Unpriced, amount: Amount
) -> None:
    line = costs(sent(**fields)).whole
    assert line.unpriced == {reason: amount}
    assert line.requests == 1


def test_a_bound_of_a_price_within_a_band_is_not_guessed() -> None:
    short = listed("alpha", "1 0.1 8")
    wide = type(short)(
        model="alpha",
        offer=short.offer,
        effective_from=short.effective_from,
        bands=(short.bands[0], type(short.bands[0])(200_000, short.bands[0].usd_per_million)),
    )
    line = costs(sent(input_tokens=150_000), sent(), prices=pricing(wide)).whole
    assert line.unpriced == {Unpriced.BAND: Amount(1, 150_100, 1)}
    assert line.list_cost == Decimal("0.0018")


def test_failures_are_part_of_the_cost_and_told_apart() -> None:
    line = costs(sent(), sent(error_type="timeout"), sent(status_code=429)).whole
    assert line.token_cost == Decimal("0.0045")
    assert line.failed_cost == Decimal("0.00225")
    assert (line.requests, line.successes, line.refused) == (3, 1, 1)


def test_tokens_that_azure_charges_for_are_counted_by_meter() -> None:
    line = costs(sent(cached_input_tokens=400), sent(status_code=429)).whole
    assert line.tokens == {Meter.INPUT: 600, Meter.CACHED_INPUT: 400, Meter.OUTPUT: 100}
    assert line.token_costs == {
        Meter.INPUT: Decimal("0.00075"),
        Meter.CACHED_INPUT: Decimal("0.00005"),
        Meter.OUTPUT: Decimal("0.001"),
    }


def test_a_deployment_of_unknown_type_is_priced_as_global_and_counted() -> None:
    known = pricing(prod=config(model="alpha", type="GlobalStandard"))
    records = (sent(deployment="prod"), sent(deployment="other"))
    line = costs(*records, prices=known).whole
    assert line.assumed_requests == 1
    assert line.list_cost == Decimal("0.0045")


def test_batch_is_charged_at_its_own_price() -> None:
    known = pricing(night=config(model="alpha", type="GlobalBatch"))
    assert costs(sent(deployment="night"), prices=known).list_cost == Decimal("0.001125")


def test_spillover_is_charged_where_it_was_served() -> None:
    known = pricing(
        ptu=config(model="alpha", type="GlobalProvisionedManaged", ptu=15),
        spill=config(model="alpha", type="GlobalStandard"),
    )
    records = (sent(deployment="ptu"), sent(deployment="ptu", deployment_served="spill"))
    table = costs(*records, prices=known, group_by=("deployment",))
    assert [(dict(line.labels)["deployment"], line.token_cost) for line in table.lines] == [
        ("ptu", Decimal(0)),
        ("spill", Decimal("0.00225")),
    ]


def test_missing_usage_on_provisioned_capacity_is_not_unpriced() -> None:
    known = pricing(ptu=config(model="alpha", type="GlobalProvisionedManaged", ptu=15))
    silent = sent(deployment="ptu", input_tokens=None, output_tokens=None)
    assert costs(silent, prices=known).whole.unpriced == {}


@pytest.mark.parametrize(
    ("weight", "unseen"), [(1, "0"), (10, "0.02025"), (0.5, "-0.001125"), (2.5, "0.003375")]
)
def test_what_a_sampled_request_stands_for_is_estimated_apart(weight: float, unseen: str) -> None:
    line = costs(sent(sample_weight=weight)).whole
    assert (line.token_cost, line.unseen_cost) == (Decimal("0.00225"), Decimal(unseen))
    assert line.list_cost == Decimal("0.00225") + Decimal(unseen)
    assert line.unseen_requests == round((weight - 1) * 1_000_000)


def test_sampling_is_scaled_within_each_cell() -> None:
    rare, often = sent(error_type="timeout"), sent(sample_weight=10, input_tokens=10)
    line = costs(rare, often).whole
    assert line.unseen_cost == 9 * Decimal("0.0010125")


def test_days_and_hours_begin_at_utc_and_at_the_span() -> None:
    records = [sent(start_time=T0 + timedelta(hours=hour)) for hour in (0, 1, 20)]
    first = AROUND.first + 7
    table = costs(*records, period=Period.HOUR, span=Span(first, AROUND.end))
    assert len(table.lines) == 3
    assert list(table.days()) == [T0.date(), TOMORROW]
    assert table.by((), Period.DAY).lines[0].requests == 2
    assert [line.start for line in table.by((), Period.SPAN).lines] == [first]


def test_nothing_costs_nothing() -> None:
    assert costs().lines == []
    assert costs().list_cost == 0
