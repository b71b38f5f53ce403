"""The state machine of an alert, as tables: one column of values, one of states."""

from datetime import timedelta

import pytest

from shared.domain.alert.alert import Availability, Instance, ResolvedReason, State
from shared.domain.alert.alerting import evaluate, remembered, resolved
from shared.domain.rule.findings import NOTHING
from shared.domain.rule.words import Comparison, NoData
from tests.domain.rule_factories import (
    BREACH,
    CLEAN,
    MINUTE,
    T0,
    finding,
    firing,
    rule,
    states,
    walk,
)

_VALUES = {"x": BREACH, ".": CLEAN, "_": None}


@pytest.mark.parametrize(
    ("fields", "values", "expected"),
    [
        pytest.param({}, "..x..", "iifii", id="without-for-a-breach-fires-at-once"),
        pytest.param({"for_s": 120}, ".xxxx.", "ippffi", id="held"),
        pytest.param({"for_s": 120}, "xx.xxx", "ppippf", id="a-pause-begins-anew"),
        pytest.param({"for_s": 60}, "x.x.x.", "pipipi", id="flapping-never-fires"),
        pytest.param({"keep_firing_for_s": 120}, "x....", "fffii", id="kept-firing-then-ends"),
        pytest.param(
            {"keep_firing_for_s": 120}, "x.x...", "fffffi", id="a-breach-restarts-keeping"
        ),
        pytest.param({"for_s": 60, "keep_firing_for_s": 60}, "x.xx...", "pipffii", id="both"),
        pytest.param({"no_data": NoData.KEEP}, "x__.", "fffi", id="keep-stays-firing"),
        pytest.param({"no_data": NoData.KEEP}, "._.", "iii", id="keep-stays-inactive"),
        pytest.param(
            {"no_data": NoData.KEEP, "for_s": 120}, "x____", "ppppp", id="keep-never-fires-blind"
        ),
        pytest.param(
            {"no_data": NoData.KEEP, "for_s": 120}, "x__x", "pppf", id="keep-fires-on-return"
        ),
        pytest.param(
            {"no_data": NoData.KEEP, "keep_firing_for_s": 120}, "x.__.", "ffffi", id="keep-kept"
        ),
        pytest.param({"no_data": NoData.OK}, "x__", "fii", id="ok-ends"),
        pytest.param({"no_data": NoData.OK, "for_s": 60}, "x_x", "pip", id="ok-resets"),
        pytest.param({"no_data": NoData.ALERT}, "._.", "ifi", id="alert-fires"),
        pytest.param({"no_data": NoData.ALERT, "for_s": 60}, ".x_.", "ipfi", id="alert-holds"),
    ],
)
def test_states_follow_the_values(fields: dict[str, object], values: str, expected: str) -> None:
    assert states(rule(**fields), [_VALUES[each] for each in values]) == expected


def test_a_held_breach_fires_at_its_duration_since_the_first_sight() -> None:
    pending, still, fired = walk(rule(for_s=120), [BREACH] * 3)

    assert (pending.state, pending.active_since, pending.fired_at) == (State.PENDING, T0, None)
    assert still.state is State.PENDING
    assert (fired.active_since, fired.fired_at) == (T0, T0 + 2 * MINUTE)


def test_an_alert_that_recovers_says_when_and_why() -> None:
    ended = walk(rule(), [BREACH, CLEAN])[-1]

    assert ended.resolved_at == T0 + MINUTE
    assert ended.resolved_reason is ResolvedReason.RECOVERED
    assert ended.active_since == T0


def test_an_alert_that_ends_without_data_says_so() -> None:
    ended = walk(rule(no_data=NoData.OK), [BREACH, None])[-1]

    assert ended.resolved_reason is ResolvedReason.NO_DATA


def test_a_second_episode_is_another_alert() -> None:
    applied = rule()
    ended = walk(applied, [BREACH, CLEAN])[-1]

    again = evaluate(applied, finding(applied, BREACH), ended, now=T0 + 5 * MINUTE)

    assert again.active_since == T0 + 5 * MINUTE
    assert again.resolved_at is None
    assert again.sequence == 0


def test_too_few_samples_count_as_no_data() -> None:
    applied = rule(min_samples=20)

    few = evaluate(applied, finding(applied, BREACH, 19), None, now=T0)
    enough = evaluate(applied, finding(applied, BREACH, 20), None, now=T0)

    assert (few.state, few.data) == (State.INACTIVE, Availability.NO_DATA)
    assert (enough.state, enough.data) == (State.FIRING, Availability.OK)


def test_an_empty_window_is_no_data() -> None:
    seen = evaluate(rule(), NOTHING, None, now=T0)

    assert (seen.value, seen.data) == (None, Availability.NO_DATA)


@pytest.mark.parametrize("before", [None, firing()], ids=["inactive", "firing"])
@pytest.mark.parametrize("value", [BREACH, CLEAN, None])
def test_a_suspended_evaluation_keeps_the_state(
    before: Instance | None, value: float | None
) -> None:
    after = evaluate(rule(), finding(rule(), value), before, now=T0 + MINUTE, suspended=True)

    assert after.state is (before.state if before else State.INACTIVE)
    assert after.data is Availability.SUSPENDED
    assert after.resolved_at is None


def test_suspension_does_not_fire_a_pending_alert() -> None:
    applied = rule(for_s=120)

    assert states(applied, [BREACH] * 5, suspended=(1, 2, 3)) == "ppppf"


@pytest.mark.parametrize(
    ("comparison", "value", "breached"),
    [
        (Comparison.ABOVE, 5.0, False),
        (Comparison.ABOVE, 5.000001, True),
        (Comparison.AT_LEAST, 5.0, True),
        (Comparison.AT_LEAST, 4.999999, False),
        (Comparison.BELOW, 5.0, False),
        (Comparison.BELOW, 4.999999, True),
        (Comparison.AT_MOST, 5.0, True),
        (Comparison.AT_MOST, 5.000001, False),
        (Comparison.EQUAL, 5.0, True),
        (Comparison.EQUAL, 5.000001, False),
        (Comparison.DIFFERENT, 5.0, False),
        (Comparison.DIFFERENT, 5.000001, True),
    ],
)
def test_each_comparison_is_exact_at_the_threshold(
    comparison: Comparison, value: float, breached: bool
) -> None:
    applied = rule(comparison=comparison)

    state = evaluate(applied, finding(applied, value), None, now=T0).state

    assert (state is State.FIRING) is breached


def test_inactive_label_sets_are_forgotten() -> None:
    assert remembered(rule(), Instance((("model", "a"),)), now=T0) is None


def test_the_last_notification_is_remembered_while_the_cooldown_runs() -> None:
    applied = rule(cooldown_s=300)
    ended = resolved(firing(), ResolvedReason.RECOVERED, now=T0 + MINUTE)

    kept = remembered(applied, ended, now=T0 + timedelta(seconds=299))
    over = remembered(applied, ended, now=T0 + timedelta(seconds=300))

    assert kept == Instance(ended.labels, notified_at=T0)
    assert over is None


def test_a_label_set_whose_silence_alerts_is_remembered() -> None:
    labels = (("model", "a"),)

    kept = remembered(rule(no_data=NoData.ALERT), Instance(labels, value=CLEAN), now=T0)

    assert kept == Instance(labels)
