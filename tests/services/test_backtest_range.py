"""The range of a backtest: cut to what is complete and kept, of any length, listed as changes."""

from datetime import timedelta

import pytest

from shared.errors import InvalidInput
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
from tests.services.monitor_factories import DAY, Monitor

LATER = T0 + 60 * MINUTE


async def test_past_data_through_the_range_is_cut_and_says_so() -> None:
    monitor = await monitor_with(*story("xx"), through=T0 + 4 * MINUTE)

    answer = await backtested(monitor, minutes=600)

    (cut,) = answer.cut
    assert (cut.bound, cut.asked, cut.reason) == ("end", T0 + 600 * MINUTE, "data_through")
    assert cut.used == answer.data_through == answer.end == T0 + 4 * MINUTE


async def test_before_what_is_kept_the_range_is_cut_in_step() -> None:
    monitor = await monitor_with(*story("x"), through=LATER)

    kept_from = (T0 - 35 * DAY).replace(hour=0)
    answer = await backtested(monitor, first=kept_from - 7 * MINUTE, minutes=20, step_s=300, now=T0)

    (cut,) = answer.cut
    assert (cut.bound, cut.used) == ("start", kept_from + 3 * MINUTE)
    assert "minutes are kept from 2026-10-19T00:00:00Z on" in cut.reason


async def test_before_the_first_rollup_there_is_nothing_to_evaluate() -> None:
    monitor = Monitor(now=LATER)
    await monitor.post_metrics(*story("x"))

    answer = await backtested(monitor, minutes=5)

    assert (answer.evaluations, answer.timelines, answer.start) == (0, [], None)
    assert [each.reason for each in answer.cut] == ["nothing is complete yet"]


async def test_beyond_ten_thousand_evaluations_only_changes_are_listed() -> None:
    minutes = 2_600
    values = [record for host in "abcd" for record in story("..x.", host=host)]
    monitor = await monitor_with(*values, through=T0 + (minutes + 10) * MINUTE)

    answer = await backtested(monitor, stated(group_by=["host"]), minutes=minutes)

    assert answer.evaluations == 4 * (minutes + 1)
    assert answer.changes_only
    for each in answer.timelines:
        assert each.changes_only
        assert minute_numbers([e.time for e in each.evaluations]) == [0, 1, 3, 4, 5]
        assert states(each) == "iifii"


async def test_a_history_of_several_days_is_walked_as_one() -> None:
    signs = "." * 1_438 + "x" * 5 + "." * 10
    monitor = await monitor_with(*story(signs, first=T0.replace(hour=0)), through=T0 + 2 * DAY)

    answer = await backtested(
        monitor, stated(for_s=240), first=T0.replace(hour=0) + 1_430 * MINUTE, minutes=20
    )

    assert states(answer.timelines[0]) == "i" * 9 + "ppppf" + "i" * 7


async def test_late_records_are_seen_once_they_are_stored() -> None:
    monitor = await monitor_with(*story("."), through=LATER)
    await monitor.post_metrics(*story("_xx"))

    assert by_labels(await backtested(monitor, minutes=4)) == {(): "iiffi"}


async def test_more_evaluations_than_an_answer_holds_are_refused() -> None:
    values = [record for host in range(250) for record in story("x", host=str(host))]
    monitor = await monitor_with(*values, through=T0 + timedelta(days=31))

    with pytest.raises(InvalidInput, match="rules: expected at most 10,000,000 evaluations"):
        await backtested(monitor, stated(group_by=["host"]), minutes=40_500)
