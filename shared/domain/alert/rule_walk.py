"""One rule's label sets on their way through the minutes that are due.

What a walk collects (instances, events, alerts that ended) is stored in one go afterwards. The same
walk over the same readings always collects the same, ids included.
"""

from collections.abc import Callable
from datetime import datetime

import numpy as np
from msgspec.structs import replace

from shared.domain.alert.alert import Context, Instance, ResolvedReason, RuleState, State
from shared.domain.alert.alerting import evaluate, remembered, resolved
from shared.domain.alert.event import notice_event, state_event
from shared.domain.alert.flaps import STEADY, Flaps, flaps_after
from shared.domain.alert.view import Alert, alert_of
from shared.domain.event import Event
from shared.domain.label import Labels
from shared.domain.muting.muting import NOT_MUTED, Muted, Muting, matching_labels
from shared.domain.notification.notice import AlertNotice, notice_for_channels
from shared.domain.notification.notification import Notice, decide, noted
from shared.domain.rule.findings import Findings, noteworthy
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.words import NoData


class RuleWalk:
    """The lifecycle of one rule over consecutive evaluations.

    Attributes:
        rule: the rule applied.
        events: what there is to tell, in order.
        notices: what of it channels have to know, in order.
        ended: the alerts that were resolved, in order.
        changed: whether there is anything to store.
        visited: what the latest visit came to, as (before, after), by label set; label sets that
            are inactive and stay so are left out.
    """

    def __init__(
        self,
        rule: AlertRule,
        state: RuleState | None,
        findings: Findings,
        *,
        is_gone: Callable[[Labels], bool] = lambda _: False,
    ) -> None:
        """Begin where the stored state left off.

        Args:
            rule: the rule to apply.
            state: as stored; None where nothing is.
            findings: at the evaluation times, one column each.
            is_gone: tells a label set whose series goes by another name; its alert ends.
        """
        self.rule = rule
        self.events: list[Event] = []
        self.notices: list[AlertNotice] = []
        self.ended: list[Alert] = []
        self.changed = bool(state and state.instances and state.rule != rule)
        self._through = state.through if state else None
        self._instances = {each.labels: each for each in state.instances} if state else {}
        measured = set(findings.readings.labels)
        self._gone = {each for each in self._instances if is_gone(each)} - measured
        self._findings = findings
        self._noteworthy = noteworthy(rule, findings)
        self._busy = self._noteworthy.any(axis=0).tolist()
        self.visited: dict[Labels, tuple[Instance | None, Instance]] = {}

    @property
    def idle(self) -> bool:
        """Tell whether every label set is inactive and stays so."""
        return not self._instances and not self._always and not any(self._busy)

    @property
    def _always(self) -> tuple[Labels, ...]:
        """Label sets that exist without ever having been seen.

        A rule that groups by nothing has exactly one, so that even a metric never reported can be
        missed.
        """
        lone = not self.rule.group_by and self.rule.no_data is NoData.ALERT
        return ((),) if lone else ()

    def visit(self, column: int, minute: int, now: datetime, *, suspended: bool) -> None:
        """Evaluate every label set that matters at one minute; `settle` is to follow.

        Args:
            column: of the findings.
            minute: the evaluation time; one that the stored state already contains is passed over.
            now: the same, as a datetime.
            suspended: True where nothing at all arrives.
        """
        self.visited.clear()
        if self._through is not None and minute <= self._through:
            return
        seen = dict.fromkeys([*self._instances, *self._always])
        if not suspended and self._busy[column]:
            rows = np.flatnonzero(self._noteworthy[:, column]).tolist()
            names = self._findings.readings.labels
            seen.update(dict.fromkeys(names[row] for row in rows))
        for labels in seen:
            previous = self._instances.get(labels)
            if previous is not None and labels in self._gone:
                self.visited[labels] = previous, _given_up(previous, now)
                continue
            after = evaluate(
                self.rule,
                self._findings.at(labels, column),
                previous or Instance(labels),
                now=now,
                suspended=suspended,
            )
            self.visited[labels] = previous, after

    def firing(self) -> list[dict[str, str]]:
        """Return the labels of every alert that fires as of the latest visit, for matchers."""
        if not self._instances and not self.visited:
            return []
        latest = self._instances | {labels: after for labels, (_, after) in self.visited.items()}
        return [
            matching_labels(self.rule, each)
            for each in latest.values()
            if each.state is State.FIRING
        ]

    def settle(self, now: datetime, context: Context, muted: Muted) -> None:
        """Decide what is told of the latest visit, and take over its outcome.

        Args:
            now: the evaluation time, UTC.
            context: what all evaluations share.
            muted: what is muted at this time.
        """
        for previous, after in self.visited.values():
            self._settle(previous, after, now, context, muted)

    def retire(
        self,
        now: datetime,
        context: Context,
        muting: Muting = NOT_MUTED,
        reason: ResolvedReason = ResolvedReason.RULE_CHANGED,
    ) -> None:
        """Resolve every firing alert: the rule asks another question or is gone, or its data is.

        Args:
            now: the time at which that was noticed, UTC.
            context: what all evaluations share.
            muting: the silences in force.
            reason: why.
        """
        muted = muting.at(now, [])
        for previous in list(self._instances.values()):
            if previous.state is State.FIRING:
                after = resolved(previous, reason, now=now)
            else:
                after = Instance(previous.labels, notified_at=previous.notified_at)
            self._settle(previous, after, now, context, muted)
        self.changed = True

    def beat(self, now: datetime, context: Context, muted: Muted) -> list[Event]:
        """Return `alert.state` of every firing alert; their values are stored along with it."""
        firing = [each for each in self._instances.values() if each.state is State.FIRING]
        self.changed |= bool(firing)
        return [
            state_event(
                self.rule, each, now=now, context=context, muted_by=muted.by(self.rule, each)
            )
            for each in firing
        ]

    def state(self, through: int) -> RuleState:
        """Return what there is to store after the evaluation at minute `through`."""
        latest = through if self._through is None else max(through, self._through)
        return RuleState(self.rule, latest, tuple(self._instances.values()))

    def _settle(
        self,
        previous: Instance | None,
        after: Instance,
        now: datetime,
        context: Context,
        muted: Muted,
    ) -> None:
        before = previous.state if previous else State.INACTIVE
        after = replace(after, flaps=_flaps(self.rule, before, after, now))
        active = State.FIRING in (before, after.state)
        muted_by = muted.by(self.rule, after) if active else None
        notice = decide(self.rule, before, after, now=now, muted_by=muted_by)
        if notice is not None:
            after = noted(after, notice, now=now, connected=context.connected)
            self._tell(after, notice, now, context)
        if before is State.FIRING and after.state is State.INACTIVE:
            ended = alert_of(self.rule, after, context)
            self.ended += [ended] if ended else []
        gone = after.labels in self._gone
        kept = None if gone else remembered(self.rule, after, now=now)
        self.changed |= _differs(previous, kept)
        if kept is None:
            self._instances.pop(after.labels, None)
        else:
            self._instances[after.labels] = kept

    def _tell(self, after: Instance, notice: Notice, now: datetime, context: Context) -> None:
        event = notice_event(self.rule, after, notice, now=now, context=context)
        self.events.append(event)
        word = notice_for_channels(
            self.rule, after, notice, event_id=event.event_id, now=now, context=context
        )
        self.notices += [word] if word else []


def _given_up(previous: Instance, now: datetime) -> Instance:
    if previous.state is State.FIRING:
        return resolved(previous, ResolvedReason.NO_DATA, now=now)
    return Instance(previous.labels)


def _flaps(rule: AlertRule, before: State, after: Instance, now: datetime) -> Flaps:
    if after.resolved_reason is ResolvedReason.RULE_CHANGED:
        return STEADY
    return flaps_after(
        after.flaps,
        ended=before is State.FIRING and after.state is State.INACTIVE,
        firing_since=after.fired_at if after.state is State.FIRING else None,
        threshold=rule.flap_threshold,
        now=now,
    )


def _differs(previous: Instance | None, kept: Instance | None) -> bool:
    """Tell whether something has to be stored: all but values, and cooldowns that ran out."""
    if previous is None:
        return kept is not None
    if kept is None:
        return previous.state is not State.INACTIVE
    measured = replace(
        kept,
        value=previous.value,
        samples=previous.samples,
        threshold=previous.threshold,
        lead=previous.lead,
    )
    return measured != previous
