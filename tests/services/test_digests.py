"""Daily digests: made from chunks, gone on with, made anew for late data, looked at, forgotten."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from shared.domain.digest.view import DigestView
from shared.domain.timeline import DAY_M, minute_of
from shared.errors import InvalidInput, NotFound
from shared.services.digest_ports import Stage
from shared.services.digest_reading import view_digest
from shared.services.digests import (
    Budget,
    Outcome,
    day_of,
    forget_digests,
    make_digests,
)
from shared.services.ports import Cursor
from shared.services.quality import ingest_quality
from shared.services.rollup import SEALED_THROUGH
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, Json, Monitor, sent

DAY_M0 = minute_of(T0.replace(hour=0))
NEXT = T0.replace(hour=0) + DAY + 20 * MINUTE


def hours(number: float) -> Budget:
    """Return a budget that is looked at so often."""
    ticks = count()
    return Budget(lambda: float(next(ticks)), number)


async def make(monitor: Monitor, at: datetime = NEXT, budget: float = 1e9) -> dict[str, Outcome]:
    monitor.now = at
    await monitor.roll()
    return await make_digests(now=at, ports=monitor.app.digests, budget=hours(budget))


async def view(monitor: Monitor, day: int = DAY_M0, budget: float = 1e9) -> DigestView:
    return await view_digest(day, now=monitor.now, ports=monitor.app.digests, budget=hours(budget))


async def blocks(monitor: Monitor, day: int = DAY_M0) -> dict[str, bytes]:
    found = await monitor.app.digests.digests.read(day, Stage.FINISHED)
    assert found is not None
    return found[1]


def call(end: datetime, **fields: object) -> Json:
    given = {"input_tokens": 100, "output_tokens": 10, "user": "ann", "prompt_hash": "p"}
    return sent(
        end, **given | {"prefix_hash": "q", "operation_key": "k", "max_tokens": 50} | fields
    )


async def a_day(monitor: Monitor) -> None:
    for hour in range(8):
        monitor.now = T0 + hour * HOUR
        first = monitor.now - MINUTE
        await monitor.post(
            call(first, request_id=f"r{hour}", status_code=429, retry_after_ms=1000),
            call(first + 10 * timedelta(seconds=1), request_id=f"s{hour}", prompt_version="7"),
            batch_id=f"b{hour}",
        )
        await monitor.post(call(first, request_id=f"s{hour}"), call(first), batch_id=f"c{hour}")
        await monitor.roll()
        await judge(monitor, f"s{hour}", 0.5 + hour / 10)


async def judge(monitor: Monitor, request_id: str, score: float) -> None:
    body = b'{"model": "gpt-5-mini", "request_id": "%s", "scores": {"tone": %f}}' % (
        request_id.encode(),
        score,
    )
    app = monitor.app
    await ingest_quality(body, strict=True, series_tags=(), registry=app.registry, ports=app.ingest)


async def test_yesterday_is_made_once() -> None:
    monitor = Monitor()
    await a_day(monitor)
    assert await make(monitor) == {"20261123": Outcome.BUILT}
    assert await make(monitor, NEXT + HOUR) == {}
    found = await view(monitor)
    assert (found.day, found.requests, found.duplicates) == ("2026-11-23", 24, 8)
    assert found.through == "2026-11-24T00:00:00Z"
    assert found.built_at == "2026-11-24T00:20:00Z"
    assert not found.final


async def test_requests_reported_twice_count_once_in_every_section() -> None:
    monitor = Monitor()
    await a_day(monitor)
    await make(monitor)
    found = await view(monitor)
    (load,) = found.load
    assert (load.requests, load.uncached_input_tokens, load.output_tokens) == (24, 2400, 240)
    (user,) = found.users
    assert (user.requests, user.failed, user.input_tokens) == (24, 8, 2400)
    (limit,) = found.outputs
    assert (limit.limit, limit.requests, limit.reasoning_share) == ("50", 16, 0.0)
    assert (found.retries.chains, found.retries.attempts) == (8, 24)


async def test_hits_chains_and_prefixes_are_told() -> None:
    monitor = Monitor()
    await a_day(monitor)
    await make(monitor)
    found = await view(monitor)
    hits = {name: each.hits for name, each in found.cache_hits.items()}
    assert (found.prompts, hits) == (16, {"5m": 8, "1h": 15, "24h": 15})
    assert found.retries.by_attempts == {"3": 8}
    assert (found.retries.throttled, found.retries.succeeded) == (8, 8)
    assert found.prefix.seen_5m_share == 0.5
    assert found.prefix.cached_share == 0.0


async def test_scores_are_joined_to_the_requests_they_judge() -> None:
    monitor = Monitor()
    await a_day(monitor)
    await judge(monitor, "elsewhere", 0.1)
    await make(monitor)
    found = await view(monitor)
    (line,) = found.quality
    assert (line.score, line.prompt_version, line.n) == ("tone", "7", 8)
    assert line.mean == pytest.approx(0.85)
    assert line.deviation == pytest.approx(0.2291288)
    assert (found.unmatched_scores, found.scores_left_out) == (1, 0)


@pytest.mark.parametrize("budget", [1, 2, 7, 30])
async def test_a_day_made_in_many_runs_has_the_bytes_of_one_made_at_once(budget: int) -> None:
    whole, parts = Monitor(), Monitor()
    await a_day(whole)
    await a_day(parts)
    await make(whole)
    runs = 0
    while (await make(parts, NEXT + runs * MINUTE, budget)).get("20261123") is Outcome.STOPPED:
        parts.restart()
        runs += 1
    assert runs >= 1
    assert await blocks(parts) == await blocks(whole)
    assert await parts.app.digests.digests.head(DAY_M0, Stage.WORK) is None


async def test_late_data_makes_a_day_anew() -> None:
    monitor = Monitor()
    await a_day(monitor)
    await make(monitor)
    monitor.now = NEXT + HOUR
    await monitor.post(call(T0 + 3 * HOUR, user="bob"))
    assert await make(monitor, NEXT + 2 * HOUR) == {"20261123": Outcome.BUILT}
    found = await view(monitor)
    assert (found.requests, len(found.users)) == (25, 2)
    assert await make(monitor, NEXT + 3 * HOUR) == {}


async def test_late_data_in_the_midst_of_a_run_is_met_by_the_next() -> None:
    monitor = Monitor()
    await a_day(monitor)
    await make(monitor, NEXT, 40)
    await monitor.post(call(T0 - HOUR, user="bob"))
    assert await make(monitor, NEXT + HOUR) == {"20261123": Outcome.BUILT}
    assert await make(monitor, NEXT + 2 * HOUR) == {"20261123": Outcome.BUILT}
    assert (await view(monitor)).requests == 25


async def test_a_sealed_day_is_final_and_never_made_again() -> None:
    monitor = Monitor()
    await a_day(monitor)
    await make(monitor)
    cursors = monitor.app.cursors
    await cursors.write(SEALED_THROUGH, Cursor(DAY_M0 + DAY_M))
    await monitor.post(call(T0))
    assert await make(monitor, NEXT + HOUR) == {}
    assert (await view(monitor)).final


async def test_the_day_before_tells_what_today_could_have_answered_from() -> None:
    monitor = Monitor(now=T0 - 20 * HOUR)
    await monitor.post(call(T0 - 20 * HOUR))
    await make(monitor, NEXT - DAY)
    monitor.now = T0
    await monitor.post(call(T0))
    await make(monitor)
    hits = {name: each.hits for name, each in (await view(monitor)).cache_hits.items()}
    assert hits == {"5m": 0, "1h": 0, "24h": 1}


async def test_today_is_made_so_far_and_not_stored() -> None:
    monitor = Monitor()
    await a_day(monitor)
    monitor.now = T0 + 7 * HOUR + 20 * MINUTE
    found = await view(monitor)
    assert (found.requests, found.through) == (24, "2026-11-23T17:20:00Z")
    assert await monitor.app.digests.digests.head(DAY_M0, Stage.FINISHED) is None
    # 18 hours of scores, then 12 of requests.
    cut = await view(monitor, budget=30)
    assert (cut.requests, cut.through) == (9, "2026-11-23T12:00:00Z")


async def test_a_day_that_is_not_rolled_up_waits() -> None:
    monitor = Monitor()
    await a_day(monitor)
    done = await make_digests(now=NEXT, ports=monitor.app.digests, budget=hours(9))
    assert done == {}


async def test_a_day_without_records_has_no_digest() -> None:
    monitor = Monitor()
    with pytest.raises(NotFound):
        await view(monitor)
    await monitor.app.chunks.prepare_day(DAY_M0)
    assert await make(monitor) == {"20261123": Outcome.EMPTY}


async def test_digests_past_their_time_are_forgotten() -> None:
    monitor = Monitor()
    await a_day(monitor)
    await make(monitor)
    store = monitor.app.digests.digests
    assert await forget_digests(T0.replace(hour=0) + 23 * HOUR, digests=store) == 0
    assert await forget_digests(T0.replace(hour=0) + DAY, digests=store) > 5
    assert await store.read(DAY_M0, Stage.FINISHED) is None


@pytest.mark.parametrize("text", ["20261123", "2026-11-23"])
def test_a_day_is_named_in_either_form(text: str) -> None:
    assert day_of(text) == DAY_M0


@pytest.mark.parametrize("text", ["", "2026-13-01", "today", "2026112", "20261123x"])
def test_anything_else_is_no_day(text: str) -> None:
    with pytest.raises(InvalidInput, match="day: expected a day"):
        day_of(text)
