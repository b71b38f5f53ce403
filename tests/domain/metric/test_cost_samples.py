"""The metric of cost: the exact costs of the same requests, minute by minute, as numbers."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.metric import names
from shared.domain.metric.sampling import Data, samples_of
from shared.domain.record.request import RequestRecord
from shared.domain.timeline import minute_of
from tests.domain.cost.cost_factories import AROUND, costs, pricing
from tests.domain.factories import MINUTE, T0, request, requests, rollup

GROUPINGS = [(), ("model",), ("application", "deployment"), ("operation", "model")]


@given(st.lists(requests(), min_size=1, max_size=10), st.sampled_from(GROUPINGS))
def test_samples_add_up_to_the_exact_cost(
    records: list[RequestRecord], group_by: tuple[str, ...]
) -> None:
    found = samples_of(names.COST_USD, Data([rollup(*records)], pricing=pricing()), group_by, {})
    table = costs(*records, group_by=group_by)
    by_group = {line.labels: (0.0, 0) for line in table.lines}
    for group, value, count in zip(
        found.group.tolist(), found.total.tolist(), found.count.tolist(), strict=True
    ):
        before = by_group[found.groups[group]]
        by_group[found.groups[group]] = before[0] + value, before[1] + count
    for line in table.lines:
        value, count = by_group[line.labels]
        assert value == pytest.approx(float(line.list_cost), rel=1e-9, abs=1e-12)
        assert count == line.requests - line.unpriced_requests


def test_each_minute_has_its_own_cost_and_one_without_a_price_has_none() -> None:
    records = [
        request(model="alpha", duration_ms=0.0, input_tokens=1000, start_time=T0),
        request(model="alpha", duration_ms=0.0, input_tokens=3000, start_time=T0),
        request(model="alpha", duration_ms=0.0, input_tokens=1000, start_time=T0 + 2 * MINUTE),
        request(model="gamma", duration_ms=0.0, input_tokens=1000, start_time=T0 + 3 * MINUTE),
    ]
    found = samples_of(names.COST_USD, Data([rollup(*records)], pricing=pricing()), (), {})
    start = minute_of(T0)
    assert found.slots.tolist() == [start, start + 2]
    assert found.total.tolist() == pytest.approx([0.005, 0.00125])
    assert found.high.tolist() == found.last.tolist() == found.total.tolist()
    assert found.count.tolist() == [2, 1]


def test_a_filter_chooses_series_by_labels_that_are_not_grouped_by() -> None:
    records = [
        request(model="alpha", input_tokens=1000, application=name) for name in ("a", "a", "b")
    ]
    data = Data([rollup(*records)], pricing=pricing())
    found = samples_of(names.COST_USD, data, ("model",), {"application": "a"})
    assert found.total.tolist() == pytest.approx([0.0025])
    assert samples_of(names.COST_USD, data, ("model",), {"application": "c"}).groups == []


def test_hours_and_days_are_charged_as_their_minutes_are() -> None:
    records = [
        request(model="alpha", input_tokens=1000, start_time=T0 + timedelta(hours=hour))
        for hour in range(24)
    ]
    found = samples_of(names.COST_USD, Data([rollup(*records)], pricing=pricing()), (), {})
    assert float(found.total.sum()) == pytest.approx(float(costs(*records).list_cost))
    assert AROUND.first <= int(found.slots.min())
