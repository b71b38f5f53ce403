"""A recorded trace costs, rolled up into days, what its requests cost one by one."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.domain.cost.table import Period
from shared.domain.record.request import RequestRecord
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, minute_of
from tests.domain.cost.cost_factories import costs, invoice
from tests.domain.rollup.test_trace import TRACE
from tests.domain.rollup.test_trace import records as trace  # noqa: F401

pytestmark = pytest.mark.skipif(not TRACE.is_file(), reason=f"no trace at {TRACE}")


def test_a_trace_costs_what_its_invoice_says(trace: list[RequestRecord]) -> None:  # noqa: F811
    shapes = [("alpha", "default"), ("alpha", "priority"), ("beta", "default")]
    named = [
        RequestRecord(
            model=shapes[n % 3][0],
            service_tier=shapes[n % 3][1],
            application=f"app{n % 5}",
            start_time=each.start_time + timedelta(hours=n % 48),
            duration_ms=each.duration_ms,
            input_tokens=each.input_tokens,
            cached_input_tokens=(each.input_tokens or 0) // 4,
            output_tokens=each.output_tokens,
            status_code=429 if n % 50 == 0 else 400 if n % 70 == 0 else None,
        )
        for n, each in enumerate(trace)
    ]
    first = min(minute_of(each.start_time) for each in named)
    span = Span(first - first % DAY_M, first - first % DAY_M + 5 * DAY_M)
    table = costs(*named, group_by=("application", "model"), period=Period.DAY, span=span)
    assert len(named) > 5_000
    assert table.list_cost == invoice(named)
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    for each in named:
        ended = each.start_time + timedelta(milliseconds=each.duration_ms)
        by_day[ended.date()] += invoice([each])
    assert {day: line.list_cost for day, line in table.days().items()} == dict(by_day)
