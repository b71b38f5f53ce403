"""Taking in model requests: bounds of time, late buckets, resends of what was stored in part."""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest

from shared.domain.rollup.measures import Kind
from shared.domain.timeline import minute_of
from shared.errors import Conflict, InvalidInput, Unavailable
from tests.adapters.watched_tables import WatchedTables, go_on, raising
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, Monitor, sent

MICROSECOND = timedelta(microseconds=1)


@dataclass
class Interrupted:
    """A monitor whose storage can be stepped into."""

    tables: WatchedTables
    monitor: Monitor


@pytest.fixture
def interrupted() -> Interrupted:
    monitor = Monitor()
    tables = WatchedTables(monitor.memory)
    monitor.tables = tables
    monitor.restart()
    return Interrupted(tables, monitor)


@pytest.mark.parametrize("ahead", [timedelta(0), 5 * MINUTE])
async def test_a_request_may_end_up_to_five_minutes_ahead(ahead: timedelta) -> None:
    monitor = Monitor()
    assert (await monitor.post(sent(monitor.now + ahead))).accepted == 1


async def test_a_request_that_ends_later_than_that_is_refused() -> None:
    monitor = Monitor()
    with pytest.raises(InvalidInput, match=r"requests\[0\].start_time: expected an end until"):
        await monitor.post(sent(monitor.now + 5 * MINUTE + MICROSECOND))


async def test_a_request_may_be_as_old_as_the_retention_less_a_day() -> None:
    monitor = Monitor()
    oldest = monitor.now - 34 * DAY
    assert (await monitor.post(sent(oldest))).accepted == 1
    with pytest.raises(InvalidInput, match=r"requests\[0\].start_time: expected an end since"):
        await monitor.post(sent(oldest - MICROSECOND))


async def test_what_counts_is_when_a_request_ended_not_when_it_began() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0, duration_ms=3 * 3_600_000))
    assert (await monitor.report(T0, T0 + MINUTE))["total_requests"] == 1
    assert (await monitor.report(T0 - DAY, T0))["no_data"] is True


@pytest.mark.parametrize(
    ("ended_ago", "marked"),
    [(timedelta(0), False), (4 * MINUTE, False), (5 * MINUTE, True), (600 * MINUTE, True)],
)
async def test_a_bucket_that_ended_long_ago_is_marked(ended_ago: timedelta, marked: bool) -> None:
    monitor = Monitor(now=T0 + 5 * MINUTE + ended_ago)
    await monitor.post(sent(T0 + MINUTE))
    found = [(each.kind, each.bucket) for each in await monitor.app.dirty.list()]
    assert found == ([(Kind.REQUEST, minute_of(T0))] if marked else [])


async def test_a_bucket_that_ended_while_it_was_stored_is_marked(interrupted: Interrupted) -> None:
    monitor = interrupted.monitor

    async def half_an_hour_passes() -> None:
        monitor.now += 30 * MINUTE

    interrupted.tables.before["insert"] = deque([half_an_hour_passes])
    await monitor.post(sent(T0))
    assert [each.bucket for each in await monitor.app.dirty.list()] == [minute_of(T0)]


async def test_a_resend_marks_the_bucket_that_the_first_try_could_not(
    interrupted: Interrupted,
) -> None:
    monitor, tables = interrupted.monitor, interrupted.tables
    monitor.now = T0 + 60 * MINUTE
    tables.before["upsert"] = deque([raising(Unavailable("away"))])
    with pytest.raises(Unavailable):
        await monitor.post(sent(T0), batch_id="late")
    assert await monitor.app.dirty.list() == []
    assert (await monitor.post(sent(T0), batch_id="late")).duplicate is True
    assert [each.bucket for each in await monitor.app.dirty.list()] == [minute_of(T0)]


async def test_a_batch_stored_in_part_is_made_whole_by_its_resend(interrupted: Interrupted) -> None:
    monitor, tables = interrupted.monitor, interrupted.tables
    await monitor.post(sent(T0, model="other"))
    records = [sent(T0 - n * 10 * MINUTE) for n in range(3)]
    tables.after["insert"] = deque([go_on, raising(Unavailable("away"))])
    with pytest.raises(Unavailable):
        await monitor.post(*records, batch_id="whole")
    again = await monitor.post(*records, batch_id="whole")
    assert again.accepted == 3
    assert (await monitor.post(*records, batch_id="whole")).duplicate is True
    await monitor.roll()
    assert (await monitor.report())["total_requests"] == 3


async def test_a_record_refused_at_the_first_try_stays_refused_under_its_batch_id() -> None:
    monitor = Monitor()
    records = [sent(T0 + 5 * MINUTE), sent(T0 + 6 * MINUTE + timedelta(seconds=30))]
    first = await monitor.post(*records, batch_id="early")
    assert (first.accepted, [each["index"] for each in first.rejected]) == (1, [1])
    monitor.now += 2 * MINUTE
    second = await monitor.post(*records, batch_id="early")
    assert (second.accepted, second.duplicate) == (1, True)
    assert "send it under a new batch_id" in second.rejected[0]["reason"]
    third = await monitor.post(records[1], batch_id="early-2")
    assert (third.accepted, third.duplicate) == (1, False)
    assert (await monitor.report())["total_requests"] == 2


async def test_other_content_under_the_same_batch_id_is_a_conflict() -> None:
    monitor = Monitor()
    await monitor.post(sent(T0), batch_id="b")
    with pytest.raises(Conflict, match="batch_id b: used before with other content"):
        await monitor.post(sent(T0, duration_ms=1001.0), batch_id="b")
    with pytest.raises(Conflict):
        await monitor.post(sent(T0), sent(T0), batch_id="b")
    assert (await monitor.report())["total_requests"] == 1


async def test_a_batch_too_large_for_one_entity_is_stored_in_parts_and_counts_once() -> None:
    monitor, chance = Monitor(), Random(1)
    records = [
        sent(T0, request_id=chance.randbytes(128).hex(), trace_id=chance.randbytes(128).hex())
        for _ in range(4000)
    ]
    for duplicate in (False, True):
        answer = await monitor.post(*records, batch_id="parts")
        assert (answer.accepted, answer.duplicate) == (4000, duplicate)
    keys = await monitor.app.chunks.keys(Kind.REQUEST, minute_of(T0))
    assert len(keys) > 1
    assert (await monitor.report())["total_requests"] == 4000
    await monitor.roll()
    assert (await monitor.report())["total_requests"] == 4000
    assert (await monitor.report())["duplicates"] == 0


async def test_users_and_prompts_are_stored_as_digests_only() -> None:
    monitor = Monitor()
    words = {"user": "anna@example.com", "prompt_hash": "prompt digest", "conversation_id": "talk"}
    await monitor.post(sent(T0, **words))
    keys = await monitor.app.chunks.keys(Kind.REQUEST, minute_of(T0))
    (chunk,) = await monitor.app.chunks.fetch(keys)
    kept = repr(dict(chunk.batch().columns))
    assert not [word for word in words.values() if word in kept]
