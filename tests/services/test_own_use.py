"""The monitor's own use: counted in memory, saved as totals, priced where a price is known."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.memory import MemoryTables
from shared.adapters.metered_tables import MeteredTables
from shared.adapters.own_use_store import OwnUseStore
from shared.domain.cost.own import OwnUse, billed_ms
from shared.domain.event import GaugePoint
from shared.domain.span import Span
from shared.domain.timeline import minute_of
from shared.errors import Unavailable
from shared.services.own_use import MeteredTelemetry, OwnMeter, forget_own_use, read_own_costs
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, FakeInsights, Monitor, sent

TODAY = T0.date()


@pytest.fixture
def store() -> OwnUseStore:
    return OwnUseStore(CreatingTables(MemoryTables()))


@pytest.mark.parametrize(
    ("elapsed_s", "ms"), [(0.001, 1000), (1.0, 1000), (1.001, 1100), (2.5, 2500), (2.51, 2600)]
)
def test_a_run_is_billed_in_steps_and_a_second_at_least(elapsed_s: float, ms: int) -> None:
    assert billed_ms(elapsed_s) == ms


async def test_totals_are_saved_every_ten_minutes_and_twice_changes_nothing(
    store: OwnUseStore,
) -> None:
    meter = OwnMeter(store, "p1")
    for minute in range(25):
        await meter.executed("rollup", 0.2, T0 + minute * MINUTE)
    (use,) = await store.load(TODAY)
    assert use == OwnUse({"rollup": 21}, 21_000, 3, 0)
    await store.save(TODAY, "p1", use)
    assert await store.load(TODAY) == [use]


async def test_processes_and_days_are_told_apart(store: OwnUseStore) -> None:
    one, other = OwnMeter(store, "p1"), OwnMeter(store, "p2")
    await one.executed("rollup", 0.2, T0)
    await other.executed("post_requests", 3.0, T0)
    await one.executed("rollup", 0.2, T0 + MINUTE)
    await one.executed("rollup", 0.2, T0 + DAY)
    today = sorted(await store.load(TODAY), key=lambda use: use.billed_ms)
    assert [use.executions for use in today] == [{"rollup": 2}, {"post_requests": 1}]
    assert await store.load(TODAY + timedelta(days=1)) == []


async def test_what_cannot_be_saved_is_saved_the_next_time(store: OwnUseStore) -> None:
    class Failing:
        down = True

        async def save(self, day: date, process: str, use: OwnUse) -> None:
            if self.down:
                raise Unavailable("storage is away")
            await store.save(day, process, use)

        async def load(self, day: date) -> list[OwnUse]:
            return await store.load(day)

        async def forget(self, day: date) -> int:
            return await store.forget(day)

    uses = Failing()
    meter = OwnMeter(uses, "p1")
    await meter.executed("rollup", 0.2, T0)
    uses.down = False
    await meter.executed("rollup", 0.2, T0 + 10 * MINUTE)
    assert (await store.load(TODAY))[0].executions == {"rollup": 2}


async def test_operations_are_those_of_the_tables_and_a_long_query_is_several() -> None:
    count = 0

    def add() -> None:
        nonlocal count
        count += 1

    monitor = Monitor()
    tables = MeteredTables(CreatingTables(monitor.memory), add)
    await tables.get("control", "p", "r")
    assert [each async for each in tables.query("control", "p")] == []
    assert count == 2
    await monitor.post(sent(T0))
    await monitor.app.meter.executed("post_requests", 0.1, T0)
    (use,) = await monitor.app.own_uses.load(TODAY)
    assert use.storage_operations > 2


async def test_telemetry_is_counted_when_it_was_taken(store: OwnUseStore) -> None:
    meter, insights = OwnMeter(store, "p1"), FakeInsights()
    telemetry = MeteredTelemetry(insights, meter)
    point = GaugePoint("model_requests_total", T0, 1.0, {})
    await telemetry.send_metrics([point] * 3)
    insights.down = True
    with pytest.raises(Unavailable):
        await telemetry.send_metrics([point])
    await meter.executed("rollup", 0.1, T0)
    assert (await store.load(TODAY))[0].telemetry_bytes == 3 * 424


async def test_costs_are_counts_times_prices_that_somebody_states(store: OwnUseStore) -> None:
    use = OwnUse({"rollup": 1440}, 1_440_000, 10_000, 10**9)
    await store.save(TODAY, "p1", use)
    await store.save(TODAY + timedelta(days=1), "p1", use)
    span = Span(minute_of(T0), minute_of(T0 + 2 * DAY))
    found = await read_own_costs(span, memory_gb=2, uses=store)
    by_item = {each.item: each for each in found.items}
    assert by_item["execution_time"].cost_usd == "0.14976"
    assert by_item["storage_operations"].cost_usd == "0.00072"
    assert by_item["telemetry"].cost_usd == "4.6"
    executions = by_item["executions"]
    assert (executions.quantity, executions.cost_usd) == (2880, "0.001152")
    assert Decimal(found.total_cost_usd) == Decimal("4.751632")
    assert (found.days, found.cost_usd_per_day) == (2, "2.375816")
    assert found.executions == {"rollup": 2880}


async def test_totals_are_forgotten_by_day(store: OwnUseStore) -> None:
    use = OwnUse({"rollup": 1}, 1_000, 1, 0)
    days = [TODAY - timedelta(days=n) for n in (0, 1, 2, 40, 62)]
    for day in days:
        for process in ("p1", "p2"):
            await store.save(day, process, use)
    assert await forget_own_use(TODAY - timedelta(days=1), uses=store) == 6
    assert await forget_own_use(TODAY - timedelta(days=1), uses=store) == 0
    assert [len(await store.load(day)) for day in days] == [2, 2, 0, 0, 0]
