"""What is kept about alerts: one instance per rule and label set, and an alert as people see it.

An *instance* is the evaluator's memory of one label set of one rule. An *alert* is one episode of
it, from the evaluation that first saw the breach until it is resolved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.domain.alert.flaps import STEADY, Flaps
from shared.domain.identity import identity_of
from shared.domain.label import Labels
from shared.domain.rule.rule import AlertRule
from shared.domain.timeline import rfc3339

APPLICATION_INSIGHTS = "application_insights"
MAX_NOTIFICATIONS = 20


class State(StrEnum):
    """Where an instance stands; the words and their meaning are Prometheus's."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"


class Availability(StrEnum):
    """What the latest evaluation had to go by."""

    OK = "ok"
    NO_DATA = "no_data"
    SUSPENDED = "suspended"


class ResolvedReason(StrEnum):
    """Why a firing alert ended."""

    RECOVERED = "recovered"
    NO_DATA = "no_data"
    RULE_CHANGED = "rule_changed"


class Notification(msgspec.Struct, frozen=True):
    """What a person was told, or was spared.

    Attributes:
        time: the evaluation that led to it, UTC.
        channel: where it goes.
        reason: what it tells (firing, repeat, resolved), or what held it back (silence,
            inhibition, acknowledged, flapping, cooldown, not_connected, and what keeps a channel
            from it).
        sent: whether it was handed over with the wish to reach a person.
    """

    time: datetime
    channel: str
    reason: str
    sent: bool


class Acknowledgement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody has taken an alert on.

    Attributes:
        time: when, UTC.
    """

    by: str
    time: datetime
    comment: str = ""


class Instance(msgspec.Struct, frozen=True, omit_defaults=True):
    """The memory of one label set of a rule; times are of evaluations, UTC.

    Attributes:
        labels: the label set, in the order of the rule's `group_by`.
        value: the window's aggregate in the metric's unit; None where the window is empty.
        samples: in the window.
        worst: the worst breaching value of this alert so far; None without any.
        threshold: what the value is held against where that moves; None where it is the rule's.
        lead: the part of the rule that led to the value, or what else is to be said of it; empty
            without.
        absent_since: the end of the last minute in which a series that is absent reported, as far
            as that is known; None for one that a rule on absence does not miss.
        active_since: the evaluation that first saw the breach; None where inactive and not just
            resolved.
        fired_at: the evaluation at which it became firing.
        clean_since: first clean evaluation of one that is kept firing.
        resolved_at: set by the very evaluation that ends a firing alert.
        sequence: number of events told of this alert so far.
        announced_at: latest firing event of this alert, whether it was to reach a person or not.
        notified_at: latest firing event of this label set that was to reach a person, across
            alerts: what the cooldown counts from.
        notifications: the latest 20.
        flaps: what is remembered of the ends of this label set's alerts.
    """

    labels: Labels = ()
    state: State = State.INACTIVE
    data: Availability = Availability.OK
    value: float | None = None
    samples: int = 0
    worst: float | None = None
    threshold: float | None = None
    lead: str = ""
    absent_since: datetime | None = None
    active_since: datetime | None = None
    fired_at: datetime | None = None
    clean_since: datetime | None = None
    resolved_at: datetime | None = None
    resolved_reason: ResolvedReason | None = None
    acknowledged: Acknowledgement | None = None
    sequence: int = 0
    announced_at: datetime | None = None
    notified_at: datetime | None = None
    notifications: tuple[Notification, ...] = ()
    flaps: Flaps = STEADY

    @property
    def notified(self) -> bool:
        """Tell whether a firing event of this very alert was to reach a person."""
        return (
            self.fired_at is not None
            and self.notified_at is not None
            and self.notified_at >= self.fired_at
        )


class RuleState(msgspec.Struct, frozen=True):
    """The instances of one rule that are worth keeping.

    Attributes:
        rule: as the latest evaluation applied it.
        through: the latest evaluation in it, as a minute; earlier ones are not repeated.
        instances: pending, firing, or remembered for the cooldown; by label set.
    """

    rule: AlertRule
    through: int
    instances: tuple[Instance, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What all evaluations of a run share.

    Attributes:
        environment: where the monitor runs, stated on every event.
        units: metric -> the unit clients report it in.
        connected: False where there is no Application Insights to tell.
    """

    environment: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    connected: bool = True


def alert_id(rule_name: str, labels: Labels, active_since: datetime) -> str:
    """Return the identity of one alert: the same wherever and however often it is computed."""
    return identity_of("alert", rule_name, *(f"{k}={v}" for k, v in labels), rfc3339(active_since))


def is_standing(instance: Instance) -> bool:
    """Tell whether the breach goes on."""
    return instance.state is not State.INACTIVE and instance.clean_since is None


def threshold_of(rule: AlertRule, instance: Instance) -> float | None:
    """Return what an instance's value is held against; None where that is not known."""
    return rule.threshold if instance.threshold is None else instance.threshold


def all_labels(rule: AlertRule, instance: Instance) -> dict[str, str]:
    """Return an alert's labels: those its series has, and the rule's own, which win."""
    return {**{name: text for name, text in instance.labels if text}, **rule.labels}
