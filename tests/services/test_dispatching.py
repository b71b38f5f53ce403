"""From evaluations to dispatches: routed, grouped, kept through crashes, at no cost when unused."""

import msgspec
import pytest

from shared.adapters.memory import MemoryTables
from shared.domain.alert.alert import RuleState
from shared.domain.notification.route import Route
from shared.errors import Stale
from shared.services.alert_ports import AlertChange
from shared.services.dispatch_ports import DispatchChange, StoredGroups
from shared.services.dispatching import dispatch_notices
from shared.services.routes import put_routes
from shared.services.rules import delete_rule
from tests.adapters.watched_tables import WatchedTables
from tests.domain.notice_factories import notices, route
from tests.domain.rule_factories import BREACH, CLEAN, MINUTE, T0, rule
from tests.services.alert_factories import Monitor, monitor
from tests.services.dispatch_monitor import Dispatching, dispatching, told

_BY_MODEL = rule(group_by=("model",), cooldown_s=0, repeat_interval_s=0, flap_threshold=0)


def _report(made: Monitor, **stories: str) -> None:
    for model, story in stories.items():
        for at, sign in enumerate(story):
            made.report(at, BREACH if sign == "x" else CLEAN, labels=(("model", model),))


async def _walked(routes: list[Route], **stories: str) -> Dispatching:
    made = await dispatching(_BY_MODEL, routes=routes)
    _report(made.monitor, **stories)
    for at in range(1, 1 + max(len(story) for story in stories.values())):
        await made.tick(at)
        await made.deliver()
    return made


async def test_an_alert_is_told_in_the_tick_that_sees_it() -> None:
    made = await dispatching(_BY_MODEL, routes=[route()])
    _report(made.monitor, a="x")

    tick = await made.tick(1)

    assert (tick.dispatching.dispatches, tick.dispatching.notices) == (1, 1)
    (dispatch,) = await made.deliver()
    assert told([dispatch]) == ["90 ops: +a"]
    assert dispatch.environment == "test"
    assert dispatch.told[0].alert.message.startswith("latency avg over 1 min is 9, above 5")


async def test_changes_of_a_group_are_told_together() -> None:
    made = await _walked([route()], a="xx........", b=".xxxxxxxxx", c="..xx......")

    assert told(made.taken) == ["90 ops: +a", "390 ops: +b -a"]


async def test_who_was_told_of_an_alert_hears_of_its_end_once() -> None:
    made = await _walked([route()], a="x...........")

    assert told(made.taken) == ["90 ops: +a", "390 ops: -a"]


async def test_caught_up_in_one_run_the_same_is_told() -> None:
    routes = [route(group_by=("model",), channels=("ops", "log")), route()]
    stories = {"a": "x..xxxx.x.x" * 4, "b": "..xxxxxxxxx" * 4, "c": ".....x....." * 4}
    live = await _walked(routes, **stories)
    late = await dispatching(_BY_MODEL, routes=routes)
    _report(late.monitor, **stories)
    await late.monitor.evaluate(0)

    await late.tick(44)

    assert sorted(await late.deliver(), key=_place) == sorted(live.taken, key=_place)
    assert len(live.taken) > 20


def _place(dispatch: object) -> bytes:
    return msgspec.json.encode(dispatch)


async def test_without_routes_nothing_is_kept_for_channels() -> None:
    made = await dispatching(_BY_MODEL)
    _report(made.monitor, a="x.x.")

    for at in range(1, 5):
        await made.tick(at)

    assert await made.left() == []
    assert await made.deliver() == []


async def test_what_no_route_takes_leaves_nothing_behind() -> None:
    made = await _walked([route(matchers={"team": "data"})], a="x.x.")

    assert made.taken == []
    assert all(key.startswith("groups|") for key in await made.left())


async def test_an_idle_minute_writes_nothing() -> None:
    tables = WatchedTables(MemoryTables())
    made = await dispatching(_BY_MODEL, routes=[route()], made=await monitor(tables=tables))
    _report(made.monitor, a="x...........")
    for at in range(1, 12):
        await made.tick(at)

    tables.calls.clear()

    await made.run(12)

    assert {method for method, _ in tables.calls} == {"get", "query"}


async def test_a_rule_that_goes_ends_its_alerts_for_channels_too() -> None:
    made = await dispatching(_BY_MODEL, routes=[route()])
    _report(made.monitor, a="xxxx")
    await made.tick(1)
    await delete_rule("slow", documents=made.monitor.documents)

    for at in range(8, 11):
        await made.tick(at)

    assert told(await made.deliver()) == ["90 ops: +a", "480 ops: -a"]


async def test_routes_that_went_do_not_swallow_an_end() -> None:
    made = await dispatching(_BY_MODEL, routes=[route()])
    _report(made.monitor, a="xxx.......")
    await made.tick(2)
    await put_routes(b"[]", documents=made.monitor.documents)

    await made.tick(9)

    assert told(await made.deliver()) == ["90 ops: +a", "390 ops: -a"]


async def test_many_alerts_go_in_portions_and_none_twice() -> None:
    made = await dispatching(_BY_MODEL, routes=[route(group_by=("model",))])
    models = [f"m{at:03}" for at in range(150)]
    _report(made.monitor, **dict.fromkeys(models, "x......"))

    await made.tick(1)
    first = await made.deliver()
    await made.tick(7)
    second = await made.deliver()

    assert sorted(told(first)) == [f"90 ops: +{model}" for model in models]
    assert sorted(told(second)) == [f"390 ops: -{model}" for model in models]
    assert len(await made.left()) == 1


async def test_of_two_runs_at_once_one_does_the_work() -> None:
    made = await monitor()
    await made.groups.commit(DispatchChange(StoredGroups(), ()))
    stored, _ = await made.groups.read(T0)
    await made.groups.commit(DispatchChange(stored, ()))

    with pytest.raises(Stale):
        await made.groups.commit(DispatchChange(stored, ()))


async def test_what_evaluation_has_not_finished_waits() -> None:
    made = await monitor()
    given = notices({0: "+a", 1: "+b"})
    await made.alerts.commit(AlertChange(None, RuleState(rule(), 0), notices=given))

    run = await dispatch_notices(
        through=T0, routes=[route()], groups=made.groups, environment="test"
    )
    _, left = await made.groups.read(T0 + 9 * MINUTE)

    assert (run.notices, run.dispatches) == (1, 1)
    assert left == given[1:]
