"""One rule's label sets on their way through the minutes that are due.

What a walk collects (instances, events, alerts that ended) is stored in one go afterwards. The same
walk over the same readings always collects the same, ids included.
"""

from datetime import datetime

import numpy as np
from msgspec.structs import replace

from shared.domain.alert import Context, Instance, ResolvedReason, RuleState, State
from shared.domain.alert_event import notice_event, state_event
from shared.domain.alert_view import Alert, alert_of
from shared.domain.alerting import evaluate, remembered, resolved
from shared.domain.event import Event
from shared.domain.label import Labels
from shared.domain.notification import decide, noted
from shared.domain.readings import Readings, noteworthy
from shared.domain.rule import AlertRule, NoData


class RuleWalk:
    """The lifecycle of one rule over consecutive evaluations.

    Attributes:
        rule: the rule applied.
        events: what there is to tell, in order.
        ended: the alerts that were resolved, in order.
        changed: whether there is anything to store.
    """

    def __init__(self, rule: AlertRule, state: RuleState | None, readings: Readings) -> None:
        """Begin where the stored state left off.

        Args:
            rule: the rule to apply.
            state: as stored; None where nothing is.
            readings: values at the evaluation times, one column each.
        """
        self.rule = rule
        self.events: list[Event] = []
        self.ended: list[Alert] = []
        self.changed = bool(state and state.instances and state.rule != rule)
        self._through = state.through if state else None
        self._instances = {each.labels: each for each in state.instances} if state else {}
        self._readings = readings
        self._noteworthy = noteworthy(rule, readings)

    @property
    def idle(self) -> bool:
        """Tell whether every label set is inactive and stays so."""
        return not self._instances and not self._always and not self._noteworthy.any()

    @property
    def _always(self) -> tuple[Labels, ...]:
        """Label sets that exist without ever having been seen.

        A rule that groups by nothing has exactly one, so that even a metric never reported can be
        missed.
        """
        lone = not self.rule.group_by and self.rule.no_data is NoData.ALERT
        return ((),) if lone else ()

    def visit(
        self, column: int, minute: int, now: datetime, *, suspended: bool, context: Context
    ) -> None:
        """Evaluate every label set that matters at one minute.

        Args:
            column: of the readings.
            minute: the evaluation time; one that the stored state already contains is passed over.
            now: the same, as a datetime.
            suspended: True where nothing at all arrives.
            context: what all evaluations share.
        """
        if self._through is not None and minute <= self._through:
            return
        seen = dict.fromkeys([*self._instances, *self._always])
        if not suspended:
            rows = np.flatnonzero(self._noteworthy[:, column]).tolist()
            seen.update(dict.fromkeys(self._readings.labels[row] for row in rows))
        for labels in seen:
            value, samples = self._readings.at(labels, column)
            previous = self._instances.get(labels)
            after = evaluate(
                self.rule,
                value,
                samples,
                previous or Instance(labels),
                now=now,
                suspended=suspended,
            )
            self._settle(previous, after, now, context)

    def retire(self, now: datetime, context: Context) -> None:
        """Resolve every firing alert because the rule asks another question or is gone."""
        for previous in list(self._instances.values()):
            if previous.state is State.FIRING:
                after = resolved(previous, ResolvedReason.RULE_CHANGED, now=now)
            else:
                after = Instance(previous.labels, notified_at=previous.notified_at)
            self._settle(previous, after, now, context)
        self.changed = True

    def beat(self, now: datetime, context: Context) -> list[Event]:
        """Return `alert.state` of every firing alert; their values are stored along with it."""
        firing = [each for each in self._instances.values() if each.state is State.FIRING]
        self.changed |= bool(firing)
        return [state_event(self.rule, each, now=now, context=context) for each in firing]

    def state(self, through: int) -> RuleState:
        """Return what there is to store after the evaluation at minute `through`."""
        latest = through if self._through is None else max(through, self._through)
        return RuleState(self.rule, latest, tuple(self._instances.values()))

    def _settle(
        self, previous: Instance | None, after: Instance, now: datetime, context: Context
    ) -> None:
        before = previous.state if previous else State.INACTIVE
        notice = decide(self.rule, before, after, now=now)
        if notice is not None:
            after = noted(after, notice, now=now, connected=context.connected)
            self.events.append(notice_event(self.rule, after, notice, now=now, context=context))
        if before is State.FIRING and after.state is State.INACTIVE:
            ended = alert_of(self.rule, after, context)
            self.ended += [ended] if ended else []
        kept = remembered(self.rule, after, now=now)
        self.changed |= _differs(previous, kept)
        if kept is None:
            self._instances.pop(after.labels, None)
        else:
            self._instances[after.labels] = kept


def _differs(previous: Instance | None, kept: Instance | None) -> bool:
    """Tell whether something has to be stored: all but values, and cooldowns that ran out."""
    if previous is None:
        return kept is not None
    if kept is None:
        return previous.state is not State.INACTIVE
    return replace(kept, value=previous.value, samples=previous.samples) != previous
