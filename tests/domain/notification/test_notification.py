"""Who is to hear of an alert, and why not."""

from datetime import timedelta

import pytest

from shared.domain.alert.alert import (
    MAX_NOTIFICATIONS,
    Acknowledgement,
    Instance,
    Notification,
    ResolvedReason,
    State,
)
from shared.domain.alert.alerting import resolved
from shared.domain.notification.notification import (
    Notice,
    Occasion,
    Suppression,
    decide,
    noted,
    standing,
)
from tests.domain.rule_factories import MINUTE, T0, firing, rule

_TAKEN = Acknowledgement(by="ada", time=T0)


def _new(**fields: object) -> Instance:
    fields = {"sequence": 0, "announced_at": None, "notified_at": None} | fields
    return firing(**fields)


def test_an_alert_that_fires_is_told() -> None:
    assert decide(rule(), State.PENDING, _new(), now=T0) == Notice(Occasion.FIRING)


@pytest.mark.parametrize("state", [State.INACTIVE, State.PENDING])
def test_what_does_not_fire_is_not_told(state: State) -> None:
    assert decide(rule(), State.INACTIVE, Instance(state=state), now=T0) is None


@pytest.mark.parametrize(
    ("seconds", "held"), [(299, Suppression.COOLDOWN), (300, None)], ids=["within", "over"]
)
def test_a_second_alert_within_the_cooldown_is_told_but_wakes_nobody(
    seconds: int, held: Suppression | None
) -> None:
    again = _new(fired_at=T0 + timedelta(seconds=seconds), notified_at=T0)

    notice = decide(rule(cooldown_s=300), State.INACTIVE, again, now=again.fired_at or T0)

    assert notice == Notice(Occasion.FIRING, held)


def test_what_the_cooldown_held_back_is_told_when_it_is_over() -> None:
    applied = rule(cooldown_s=300, repeat_interval_s=0)
    held = firing(fired_at=T0 + MINUTE, announced_at=T0 + MINUTE, notified_at=T0)

    assert decide(applied, State.FIRING, held, now=T0 + 4 * MINUTE) is None
    assert decide(applied, State.FIRING, held, now=T0 + 5 * MINUTE) == Notice(Occasion.REPEAT)


@pytest.mark.parametrize(
    ("interval_s", "after", "due"),
    [(600, 9, False), (600, 10, True), (0, 100_000, False)],
    ids=["before", "at", "never"],
)
def test_a_firing_alert_repeats_at_its_interval(interval_s: int, after: int, due: bool) -> None:
    applied = rule(repeat_interval_s=interval_s)

    notice = decide(applied, State.FIRING, firing(), now=T0 + after * MINUTE)

    assert notice == (Notice(Occasion.REPEAT) if due else None)


def test_repeats_of_an_acknowledged_alert_wake_nobody() -> None:
    taken = firing(acknowledged=_TAKEN)

    notice = decide(rule(repeat_interval_s=600), State.FIRING, taken, now=T0 + 10 * MINUTE)

    assert notice == Notice(Occasion.REPEAT, Suppression.ACKNOWLEDGED)


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({}, None),
        ({"acknowledged": _TAKEN}, None),
        ({"fired_at": T0 + MINUTE}, Suppression.COOLDOWN),
        ({"notified_at": None, "acknowledged": _TAKEN}, Suppression.ACKNOWLEDGED),
    ],
    ids=["told", "told-and-taken", "untold", "untold-and-taken"],
)
def test_the_end_reaches_whom_the_firing_reached(
    fields: dict[str, object], held: Suppression | None
) -> None:
    ended = resolved(firing(**fields), ResolvedReason.RECOVERED, now=T0 + 2 * MINUTE)

    notice = decide(rule(), State.FIRING, ended, now=T0 + 2 * MINUTE)

    assert notice == Notice(Occasion.RESOLVED, held)


@pytest.mark.parametrize("muted_by", [Suppression.SILENCE, Suppression.INHIBITION])
def test_what_mutes_from_outside_comes_first(muted_by: Suppression) -> None:
    taken = firing(acknowledged=_TAKEN)

    notice = decide(
        rule(repeat_interval_s=60), State.FIRING, taken, now=T0 + MINUTE, muted_by=muted_by
    )

    assert notice == Notice(Occasion.REPEAT, muted_by)


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({}, None),
        ({"acknowledged": _TAKEN}, Suppression.ACKNOWLEDGED),
        ({"fired_at": T0 + MINUTE}, Suppression.COOLDOWN),
    ],
)
def test_between_notifications_an_alert_stands_as_it_was_told(
    fields: dict[str, object], held: Suppression | None
) -> None:
    assert standing(firing(**fields)) is held


def test_a_notice_is_noted_with_its_reason() -> None:
    held = Notice(Occasion.FIRING, Suppression.COOLDOWN)

    told = noted(_new(), Notice(Occasion.FIRING), now=T0, connected=True)
    spared = noted(told, held, now=T0 + MINUTE, connected=True)

    assert told.notifications == (Notification(T0, "application_insights", "firing", sent=True),)
    assert spared.notifications[1].reason == "cooldown"
    assert not spared.notifications[1].sent
    assert (spared.sequence, spared.announced_at, spared.notified_at) == (2, T0 + MINUTE, T0)


def test_without_a_connection_nothing_is_said_to_be_sent() -> None:
    told = noted(_new(), Notice(Occasion.FIRING), now=T0, connected=False)

    assert told.notifications == (
        Notification(T0, "application_insights", "not_connected", sent=False),
    )


def test_only_the_latest_notifications_are_kept() -> None:
    told = _new()
    for at in range(MAX_NOTIFICATIONS + 5):
        told = noted(told, Notice(Occasion.REPEAT), now=T0 + at * MINUTE, connected=True)

    assert len(told.notifications) == MAX_NOTIFICATIONS
    assert told.notifications[0].time == T0 + 5 * MINUTE
