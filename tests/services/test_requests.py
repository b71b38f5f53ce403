"""Looking up raw requests: newest first, page by page, whatever the buckets they are in."""

from typing import Any

import pytest

from shared.domain.record.rows import RowFilter
from shared.domain.span import Span
from shared.errors import InvalidInput
from shared.services.requests import find_requests
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import HOUR, Monitor, sent, span

EVERYTHING = span(T0 - HOUR, T0 + HOUR)


async def found(
    monitor: Monitor, over: Span = EVERYTHING, *, limit: int = 100, after: str | None = None
) -> dict[str, Any]:
    return await find_requests(
        over,
        RowFilter(over.first, over.end, {}),
        limit=limit,
        after=after,
        chunks=monitor.app.chunks,
        cursors=monitor.app.cursors,
        load_pricing=monitor.app.load_pricing,
    )


def ids(page: dict[str, Any]) -> list[str]:
    return [row["request_id"] for row in page["requests"]]


async def test_requests_of_many_buckets_and_batches_come_newest_first() -> None:
    monitor = Monitor(now=T0 + 40 * MINUTE)
    order = [17, 3, 25, 0, 8, 12, 4, 31]
    for minute in order:
        await monitor.post(sent(T0 + minute * MINUTE, request_id=f"{minute:02}"))
    page = await found(monitor)
    assert ids(page) == [f"{minute:02}" for minute in sorted(order, reverse=True)]
    assert page["next"] is None


@pytest.mark.parametrize("limit", [1, 2, 5])
async def test_requests_that_ended_together_are_each_shown_once(limit: int) -> None:
    monitor = Monitor()
    for part in range(3):
        await monitor.post(*(sent(T0, request_id=f"{part}-{n}") for n in range(4)))
    seen: list[str] = []
    page = await found(monitor, limit=limit)
    seen += ids(page)
    while page["next"]:
        page = await found(monitor, limit=limit, after=page["next"])
        seen += ids(page)
    assert sorted(seen) == sorted(f"{part}-{n}" for part in range(3) for n in range(4))


async def test_a_later_request_does_not_disturb_the_pages_to_come() -> None:
    monitor = Monitor(now=T0 + 10 * MINUTE)
    await monitor.post(*(sent(T0 + n * MINUTE, request_id=f"{n}") for n in range(4)))
    first = await found(monitor, limit=2)
    await monitor.post(sent(T0 + 9 * MINUTE, request_id="new"))
    second = await found(monitor, limit=2, after=first["next"])
    assert ids(first) + ids(second) == ["3", "2", "1", "0"]


async def test_only_what_ended_within_the_span_is_found() -> None:
    monitor = Monitor(now=T0 + 10 * MINUTE)
    await monitor.post(*(sent(T0 + n * MINUTE, request_id=f"{n}") for n in range(6)))
    assert ids(await found(monitor, span(T0 + MINUTE, T0 + 4 * MINUTE))) == ["3", "2", "1"]


async def test_both_reports_of_a_request_are_found() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, request_id="r"))
    await monitor.post(sent(T0, request_id="r", input_tokens=5))
    assert ids(await found(monitor)) == ["r", "r"]


async def test_a_token_of_another_making_is_refused() -> None:
    with pytest.raises(InvalidInput, match="next"):
        await found(Monitor(), after="bm9uc2Vuc2U")
