"""Backtests: the full lifecycle over stored history."""

import msgspec
import pytest

from shared.domain.alert.alert import Availability, State
from shared.domain.backtest.view import Evaluated
from shared.domain.notification.route import Route
from shared.services.ports import Document
from shared.services.references import ReferencePorts
from shared.services.routes import COLLECTION as ROUTES
from shared.services.routes import KEY as ROUTES_KEY
from tests.domain.factories import MINUTE, T0
from tests.services.backtest_factories import (
    backtested,
    by_labels,
    minute_numbers,
    monitor_with,
    stated,
    states,
    story,
)
from tests.services.monitor_factories import sent

LATER = T0 + 60 * MINUTE


async def test_every_evaluation_from_start_to_end_is_listed_with_state_value_and_data() -> None:
    monitor = await monitor_with(*story("xx._"), through=LATER)

    answer = await backtested(monitor, stated(for_s=60), minutes=4)

    (timeline,) = answer.timelines
    assert timeline.evaluations == [
        Evaluated(T0, State.INACTIVE, None, Availability.NO_DATA),
        Evaluated(T0 + MINUTE, State.PENDING, 9.0, Availability.OK),
        Evaluated(T0 + 2 * MINUTE, State.FIRING, 9.0, Availability.OK),
        Evaluated(T0 + 3 * MINUTE, State.INACTIVE, 1.0, Availability.OK),
        Evaluated(T0 + 4 * MINUTE, State.INACTIVE, None, Availability.NO_DATA),
    ]
    assert (answer.evaluations, answer.fired, answer.resolved) == (5, 1, 1)
    assert (answer.notifications, answer.minutes_firing, answer.flaps) == (2, 1, 0)
    assert (timeline.worst, timeline.changes_only, answer.changes_only) == (9.0, False, False)


@pytest.mark.parametrize(
    ("signs", "rule", "expected"),
    [
        ("xxx...", {"for_s": 120}, "ippfiii"),
        ("x.x.x.", {"for_s": 120}, "ipipipi"),
        ("x...", {"keep_firing_for_s": 120}, "ifffi"),
        ("x.x...", {"keep_firing_for_s": 120}, "ifffffi"),
        ("x__.", {"no_data": "keep"}, "ifffi"),
        ("x__.", {"no_data": "ok"}, "ifiii"),
        (".__.", {"no_data": "alert"}, "fiffi"),
    ],
    ids=["for", "reset", "keep", "keep again", "gap keeps", "gap is clean", "gap alerts"],
)
async def test_states_are_those_of_the_live_lifecycle(
    signs: str, rule: dict[str, object], expected: str
) -> None:
    monitor = await monitor_with(*story(signs), through=LATER)

    answer = await backtested(monitor, stated(**rule), minutes=len(signs))

    assert states(answer.timelines[0]) == expected


async def test_windows_look_back_before_the_start() -> None:
    monitor = await monitor_with(*story("xxxxx....."), through=LATER)

    answer = await backtested(
        monitor, stated(window_s=300, aggregation="count"), first=T0 + 5 * MINUTE, minutes=2
    )

    assert [each.value for each in answer.timelines[0].evaluations] == [5, 5, 5]


async def test_a_longer_step_evaluates_at_its_times_only() -> None:
    monitor = await monitor_with(*story("xxxxxx......"), through=LATER)

    answer = await backtested(monitor, stated(for_s=300), minutes=13, step_s=300)

    (timeline,) = answer.timelines
    assert minute_numbers([each.time for each in timeline.evaluations]) == [0, 5, 10]
    assert states(timeline) == "ipi"
    assert answer.minutes_firing == 0


async def test_every_series_with_data_has_a_timeline_and_no_other() -> None:
    values = [*story("x.", host="a"), *story("..", host="b")]
    late = story("x", first=T0 + 30 * MINUTE, host="c")
    monitor = await monitor_with(*values, *late, through=LATER)

    answer = await backtested(monitor, stated(group_by=["host"]), minutes=3)

    assert by_labels(answer) == {("a",): "ifii", ("b",): "iiii"}


async def test_rules_of_a_set_are_told_apart() -> None:
    monitor = await monitor_with(*story("x"), through=LATER)

    answer = await backtested(
        monitor, stated(name="low", threshold=3), stated(name="high", threshold=100), minutes=1
    )

    assert [(each.rule, states(each)) for each in answer.timelines] == [
        ("low", "if"),
        ("high", "ii"),
    ]


async def test_a_disabled_rule_is_tried_all_the_same() -> None:
    monitor = await monitor_with(*story("x"), through=LATER)

    assert (await backtested(monitor, stated(enabled=False), minutes=1)).fired == 1


async def test_an_alert_that_comes_back_within_half_an_hour_flaps() -> None:
    signs = "x." * 3 + "." * 40 + "x."
    monitor = await monitor_with(*story(signs), through=LATER)

    answer = await backtested(monitor, minutes=len(signs))

    assert (answer.fired, answer.flaps) == (4, 2)


async def test_a_cooldown_holds_notifications_back_and_they_say_so() -> None:
    monitor = await monitor_with(*story("x.x."), through=LATER)

    answer = await backtested(monitor, stated(cooldown_s=600), minutes=4)

    assert [(each.reason, each.suppressed_by) for each in answer.notices] == [
        ("firing", None),
        ("resolved", None),
        ("firing", "cooldown"),
        ("resolved", "cooldown"),
    ]
    assert minute_numbers([each.time for each in answer.notices]) == [1, 2, 3, 4]
    assert (answer.notifications, answer.suppressed) == (2, 2)


async def test_silence_suspends_evaluation_as_it_does_live() -> None:
    signs = "." * 70 + "x" * 5
    monitor = await monitor_with(*story(signs), through=T0 + 120 * MINUTE)

    answer = await backtested(
        monitor, stated(window_s=600, no_data="ok"), first=T0 + 70 * MINUTE, minutes=20
    )

    (timeline,) = answer.timelines
    assert timeline.evaluations[14].data == Availability.OK
    assert {each.data for each in timeline.evaluations[15:]} == {Availability.SUSPENDED}
    assert timeline.evaluations[-1].state is State.FIRING


async def test_two_sets_of_rules_are_compared_over_the_same_history() -> None:
    monitor = await monitor_with(
        *story("xxxx..", host="a"), *story("......", host="b"), through=LATER
    )

    answer = await backtested(
        monitor,
        stated(group_by=["host"]),
        minutes=6,
        compare_with=[stated(group_by=["host"], for_s=120)],
    )

    other = answer.compared_with
    assert other is not None
    assert (answer.minutes_firing, other.minutes_firing, other.fired) == (4, 2, 1)
    (difference,) = other.differences
    assert (difference.rule, difference.labels) == ("slow", {"host": "a"})
    assert (difference.only_here, difference.only_there) == (2, 0)


async def test_a_silence_to_try_keeps_notifications_from_people() -> None:
    monitor = await monitor_with(*story("xx.."), through=LATER)

    heard = await backtested(monitor, minutes=4)
    silent = await backtested(monitor, minutes=4, silences=[{"matchers": {"rule": "slow"}}])

    assert (heard.notifications, silent.notifications) == (2, 0)
    assert {each.suppressed_by for each in silent.notices} == {"silence"}


async def test_derived_metrics_and_quantiles_are_read_from_requests() -> None:
    monitor = await monitor_with(through=LATER)
    await monitor.post(*(sent(T0 + MINUTE / 2, duration_ms=n * 100) for n in range(1, 21)))
    await monitor.roll(LATER + MINUTE)

    rule = {
        "name": "slow",
        "metric": "model_response_time",
        "aggregation": "p95",
        "comparison": ">",
        "threshold": 1_800,
        "window_s": 60,
    }
    answer = await backtested(monitor, rule, minutes=1)

    (timeline,) = answer.timelines
    assert timeline.evaluations[1].value == pytest.approx(1_900, rel=0.006)
    assert states(timeline) == "if"


async def test_a_rule_that_cannot_be_evaluated_yet_says_why() -> None:
    monitor = await monitor_with(*story("x"), through=LATER)
    odd = {"name": "odd", "kind": "budget", "budget": "month", "threshold": 0.8}

    answer = await backtested(monitor, odd, minutes=3, references=ReferencePorts())

    assert answer.unavailable == {"odd": "budgets are not established yet"}
    assert (answer.evaluations, answer.fired) == (0, 0)


async def test_routes_in_force_gather_alerts_into_dispatches() -> None:
    values = [record for host in "ab" for record in story(".xx....", host=host)]
    monitor = await monitor_with(*values, through=LATER)
    route = Route(channels=("ops",), group_wait_s=60, group_interval_s=120)
    document = Document(ROUTES_KEY, msgspec.json.encode([route]))
    await monitor.app.documents.put(ROUTES, document)

    answer = await backtested(monitor, stated(group_by=["host"]), minutes=9)

    assert answer.dispatches is not None
    told = [(each.channel, each.firing, each.resolved) for each in answer.dispatches]
    assert told == [("ops", 2, 0), ("ops", 0, 2)]
    assert minute_numbers([each.time for each in answer.dispatches]) == [3, 5]
