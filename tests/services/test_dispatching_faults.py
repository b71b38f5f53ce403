"""Crashes at every step between evaluation and dispatch: each dispatch is made exactly once."""

from collections.abc import Callable

import msgspec
import pytest

from shared.domain.notification.dispatch import Dispatch
from shared.errors import Unavailable
from tests.domain.notice_factories import route
from tests.domain.rule_factories import BREACH, CLEAN, rule
from tests.services.alert_factories import monitor
from tests.services.dispatch_monitor import Dispatching, dispatching
from tests.services.failing_tables import FailingTables

_RULES = (
    rule(group_by=("model",), for_s=60, cooldown_s=0, flap_threshold=0),
    rule(name="wide", window_s=180, group_by=("model",), cooldown_s=0, repeat_interval_s=300),
)
_ROUTES = [
    route(matchers={"rule": "wide"}, channels=("ops", "log"), group_by=("model",)),
    route(group_wait_s=120),
]
_STORIES = {"a": "..xx.xxxx....x_xx...xxxxxxxx...", "b": "xxxxxx.....xxxxx.......x......."}
_LENGTH = 31


async def _prepared() -> tuple[Dispatching, FailingTables]:
    tables = FailingTables()
    made = await dispatching(*_RULES, routes=_ROUTES, made=await monitor(tables=tables))
    for model, story in _STORIES.items():
        for at, sign in enumerate(story):
            if sign != "_":
                value = BREACH if sign == "x" else CLEAN
                made.monitor.report(at, value, labels=(("model", model),))
    await made.monitor.evaluate(0)
    tables.writes = 0
    return made, tables


async def _in_one_run() -> tuple[list[Dispatch], int]:
    made, tables = await _prepared()
    await made.tick(_LENGTH)
    writes = tables.writes
    await made.deliver()
    return _ordered(made.taken), writes


def _ordered(dispatches: list[Dispatch]) -> list[Dispatch]:
    key: Callable[[Dispatch], bytes] = msgspec.json.encode
    return sorted(dispatches, key=key)


async def _crashing(made: Dispatching, at: int) -> bool:
    """Run a tick and deliver what it made; return whether it was killed."""
    try:
        await made.run(at)
    except Unavailable:
        return True
    finally:
        await made.deliver()
    return False


@pytest.mark.faults
@pytest.mark.parametrize("lost", [True, False], ids=["before", "after"])
async def test_a_crash_at_any_write_loses_and_doubles_no_dispatch(lost: bool) -> None:
    expected, writes = await _in_one_run()
    assert len(expected) > 8
    # The first of them says what is complete.
    assert writes == 5

    for fail_at in range(1, writes):
        made, tables = await _prepared()
        await made.monitor.complete(_LENGTH)
        tables.fail_at, tables.lost = fail_at, lost

        assert await _crashing(made, _LENGTH)
        assert not await _crashing(made, _LENGTH)

        assert _ordered(made.taken) == expected


@pytest.mark.faults
@pytest.mark.parametrize("lost", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("offset", range(4))
async def test_a_crash_in_every_minute_is_made_up_by_later_ticks(offset: int, lost: bool) -> None:
    expected, _ = await _in_one_run()
    made, tables = await _prepared()
    crashes = 0

    for at in range(1, _LENGTH + 1):
        await made.monitor.complete(at)
        tables.fail_at, tables.lost = tables.writes + (at + offset) % 4, lost
        crashes += await _crashing(made, at)
        tables.fail_at = None
    await made.tick(_LENGTH)
    await made.deliver()

    assert crashes > 5
    assert _ordered(made.taken) == expected


@pytest.mark.faults
@pytest.mark.parametrize("lost", [True, False], ids=["before", "after"])
async def test_a_crash_amid_many_portions_is_made_whole(lost: bool) -> None:
    models = [f"m{at:03}" for at in range(150)]
    writes, fail_at = 2, 1
    while fail_at < writes:
        tables = FailingTables()
        made = await dispatching(
            rule(group_by=("model",)),
            routes=[route(group_by=("model",))],
            made=await monitor(tables=tables),
        )
        for model in models:
            made.monitor.report(0, BREACH, labels=(("model", model),))
        await made.monitor.complete(1)
        tables.writes, tables.fail_at, tables.lost = 0, fail_at, lost

        await _crashing(made, 1)
        await _crashing(made, 1)

        found = sorted(t.alert.labels["model"] for each in made.taken for t in each.told)
        assert found == models
        writes, fail_at = tables.writes, fail_at + 1

    assert fail_at > 6
