"""Spend anomalies over posted traffic: found, attributed, told once whatever breaks, and listed."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.adapters.memory import MemoryTables
from shared.domain.cost_anomaly.anomaly import CostAnomaly
from shared.domain.event import Event
from shared.domain.timeline import minute_of
from shared.errors import Unavailable
from shared.services.cost_anomalies import AnomalyPorts, WatchRun, watch_days, watch_hours
from shared.services.cost_anomaly_store import forget_anomalies, list_anomalies
from tests.domain.factories import MINUTE
from tests.services.failing_tables import FailingTables
from tests.services.monitor_factories import DAY, HOUR, MODEL, Json, span
from tests.services.price_factories import entry, put_prices
from tests.services.spend_factories import DOLLAR, MIDNIGHT, OTHER, TODAY, Shop, costing, shop

HOURS = range(6, 22)
MODELS = {"bot": MODEL, "search": OTHER}
USD = {"bot": 4.0, "search": 2.0}
_DRAW = np.random.default_rng(11)
_OPENED: list[MemoryTables] = []
NOISE = {name: np.exp(_DRAW.normal(0, 0.1, (40, 24))) for name in USD}


def hour_of(name: str, day: int, hour: int, **fields: Any) -> Json:
    """Return what an application spends in an hour, `day` days before today."""
    usd = round(USD[name] * float(NOISE[name][day, hour]) * fields.pop("times", 1.0), 2)
    end = MIDNIGHT - day * DAY + hour * HOUR + 20 * MINUTE
    return costing(usd, end, application=name, **({"model": MODELS[name]} | fields))


async def open_shop() -> Shop:
    """Return a shop with 30 days of usual traffic before today."""
    if not _OPENED:
        first = await shop(FailingTables())
        for day in range(30, 0, -1):
            first.monitor.now = MIDNIGHT - (day - 1) * DAY + MINUTE
            usual = (hour_of(name, day, hour) for name in USD for hour in HOURS)
            await post(first, *usual)
        _OPENED.append(first.monitor.memory)
    return Shop(_copied(_OPENED[0]))


def ports(made: Shop, *, connected: bool = True) -> AnomalyPorts:
    app = made.monitor.app
    return AnomalyPorts(app.costs, app.documents, app.alerts, connected, "test")


async def post(made: Shop, *records: Json) -> None:
    await made.monitor.post(*records)
    await made.monitor.roll()


async def watch(made: Shop, now: datetime, **kept: Any) -> WatchRun:
    await made.monitor.roll(now)
    return await watch_hours(now=now, ports=ports(made, **kept))


async def listed(made: Shop) -> list[CostAnomaly]:
    over = span(MIDNIGHT - 10 * DAY, MIDNIGHT + 2 * DAY)
    page = await list_anomalies(over, limit=100, after=None, documents=made.monitor.app.documents)
    return page.anomalies


async def told(made: Shop) -> list[Event]:
    events = await made.monitor.app.alerts.pending_events(100)
    return [event for event in events if event.name == "cost.anomaly"]


@pytest.fixture
async def made() -> Shop:
    opened = await open_shop()
    opened.monitor.now = MIDNIGHT + 12 * HOUR
    await post(opened, *(hour_of(name, 0, hour) for name in USD for hour in range(6, 12)))
    return opened


async def test_usual_hours_are_no_news(made: Shop) -> None:
    assert await watch(made, MIDNIGHT + 12 * HOUR + 7 * MINUTE) == WatchRun(hours=6)
    assert await listed(made) == []
    assert await told(made) == []


async def test_a_runaway_application_is_found_attributed_and_told_once(made: Shop) -> None:
    made.monitor.now = MIDNIGHT + 13 * HOUR
    await post(made, hour_of("bot", 0, 12, times=6.0), hour_of("search", 0, 12))

    first = await watch(made, MIDNIGHT + 13 * HOUR + 7 * MINUTE)
    again = await watch(made, MIDNIGHT + 13 * HOUR + 8 * MINUTE)

    assert (first.found, again.found, again.grown) == (1, 0, 0)
    (found,) = await listed(made)
    assert found.scope == {"application": "bot"}
    assert (found.start, found.end) == (MIDNIGHT + 12 * HOUR, MIDNIGHT + 13 * HOUR)
    assert float(found.value) > float(found.high) > float(found.low)
    assert {(part.cause, part.name) for part in found.attribution} == {
        ("application", "bot"),
        ("model", MODEL),
    }
    (event,) = await told(made)
    assert event.measurements["value"] == float(found.value)
    assert msgspec.json.decode(event.properties["attribution"])[0]["share"] == pytest.approx(1.0)


async def test_hours_that_go_on_are_the_same_anomaly(made: Shop) -> None:
    for hour in (12, 13, 14):
        made.monitor.now = MIDNIGHT + (hour + 1) * HOUR
        await post(made, hour_of("bot", 0, hour, times=6.0 + hour), hour_of("search", 0, hour))
        await watch(made, MIDNIGHT + (hour + 1) * HOUR + 7 * MINUTE)

    (found,) = await listed(made)
    assert (found.start, found.end) == (MIDNIGHT + 12 * HOUR, MIDNIGHT + 15 * HOUR)
    assert len(await told(made)) == 1
    made.monitor.now = MIDNIGHT + 23 * HOUR
    await post(made, *(hour_of(name, 0, hour) for name in USD for hour in range(15, 22)))
    day = await watch_days(now=await _next_day(made), ports=ports(made))
    assert (day.days, day.found) == (3, 0)


async def test_a_price_that_changed_is_told_as_such(made: Shop) -> None:
    dear = entry("7200 720 8000", TODAY)
    await put_prices(made.monitor.app.documents, MODEL, DOLLAR, dear)

    await watch(made, MIDNIGHT + 12 * HOUR + 7 * MINUTE)

    (found,) = await listed(made)
    assert found.scope["model" if "model" in found.scope else "application"] in (MODEL, "bot")
    price = next(part for part in found.attribution if part.cause == "price_change")
    assert price.name == MODEL
    assert price.share == pytest.approx(1.0, abs=0.05)


async def test_a_day_that_is_dearer_all_day_is_found_the_day_after() -> None:
    made = await open_shop()
    made.monitor.now = MIDNIGHT + 23 * HOUR
    await post(
        made,
        *(hour_of("bot", 0, hour, times=1.9) for hour in HOURS),
        *(hour_of("search", 0, hour) for hour in HOURS),
    )
    now = await _next_day(made)

    run = await watch_days(now=now, ports=ports(made))
    again = await watch_days(now=now, ports=ports(made))

    assert (run.days, run.found, again.found) == (3, 1, 0)
    (found,) = await listed(made)
    assert (found.grain, found.direction) == ("day", "above")
    assert (found.start, found.end) == (MIDNIGHT, MIDNIGHT + DAY)


async def test_a_day_without_the_usual_traffic_is_below_its_band() -> None:
    made = await open_shop()
    made.monitor.now = MIDNIGHT + 23 * HOUR
    await post(made, *(hour_of("search", 0, hour) for hour in HOURS))

    await watch_days(now=await _next_day(made), ports=ports(made))

    (found,) = await listed(made)
    assert (found.direction, found.scope) == ("below", {"application": "bot"})


@pytest.mark.parametrize("lost", [True, False])
@pytest.mark.parametrize("write", [0, 1])
async def test_a_crash_at_any_write_tells_the_same_event(
    made: Shop, write: int, *, lost: bool
) -> None:
    made.monitor.now = MIDNIGHT + 13 * HOUR
    await post(made, hour_of("bot", 0, 12, times=6.0))
    now = MIDNIGHT + 13 * HOUR + 7 * MINUTE
    await made.monitor.roll(now)
    memory = made.monitor.memory
    assert isinstance(memory, FailingTables)
    memory.fail_at, memory.lost = memory.writes + write, lost

    with pytest.raises(Unavailable):
        await watch_hours(now=now, ports=ports(made))
    before = await told(made)
    await made.monitor.app.alerts.forget_events(before)
    made.monitor.restart()
    await watch_hours(now=now + MINUTE, ports=ports(made))
    await watch_hours(now=now + 2 * MINUTE, ports=ports(made))

    assert len(await listed(made)) == 1
    assert len({event.event_id for event in [*before, *await told(made)]}) == 1


async def test_where_events_lead_nowhere_anomalies_are_listed_all_the_same(made: Shop) -> None:
    made.monitor.now = MIDNIGHT + 13 * HOUR
    await post(made, hour_of("bot", 0, 12, times=6.0))

    await watch(made, MIDNIGHT + 13 * HOUR + 7 * MINUTE, connected=False)

    assert len(await listed(made)) == 1
    assert await told(made) == []


async def test_old_anomalies_are_forgotten_and_pages_go_on(made: Shop) -> None:
    made.monitor.now = MIDNIGHT + 13 * HOUR
    await post(made, hour_of("bot", 0, 12, times=6.0))
    await watch(made, MIDNIGHT + 13 * HOUR + 7 * MINUTE)
    documents = made.monitor.app.documents
    over = span(MIDNIGHT, MIDNIGHT + DAY)
    (first,) = (await list_anomalies(over, limit=1, after=None, documents=documents)).anomalies
    assert minute_of(first.start) < over.end

    assert await forget_anomalies(MIDNIGHT + 12 * HOUR, documents=documents) == 0
    assert await forget_anomalies(MIDNIGHT + timedelta(hours=13), documents=documents) == 1
    assert await listed(made) == []


def _copied(memory: MemoryTables) -> FailingTables:
    made = FailingTables()
    made._tables = {table: dict(rows) for table, rows in memory._tables.items()}
    made._versions = count(1_000_000)
    return made


async def _next_day(made: Shop) -> datetime:
    now = MIDNIGHT + DAY + HOUR
    await made.monitor.roll(now)
    return now
