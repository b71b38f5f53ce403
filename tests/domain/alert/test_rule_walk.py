"""A rule's label sets over several minutes: what is collected, kept, and passed over."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shared.domain.alert.alert import Context, Instance, ResolvedReason, RuleState, State
from shared.domain.alert.rule_walk import RuleWalk
from shared.domain.label import Labels
from shared.domain.metric.readings import Readings, readings_of
from shared.domain.metric.window import Measured
from shared.domain.muting.muting import NOT_MUTED
from shared.domain.rule.findings import no_findings, threshold_findings
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.rule.words import NoData
from shared.domain.timeline import instant, minute_of
from tests.domain.rule_factories import BREACH, CLEAN, MINUTE, T0, firing, rule

_A: Labels = (("model", "a"),)
_B: Labels = (("model", "b"),)
_START = minute_of(T0)
_CONTEXT = Context("test")
_NOT_MUTED = NOT_MUTED.at(T0, [])


def _readings(rows: Mapping[Labels, Sequence[float | None]]) -> Readings:
    columns = max(len(values) for values in rows.values())
    measured = [
        Measured(
            labels,
            np.array([np.nan if value is None else value for value in values]),
            np.array([0 if value is None else 10 for value in values]),
        )
        for labels, values in rows.items()
    ]
    return readings_of(measured, columns)


def _walk(applied: ThresholdRule, rows: Mapping[Labels, Sequence[float | None]]) -> RuleWalk:
    return RuleWalk(applied, None, threshold_findings(applied, _readings(rows)))


def _walked(
    applied: ThresholdRule,
    rows: Mapping[Labels, Sequence[float | None]],
    state: RuleState | None = None,
    **more: Any,
) -> RuleWalk:
    readings = _readings(rows)
    walk = RuleWalk(applied, state, threshold_findings(applied, readings))
    for column in range(readings.values.shape[1]):
        _visit(walk, column, **more)
    return walk


def _visit(walk: RuleWalk, column: int, *, suspended: bool = False) -> None:
    minute = _START + column
    walk.visit(column, minute, instant(minute), suspended=suspended)
    walk.settle(instant(minute), _CONTEXT, _NOT_MUTED)


def _kept(walk: RuleWalk) -> tuple[Instance, ...]:
    return walk.state(_START).instances


def test_a_healthy_rule_has_nothing_to_walk() -> None:
    walk = _walk(rule(), {_A: [CLEAN, None], _B: [CLEAN, CLEAN]})

    assert walk.idle


def test_a_breach_anywhere_in_the_minutes_is_worth_a_walk() -> None:
    walk = _walk(rule(), {_A: [CLEAN, CLEAN], _B: [CLEAN, BREACH]})

    assert not walk.idle


def test_too_few_samples_are_no_breach_worth_a_walk() -> None:
    assert _walk(rule(min_samples=11), {_A: [BREACH]}).idle


def test_each_label_set_is_an_alert_of_its_own() -> None:
    walk = _walked(rule(), {_A: [BREACH, BREACH], _B: [CLEAN, BREACH]})

    assert [each.labels for each in _kept(walk)] == [_A, _B]
    assert [each.active_since for each in _kept(walk)] == [T0, T0 + MINUTE]
    assert len({event.properties["alert_id"] for event in walk.events}) == 2


def test_an_alert_that_ends_is_kept_as_resolved_with_its_story() -> None:
    walk = _walked(rule(for_s=60), {_A: [BREACH, BREACH, CLEAN]})

    (ended,) = walk.ended
    assert (ended.state, ended.resolved_reason) == ("resolved", ResolvedReason.RECOVERED)
    assert (ended.active_since, ended.fired_at, ended.resolved_at) == (
        T0,
        T0 + MINUTE,
        T0 + 2 * MINUTE,
    )
    assert [note.reason for note in ended.notifications] == ["firing", "resolved"]
    assert [event.name for event in walk.events] == ["alert.firing", "alert.resolved"]


def test_a_pending_alert_that_ends_leaves_nothing_but_a_change() -> None:
    walk = _walked(rule(for_s=60), {_A: [BREACH, CLEAN]})

    assert (walk.events, walk.ended, _kept(walk)) == ([], [], ())
    assert walk.changed


def test_a_firing_alert_that_goes_on_needs_no_write() -> None:
    state = RuleState(rule(), _START - 1, (firing(labels=_A, worst=BREACH + 2),))

    walk = _walked(rule(), {_A: [BREACH + 1, BREACH + 2]}, state)

    assert not walk.changed
    assert _kept(walk)[0].value == BREACH + 2


def test_a_firing_alert_that_worsens_is_written() -> None:
    state = RuleState(rule(), _START - 1, (firing(labels=_A, worst=BREACH + 1),))

    walk = _walked(rule(), {_A: [BREACH + 3, BREACH + 2]}, state)

    assert walk.changed
    assert _kept(walk)[0].worst == BREACH + 3


def test_data_that_ceases_is_a_change_worth_a_write() -> None:
    state = RuleState(rule(), _START - 1, (firing(labels=_A),))

    walk = _walked(rule(), {_A: [None]}, state)

    assert walk.changed
    assert _kept(walk)[0].state is State.FIRING


def test_a_series_that_vanished_altogether_is_evaluated_too() -> None:
    applied = rule(no_data=NoData.OK)
    state = RuleState(applied, _START - 1, (firing(labels=_A),))

    walk = _walked(applied, {_B: [CLEAN]}, state)

    assert [alert.resolved_reason for alert in walk.ended] == [ResolvedReason.NO_DATA]


def test_minutes_that_the_state_contains_are_passed_over() -> None:
    state = RuleState(rule(), _START + 1, (firing(labels=_A),))

    walk = _walked(rule(), {_A: [CLEAN, CLEAN, BREACH]}, state)

    assert (walk.events, walk.ended) == ([], [])


def test_suspension_neither_fires_nor_resolves() -> None:
    state = RuleState(rule(), _START - 1, (firing(labels=_A),))

    walk = _walked(rule(), {_A: [CLEAN], _B: [BREACH]}, state, suspended=True)

    (kept,) = _kept(walk)
    assert (kept.state, kept.data) == ("firing", "suspended")
    assert walk.events == []


def test_a_known_label_set_that_falls_silent_alerts_where_the_rule_says_so() -> None:
    walk = _walked(rule(no_data=NoData.ALERT, group_by=("model",)), {_A: [CLEAN, None]})

    assert [event.name for event in walk.events] == ["alert.firing"]
    assert "has no data" in walk.events[0].properties["message"]


def test_a_rule_without_groups_can_miss_a_metric_never_seen() -> None:
    walk = RuleWalk(rule(no_data=NoData.ALERT), None, no_findings(1))

    assert not walk.idle
    _visit(walk, 0)
    assert [event.properties["labels"] for event in walk.events] == ["{}"]


def test_retiring_resolves_what_fires_and_drops_what_is_pending() -> None:
    pending = Instance(_B, State.PENDING, active_since=T0)
    state = RuleState(rule(), _START, (firing(labels=_A), pending))
    walk = RuleWalk(rule(), state, no_findings(0))

    walk.retire(T0 + 9 * MINUTE, _CONTEXT)

    assert [alert.resolved_reason for alert in walk.ended] == [ResolvedReason.RULE_CHANGED]
    assert [event.properties["resolved_reason"] for event in walk.events] == ["rule_changed"]
    assert walk.state(_START).instances == ()
    assert walk.changed


def test_a_beat_tells_the_state_of_what_fires_and_has_it_stored() -> None:
    pending = Instance(_B, State.PENDING, active_since=T0)
    walk = RuleWalk(rule(), RuleState(rule(), _START, (firing(labels=_A), pending)), no_findings(0))

    beats = walk.beat(T0 + 5 * MINUTE, _CONTEXT, _NOT_MUTED)

    assert [(event.name, event.properties["label_model"]) for event in beats] == [
        ("alert.state", "a")
    ]
    assert walk.changed


def test_a_rule_that_was_reworded_is_stored_with_its_alerts() -> None:
    state = RuleState(rule(), _START, (firing(labels=_A),))

    assert RuleWalk(rule(description="new words"), state, no_findings(0)).changed
