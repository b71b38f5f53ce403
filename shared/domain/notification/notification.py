"""What is told of an alert, and whether it should reach a person.

Events always go out; `notify` says whether somebody should be woken, and `suppressed_by` says why
not. A firing alert is told of when it fires, each `repeat_interval_s` while it fires, and, where
its first word was held back, as soon as nothing holds it back any more: a cooldown delays the news
of a lasting alert, it never swallows it. The end of an alert reaches a person if its firing did,
unless it is silenced or inhibited by then, as in Alertmanager.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec.structs import replace

from shared.domain.alert.alert import (
    APPLICATION_INSIGHTS,
    MAX_NOTIFICATIONS,
    Instance,
    Notification,
    State,
)
from shared.domain.rule.rule import AlertRule

NOT_CONNECTED = "not_connected"


class Occasion(StrEnum):
    """What there is to tell."""

    FIRING = "firing"
    REPEAT = "repeat"
    RESOLVED = "resolved"


class Suppression(StrEnum):
    """What keeps an event from reaching a person, the strongest reason first."""

    SILENCE = "silence"
    INHIBITION = "inhibition"
    ACKNOWLEDGED = "acknowledged"
    FLAPPING = "flapping"
    COOLDOWN = "cooldown"


_MUTED = (Suppression.SILENCE, Suppression.INHIBITION)


@dataclass(frozen=True, slots=True)
class Notice:
    """A decision to tell.

    Attributes:
        occasion: what there is to tell.
        suppressed_by: why it should not reach a person; None where it should.
    """

    occasion: Occasion
    suppressed_by: Suppression | None = None

    @property
    def notify(self) -> bool:
        """Tell whether it should reach a person."""
        return self.suppressed_by is None


def decide(
    rule: AlertRule,
    before: State,
    instance: Instance,
    *,
    now: datetime,
    muted_by: Suppression | None = None,
) -> Notice | None:
    """Decide whether an evaluation is worth an event.

    Args:
        rule: the rule that was applied.
        before: the state before the evaluation.
        instance: the instance after it.
        now: the evaluation time, UTC.
        muted_by: a silence or an inhibition that applies; None where there is none.

    Returns:
        What to tell; None where there is nothing.
    """
    if before is State.FIRING and instance.state is State.INACTIVE:
        return Notice(Occasion.RESOLVED, muted_by or _unheard(instance))
    if instance.state is not State.FIRING:
        return None
    held = muted_by or _held(rule, instance, now)
    if before is not State.FIRING or instance.announced_at is None:
        return Notice(Occasion.FIRING, held)
    interval = timedelta(seconds=rule.repeat_interval_s)
    due = bool(interval) and now - instance.announced_at >= interval
    overdue = held is None and not instance.notified
    return Notice(Occasion.REPEAT, held) if due or overdue else None


def standing(instance: Instance) -> Suppression | None:
    """Return what keeps a firing alert from people between its notifications, None for nothing.

    One that a person was told of stands as told, whatever its cooldown says, so that what watches
    its state does not take the pause between two notifications for its end.
    """
    if instance.acknowledged is not None:
        return Suppression.ACKNOWLEDGED
    if instance.notified:
        return None
    return Suppression.FLAPPING if instance.flaps.damped else Suppression.COOLDOWN


def noted(instance: Instance, notice: Notice, *, now: datetime, connected: bool) -> Instance:
    """Return the instance with what was told of it.

    Args:
        instance: as evaluated.
        notice: what is told.
        now: the evaluation time, UTC.
        connected: False where there is no Application Insights to tell it to.
    """
    reason: str = notice.suppressed_by or notice.occasion
    if notice.notify and not connected:
        reason = NOT_CONNECTED
    entry = Notification(now, APPLICATION_INSIGHTS, reason, sent=notice.notify and connected)
    firing = notice.occasion is not Occasion.RESOLVED
    flaps = instance.flaps
    if flaps.since is not None and firing and notice.notify:
        flaps = replace(flaps, told=True)
    return replace(
        instance,
        sequence=instance.sequence + 1,
        announced_at=now if firing else instance.announced_at,
        notified_at=now if firing and notice.notify else instance.notified_at,
        notifications=(*instance.notifications, entry)[-MAX_NOTIFICATIONS:],
        flaps=flaps,
    )


def _held(rule: AlertRule, instance: Instance, now: datetime) -> Suppression | None:
    if instance.acknowledged is not None:
        return Suppression.ACKNOWLEDGED
    if instance.flaps.damped and not instance.notified:
        return Suppression.FLAPPING
    cooldown = timedelta(seconds=rule.cooldown_s)
    cooling = instance.notified_at is not None and now - instance.notified_at < cooldown
    return Suppression.COOLDOWN if cooling else None


def _unheard(instance: Instance) -> Suppression | None:
    """Return why nobody was told of an alert, None where somebody was."""
    if instance.notified:
        return None
    latest = instance.notifications[-1].reason if instance.notifications else ""
    return Suppression(latest) if latest in _MUTED else standing(instance)
