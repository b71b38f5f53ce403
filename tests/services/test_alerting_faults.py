"""Crashes at every step of a run: the next run makes it whole, and nothing is told twice."""

import pytest

from shared.domain.event import Event
from shared.errors import Unavailable
from tests.domain.rule_factories import BREACH, CLEAN, rule
from tests.services.alert_factories import Monitor, monitor
from tests.services.failing_tables import FailingTables

_RULES = (rule(for_s=60), rule(name="wide", window_s=180, group_by=("model",)))
_STORY = "..xx.xxxx....x_xx...xx"


async def _prepared(complete: int = len(_STORY)) -> tuple[Monitor, FailingTables]:
    tables = FailingTables()
    made = await monitor(*_RULES, tables=tables)
    for at, sign in enumerate(_STORY):
        for model in ("a", "b"):
            if sign != "_":
                made.report(at, BREACH if sign == "x" else CLEAN, labels=(("model", model),))
    await made.evaluate(0)
    await made.complete(complete)
    tables.writes = 0
    return made, tables


async def _reference() -> tuple[list[Event], int]:
    made, tables = await _prepared()
    await made.run(len(_STORY))
    return await made.events(), tables.writes


@pytest.mark.faults
@pytest.mark.parametrize("lost", [True, False], ids=["before", "after"])
async def test_a_crash_at_any_write_loses_and_doubles_nothing(lost: bool) -> None:
    expected, writes = await _reference()
    assert len(expected) > 10
    assert writes == 3

    for fail_at in range(writes):
        made, tables = await _prepared()
        tables.fail_at, tables.lost = fail_at, lost
        with pytest.raises(Unavailable):
            await made.run(len(_STORY))
        await made.run(len(_STORY))

        assert await made.events() == expected
        assert (await made.run(len(_STORY))).evaluated_m == 0


@pytest.mark.faults
@pytest.mark.parametrize("lost", [True, False], ids=["before", "after"])
async def test_a_crash_in_every_minute_is_made_up_by_later_ticks(lost: bool) -> None:
    expected, _ = await _reference()
    made, tables = await _prepared(complete=0)
    crashes = 0

    for at in range(1, len(_STORY) + 1):
        await made.complete(at)
        tables.fail_at, tables.lost = tables.writes + at % 2, lost
        try:
            await made.run(at)
        except Unavailable:
            crashes += 1
        tables.fail_at = None
    await made.run(len(_STORY))

    assert crashes > len(_STORY) / 2
    assert await made.events() == expected


@pytest.mark.faults
async def test_what_arrives_late_does_not_reach_back_into_stored_evaluations() -> None:
    expected, writes = await _reference()
    made, tables = await _prepared()
    tables.fail_at = writes - 1
    with pytest.raises(Unavailable):
        await made.run(len(_STORY))
    for at in range(len(_STORY)):
        made.report(at, 100 * BREACH, labels=(("model", "a"),))

    await made.run(len(_STORY))

    assert await made.events() == expected


@pytest.mark.faults
@pytest.mark.parametrize("fail_at", range(4))
async def test_a_crash_amid_many_transactions_is_made_whole(fail_at: int) -> None:
    tables = FailingTables()
    made = await monitor(rule(group_by=("model",)), tables=tables)
    for series in range(250):
        made.report(0, BREACH, labels=(("model", f"m{series}"),))
    await made.complete(1)
    tables.writes, tables.fail_at, tables.lost = 0, fail_at, fail_at % 2 == 0
    with pytest.raises(Unavailable):
        await made.run(1)

    await made.run(1)

    events = await made.events()
    assert len(events) == len({event.properties["alert_id"] for event in events}) == 250
