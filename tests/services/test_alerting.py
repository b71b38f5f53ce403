"""The clock of alerting: every complete minute once, in order, whatever happens in between."""

import asyncio

from shared.domain.alert.alert import Availability, ResolvedReason
from shared.domain.rule.words import NoData
from shared.services.alerting import EVALUATED_THROUGH, SLICE_M
from tests.domain.rule_factories import BREACH, CLEAN, MINUTE, T0, rule
from tests.services.alert_factories import START, monitor, told


async def test_minutes_are_evaluated_when_they_are_complete() -> None:
    made = await monitor(rule())
    made.story(".x")

    early = await made.evaluate(1)
    late = await made.evaluate(2)

    assert (early.through, late.through) == (START + 1, START + 2)
    assert told(await made.events()) == ["2 firing"]


async def test_an_evaluation_sees_the_window_before_it_and_not_its_own_minute() -> None:
    made = await monitor(rule(window_s=120))
    made.report(3, BREACH + 10)

    for at in range(1, 8):
        await made.evaluate(at)

    (instance,) = (await made.instances()).values()
    assert instance.active_since == T0 + 4 * MINUTE
    assert instance.data is Availability.NO_DATA


async def test_before_the_first_rollup_nothing_is_evaluated() -> None:
    made = await monitor(rule())

    run = await made.run(5)

    assert (run.complete, run.through, run.evaluated_m) == (None, None, 0)


async def test_a_late_rollup_means_no_evaluation_not_a_clean_one() -> None:
    made = await monitor(rule())
    made.story("x")
    await made.evaluate(1)

    run = await made.run(9)

    assert run.evaluated_m == 0
    assert told(await made.events()) == ["1 firing"]


async def test_missed_minutes_are_made_up_as_if_they_had_not_been_missed() -> None:
    stories = "..xxxx..x.xx......xxxxxxxxx......" * 6
    live, late = await monitor(rule(for_s=60)), await monitor(rule(for_s=60))
    for made in (live, late):
        made.story(stories)
    await live.evaluate(0)
    await late.evaluate(0)

    for at in range(1, len(stories) + 1):
        await live.evaluate(at)
    await late.evaluate(len(stories), catch_up_m=1_000)

    assert len(stories) > SLICE_M
    assert await late.events() == await live.events()
    assert len(told(await late.events())) > 20
    assert await late.instances() == await live.instances()


async def test_a_span_of_minutes_is_loaded_once_with_its_longest_window() -> None:
    made = await monitor(rule(window_s=600))
    await made.evaluate(0)
    made.loads.clear()

    await made.evaluate(30)

    assert made.loads == [(START + 1 - 10, START + 30)]


async def test_minutes_beyond_the_catch_up_become_a_gap() -> None:
    made = await monitor(rule())
    made.story("x" + "." * 100)
    await made.evaluate(0)

    run = await made.evaluate(100)

    assert run.gap == (START + 1, START + 40)
    assert run.evaluated_m == 60
    assert await made.events() == []
    cursor = await made.cursors.read(EVALUATED_THROUGH)
    assert cursor is not None
    assert cursor.notes["gap"] == "2026-11-23T10:01:00Z/2026-11-23T10:40:00Z"


async def test_the_latest_gap_stays_on_record() -> None:
    made = await monitor(rule())
    await made.evaluate(0)
    await made.evaluate(100)

    run = await made.evaluate(101)

    cursor = await made.cursors.read(EVALUATED_THROUGH)
    assert run.gap is None
    assert cursor is not None
    assert "gap" in cursor.notes


async def test_a_run_without_time_does_one_slice_and_the_next_goes_on() -> None:
    made = await monitor(rule())
    await made.evaluate(0)

    first = await made.evaluate(300, catch_up_m=1_000, budget_s=0.0)
    second = await made.run(300, catch_up_m=1_000, budget_s=0.0)

    assert first.through == START + SLICE_M
    assert second.through == START + 2 * SLICE_M


async def test_running_again_changes_nothing() -> None:
    made = await monitor(rule())
    made.story("x.x")
    await made.evaluate(3)
    before = await made.events(), await made.instances()

    run = await made.run(3)

    assert run.evaluated_m == 0
    assert (await made.events(), await made.instances()) == before


async def test_two_runs_at_once_tell_everything_once() -> None:
    made = await monitor(rule(), rule(name="other"))
    await made.evaluate(0)
    made.story("x.xx.x")
    await made.complete(6)

    runs = await asyncio.gather(made.run(6), made.run(6))

    assert sorted(run.stale for run in runs) == [False, True]
    events = await made.events()
    assert len(events) == len({event.event_id for event in events}) == 10


async def test_healthy_label_sets_are_not_stored() -> None:
    made = await monitor(rule(group_by=("model",)))
    for at in range(3):
        made.report(at, CLEAN, labels=(("model", "a"),))
        await made.evaluate(at + 1)

    assert await made.alerts.states() == {}


async def test_series_that_fell_silent_are_evaluated_too() -> None:
    made = await monitor(rule(no_data=NoData.OK, group_by=("model",)))
    made.report(0, BREACH, labels=(("model", "a"),))

    await made.evaluate(1)
    await made.evaluate(2)

    (ended,) = await made.alerts.resolved(T0, T0 + 9 * MINUTE)
    assert ended.resolved_reason is ResolvedReason.NO_DATA


async def test_more_alerts_than_one_transaction_holds_are_all_told() -> None:
    made = await monitor(rule(group_by=("model",)))
    for series in range(250):
        made.report(0, BREACH, labels=(("model", f"m{series}"),))
        made.report(1, CLEAN, labels=(("model", f"m{series}"),))

    await made.evaluate(1)
    await made.evaluate(2)

    assert len(await made.events()) == 500
    assert len(await made.alerts.resolved(T0, T0 + 9 * MINUTE)) == 250
