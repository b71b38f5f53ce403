"""What keeps alerts from reaching people apart from themselves: silences and inhibitions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.alert.alert import Instance, all_labels
from shared.domain.alert.view import Alert
from shared.domain.muting.inhibition import Inhibition
from shared.domain.muting.silence import Silence
from shared.domain.notification.notification import Suppression
from shared.domain.rule.rule import AlertRule


@dataclass(frozen=True, slots=True)
class Muting:
    """The silences and inhibitions that evaluation goes by."""

    silences: Sequence[Silence] = ()
    inhibitions: Sequence[Inhibition] = ()

    def at(self, now: datetime, firing: Sequence[Mapping[str, str]]) -> "Muted":
        """Return what is muted at one evaluation.

        Args:
            now: the evaluation time, UTC.
            firing: the labels of every alert that fires at it, see `matching_labels`.
        """
        in_force = [each for each in self.silences if each.starts_at <= now < each.ends_at]
        return Muted(Muting(in_force, self.inhibitions), now, firing)


@dataclass(frozen=True, slots=True)
class Muted:
    """What is muted at one evaluation."""

    muting: Muting
    now: datetime
    firing: Sequence[Mapping[str, str]]

    def by(self, rule: AlertRule, instance: Instance) -> Suppression | None:
        """Return what mutes an alert, None for nothing; a silence is named before an inhibition."""
        if not self.muting.silences and not self.muting.inhibitions:
            return None
        labels = matching_labels(rule, instance)
        if any(each.mutes(labels, self.now) for each in self.muting.silences):
            return Suppression.SILENCE
        if any(each.mutes(labels, self.firing) for each in self.muting.inhibitions):
            return Suppression.INHIBITION
        return None


NOT_MUTED = Muting()


def matching_labels(rule: AlertRule, instance: Instance) -> dict[str, str]:
    """Return the labels that matchers see: an alert's own, its rule and its severity."""
    return {**all_labels(rule, instance), "rule": rule.name, "severity": rule.severity}


def labels_of(alert: Alert) -> dict[str, str]:
    """Return the labels of an alert that matchers see."""
    return {**alert.labels, "rule": alert.rule, "severity": alert.severity}
