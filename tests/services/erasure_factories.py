"""A monitor that two applications report to, beside a twin that only one of them ever did."""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import count

import msgspec

from shared.adapters import tables as layout
from shared.adapters.entity import Entity
from shared.adapters.memory import MemoryTables
from shared.domain.erasure.erasure import Erasure
from shared.domain.rollup.codec import rollup_blocks
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import DAY_M, minute_of
from shared.services.digest_ports import Stage
from shared.services.digests import Budget, make_digests
from shared.services.erasure_run import ErasureRun, run_erasures
from shared.services.erasures import order_erasure
from shared.services.quality import ingest_quality
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, Json, Monitor, sent, value

GONE, STAYS = "checkout-bot", "search"
_ORDER = msgspec.json.encode({"application": GONE, "by": "ada", "comment": "left us"})


def calls(application: str | None, at: datetime, number: int) -> list[Json]:
    """Return what an application reports in an hour: successes, a failure, an anonymous one."""
    own = {"application": application, "deployment": "main"} if application else {}
    used = {"input_tokens": 100 + number, "output_tokens": 10, "user": f"u{number % 3}"}
    name = application or "none"
    return [
        sent(at, 900.0 + number, request_id=f"{name}-{number}", **own, **used),
        sent(
            at + MINUTE,
            1500.0,
            **own,
            **used,
            max_tokens=50,
            prompt_version=f"{name}-v1",
            prompt_hash=f"p{number % 2}",
        ),
        sent(at + 2 * MINUTE, 300.0, status_code=429, **own, operation_key=f"{name}{number}"),
    ]


async def report(
    monitor: Monitor, *applications: str | None, hours: range, rolled: bool = True
) -> None:
    """Let applications report for some hours, each in batches of its own and in shared ones."""
    for hour in hours:
        at = T0 + hour * HOUR
        monitor.now = at + 5 * MINUTE
        every = [each for name in applications for each in calls(name, at, hour)]
        await monitor.post(*every, batch_id=f"shared-{hour}")
        for name in applications:
            own = calls(name, at + 7 * MINUTE, 1000 + hour)
            monitor.now = at + 12 * MINUTE
            await monitor.post(*own, batch_id=f"own{len(name or '')}-{hour}")
            attributes = {"application": name} if name else {"queue": "q"}
            await monitor.post_metrics(value("depth", at, attributes=attributes))
            await judge(monitor, name, f"{name or 'none'}-{hour}", at)
        if rolled:
            await monitor.roll()


async def judge(monitor: Monitor, application: str | None, request_id: str, at: datetime) -> None:
    """Let an application report the score of an answer."""
    body = {
        "model": "gpt-5-mini",
        "application": application,
        "request_id": request_id,
        "timestamp": at,
        "scores": {"tone": 0.5},
    }
    app = monitor.app
    await ingest_quality(
        msgspec.json.encode(body),
        strict=True,
        series_tags=(),
        registry=app.registry,
        ports=app.ingest,
    )


async def order(monitor: Monitor) -> str:
    """Order that the application's data go; return the order's id."""
    view = await order_erasure(_ORDER, now=monitor.now, documents=monitor.app.documents)
    return view.id


async def erase(monitor: Monitor, looks: float = 1e9) -> ErasureRun:
    """Run the timer; its budget is how often it may look at its watch."""
    ticks = count()
    return await run_erasures(
        now=monitor.now, ports=monitor.app.erasure, in_time=lambda: next(ticks) < looks
    )


async def erased(monitor: Monitor, identity: str) -> Erasure:
    """Return an order as it is stored."""
    stored = await monitor.app.documents.get(layout.ERASURES, identity)
    assert stored is not None
    return msgspec.json.decode(stored.body, type=Erasure)


async def digest_days(monitor: Monitor) -> None:
    """Make the digests of all days that are over."""
    ticks = count()
    budget = Budget(lambda: float(next(ticks)), 1e9)
    await make_digests(now=monitor.now, ports=monitor.app.digests, budget=budget)


type Content = dict[tuple[str, ...], object]


async def sums(monitor: Monitor) -> Content:
    """Return all that is stored by time, as it is compared: rollups by series, and digests."""
    app = monitor.app
    found: Content = {}
    first, end = minute_of(T0 - 2 * DAY), minute_of(monitor.now + DAY)
    for kind in Kind:
        for grain in Grain:
            for start, rollup in (await app.rollups.read_range(kind, grain, first, end)).items():
                if len(rollup):
                    found[kind, grain, str(start)] = rollup_blocks(rollup)
    for day in range(first // DAY_M * DAY_M, end, DAY_M):
        stored = await app.digests.digests.read(day, Stage.FINISHED)
        if stored is not None:
            found["digest", str(day)] = stored[1]
    return found


def naming(memory: MemoryTables, word: str) -> set[str]:
    """Return the tables with a row that has a word in it, however it is packed."""
    return {
        table
        for table, rows in memory._tables.items()
        if any(word.encode() in each for entity in rows.values() for each in _plain(entity))
    }


def _plain(entity: Entity) -> Iterator[bytes]:
    yield f"{entity.partition} {entity.row}".encode()
    blocks = [each for each in entity.properties.values() if isinstance(each, bytes)]
    for block in (*blocks, b"".join(blocks)):
        yield block
        for packed in (block, block[1:]):
            with suppress(zlib.error):
                yield zlib.decompress(packed)
    yield repr([each for each in entity.properties.values() if isinstance(each, str)]).encode()
