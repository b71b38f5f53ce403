"""What must hold of an alert's states and notifications whatever the values are."""

from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.domain.alert.alert import Context, State
from shared.domain.alert.rule_walk import RuleWalk
from shared.domain.alert.view import Alert
from shared.domain.event import ALERT_FIRING, ALERT_RESOLVED, Event
from shared.domain.metric.readings import readings_of
from shared.domain.metric.window import Measured
from shared.domain.muting.muting import NOT_MUTED
from shared.domain.rule.findings import threshold_findings
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.rule.words import NoData
from shared.domain.timeline import instant, minute_of
from tests.domain.rule_factories import BREACH, CLEAN, MINUTE, T0, rule, states, walk

_VALUES = st.lists(st.sampled_from([BREACH, CLEAN]), min_size=1, max_size=40)
_HOLES = st.lists(st.sampled_from([BREACH, BREACH, CLEAN, None]), min_size=1, max_size=60)
_MINUTES_S = st.integers(0, 6).map(lambda minutes: minutes * 60)
_RULES = st.builds(
    rule,
    for_s=_MINUTES_S,
    keep_firing_for_s=_MINUTES_S,
    cooldown_s=st.integers(0, 600),
    repeat_interval_s=st.sampled_from([0, 60, 300, 900]),
    no_data=st.sampled_from(NoData),
    flap_threshold=st.sampled_from([0, 2, 3]),
)
_UNDAMPED = _RULES.map(lambda drawn: replace(drawn, flap_threshold=0))


@given(_VALUES, _MINUTES_S)
def test_without_keeping_it_fires_exactly_while_the_run_of_breaches_is_long_enough(
    values: list[float], for_s: int
) -> None:
    run = 0
    expected = ""
    for value in values:
        run = run + 1 if value == BREACH else 0
        expected += "i" if run == 0 else "f" if (run - 1) * 60 >= for_s else "p"

    assert states(rule(for_s=for_s), values) == expected


@given(_VALUES, _MINUTES_S)
def test_keeping_extends_firing_by_its_duration_after_the_first_clean_evaluation(
    values: list[float], keep_s: int
) -> None:
    clean_for_s: int | None = None
    expected = ""
    for value in values:
        if value == BREACH:
            clean_for_s = 0
            expected += "f"
            continue
        alive = clean_for_s is not None and clean_for_s < keep_s
        expected += "f" if alive else "i"
        clean_for_s = clean_for_s + 60 if alive and clean_for_s is not None else None

    assert states(rule(keep_firing_for_s=keep_s), values) == expected


@given(_RULES, _HOLES)
def test_a_state_never_skips_and_times_are_in_order(
    applied: AlertRule, values: list[float | None]
) -> None:
    for before, after in pairwise(walk(applied, values)):
        if after.state is State.FIRING:
            assert after.active_since is not None
            assert after.fired_at is not None
            assert after.active_since <= after.fired_at
        if before.state is State.INACTIVE and applied.for_s > 0:
            assert after.state is not State.FIRING


@given(_RULES, _HOLES)
def test_firing_notifications_keep_the_cooldown(
    applied: AlertRule, values: list[float | None]
) -> None:
    told = [
        event.time
        for event in _told(applied, values)[0]
        if event.name == ALERT_FIRING and event.properties["notify"] == "true"
    ]

    gaps = [later - earlier for earlier, later in pairwise(told)]
    assert all(gap >= timedelta(seconds=applied.cooldown_s) for gap in gaps)


@given(_UNDAMPED, _HOLES)
def test_no_alert_outlasts_the_cooldown_untold(
    applied: AlertRule, values: list[float | None]
) -> None:
    events, ended = _told(applied, values)
    for alert in ended:
        lasted = _end(alert) - (alert.fired_at or T0)
        if lasted > timedelta(seconds=applied.cooldown_s):
            assert any(
                event.properties["alert_id"] == alert.alert_id
                and event.properties["notify"] == "true"
                for event in events
            )


@given(_RULES, _HOLES)
def test_every_alert_is_told_from_firing_to_resolved_with_rising_sequence(
    applied: AlertRule, values: list[float | None]
) -> None:
    events, ended = _told(applied, values)

    for alert in ended:
        own = [event for event in events if event.properties["alert_id"] == alert.alert_id]
        assert [event.measurements["sequence"] for event in own] == list(range(1, len(own) + 1))
        assert own[0].name == ALERT_FIRING
        assert own[-1].name == ALERT_RESOLVED
    assert len({event.event_id for event in events}) == len(events)


def _told(applied: ThresholdRule, values: list[float | None]) -> tuple[list[Event], list[Alert]]:
    numbers = np.array([np.nan if value is None else value for value in values])
    samples = np.where(np.isnan(numbers), 0, 10)
    readings = readings_of([Measured((), numbers, samples)], len(values))
    told = RuleWalk(applied, None, threshold_findings(applied, readings))
    for column in range(len(values)):
        now = T0 + column * MINUTE
        told.visit(column, minute_of(now), now, suspended=False)
        told.settle(now, Context("test"), NOT_MUTED.at(now, []))
    assert instant(minute_of(T0)) == T0
    return told.events, told.ended


def _end(alert: Alert) -> datetime:
    assert alert.resolved_at is not None
    return alert.resolved_at
