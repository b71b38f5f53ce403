"""The clock of alerting: every complete minute is evaluated once, in order, for every rule.

A run goes on from the cursor `evaluated_through` in slices of two hours. A slice loads its data
once, measures each distinct expression once for all its minutes, walks minute by minute, stores
each rule whose alerts changed in one transaction, and moves the cursor last. A stored state says
through which minute it holds, so a run that begins where another one broke off repeats nothing.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.alert.alert import Context, RuleState
from shared.domain.alert.due_span import DueSpan, due_span
from shared.domain.alert.evaluation import walk_minutes, walks_of
from shared.domain.alert.rule_walk import RuleWalk
from shared.domain.event import Event
from shared.domain.muting.muting import NOT_MUTED
from shared.domain.notification.route import Routes
from shared.domain.rule.count_span import count_span
from shared.domain.rule.findings import no_findings
from shared.domain.rule.measures import asks_for_scores
from shared.domain.rule.rule import AlertRule, condition_digest
from shared.domain.rule.words import NoData
from shared.domain.timeline import instant, minute_of, rfc3339_minute
from shared.errors import Stale
from shared.services.alert_ports import AlertChange, Alerts, Frames, StoredRuleState
from shared.services.dispatching import for_channels
from shared.services.metric_registry import MetricRegistry
from shared.services.muting import load_muting
from shared.services.ports import Cursor, Cursors, Documents
from shared.services.references import ReferencePorts, load_references
from shared.services.rollup import COMPLETE_THROUGH
from shared.services.rules import load_rules

EVALUATED_THROUGH = "evaluated_through"
SLICE_M = 120
# Nobody wants to hear in what state alerts were before that.
RECENT_M = 10


@dataclass(frozen=True, slots=True)
class AlertingPorts:
    """What evaluation works on.

    Attributes:
        documents: the rules.
        registry: the units of reported metrics.
        load_frame: minutes [first, end) -> the frame of that span.
        references: baselines and budgets.
    """

    documents: Documents
    cursors: Cursors
    alerts: Alerts
    registry: MetricRegistry
    load_frame: Frames
    references: ReferencePorts = field(default_factory=ReferencePorts)


@dataclass(slots=True)
class Evaluation:
    """What a run did.

    Attributes:
        complete: the last minute that can be evaluated; None before the first rollup.
        through: the last minute evaluated so far; None before the first.
        evaluated_m: minutes evaluated by this run.
        gap: first and last of the minutes passed over for good; None where none were.
        told: firing, repeat and resolved events.
        ended: alerts that were resolved.
        beats: `alert.state` of what fires, best effort, for whoever sends it.
        stale: True where another run did the work, or a person changed an alert meanwhile.
        elapsed_s: how long it took.
    """

    complete: int | None = None
    through: int | None = None
    evaluated_m: int = 0
    gap: tuple[int, int] | None = None
    told: int = 0
    ended: int = 0
    beats: list[Event] = field(default_factory=list)
    stale: bool = False
    elapsed_s: float = 0.0


async def evaluate_alerts(
    *,
    now: datetime,
    ports: AlertingPorts,
    context: Context,
    catch_up_m: int,
    timer: Callable[[], float],
    budget_s: float,
    routes: Routes | None = None,
) -> Evaluation:
    """Evaluate the minutes that are due.

    Args:
        now: when the run began, UTC.
        ports: what it works on.
        context: what all events share; the units of reported metrics are looked up here.
        catch_up_m: how many missed minutes are made up for; older ones become a gap.
        timer: a monotonic clock, seconds.
        budget_s: how long the run may take; the rest is left to the next one.
        routes: which alerts channels are told of; None where nobody has put any.

    Returns:
        What was done. Running it again, late, or twice at a time stores and tells nothing twice.
    """
    began = timer()
    run = _Run(now, ports, context, routes)
    try:
        await run.prepare()
        while await run.evaluate_slice(catch_up_m) and timer() - began < budget_s:
            continue
    except Stale:
        run.done.stale = True
    run.done.elapsed_s = timer() - began
    return run.done


class _Run:
    """One run of the clock and what it has done so far."""

    def __init__(
        self, now: datetime, ports: AlertingPorts, context: Context, routes: Routes | None
    ) -> None:
        self._now = now
        self._ports = ports
        self._context = context
        self._routes = routes
        self._rules: dict[str, AlertRule] = {}
        self._muting = NOT_MUTED
        self.done = Evaluation()

    async def prepare(self) -> None:
        """Read the rules, and resolve alerts of those that are gone or ask another question."""
        complete = await self._ports.cursors.read(COMPLETE_THROUGH)
        self.done.complete = complete.minute if complete else None
        every = await load_rules(self._ports.documents)
        self._muting = await load_muting(self._ports.documents)
        self._rules = {name: rule for name, rule in every.items() if rule.enabled}
        for name, stored in sorted((await self._ports.alerts.states()).items()):
            rule = self._rules.get(name)
            if rule is None or condition_digest(rule) != condition_digest(stored.state.rule):
                await self._retire(rule, stored)

    async def evaluate_slice(self, catch_up_m: int) -> bool:
        """Evaluate up to two hours of minutes; return whether more are due."""
        # Before the states: were it read after them, a minute that another run finished in between
        # would count as done here while its outcome is not known.
        cursor = await self._ports.cursors.read(EVALUATED_THROUGH)
        self.done.through = cursor.minute if cursor else None
        if self.done.complete is None:
            return False
        due = due_span(self.done.through, self.done.complete, catch_up_m=catch_up_m)
        if due.first > due.last:
            return False
        minutes = range(due.first, min(due.first + SLICE_M, due.last + 1))
        await self._evaluate(minutes)
        await self._advance(cursor, minutes, due)
        return minutes[-1] < due.last

    async def _evaluate(self, minutes: range) -> None:
        stored = await self._ports.alerts.states()
        states = {name: each.state for name, each in stored.items()}
        rules = list(self._rules.values())
        first, counts = minutes[0] - self._look_back_m(), count_span(rules, minutes)
        frame = await self._ports.load_frame(
            first, minutes[-1], counts=counts, scores=asks_for_scores(rules)
        )
        references = await load_references(rules, minutes, frame, ports=self._ports.references)
        walks = await asyncio.to_thread(
            walks_of, rules, states, frame, minutes, references=references
        )
        context = await self._with_units(walk.rule.metric for walk in walks)
        recent = minute_of(self._now) - RECENT_M
        self.done.beats += await asyncio.to_thread(
            walk_minutes,
            walks,
            frame,
            minutes,
            context,
            beats_from=recent,
            muting=self._muting,
        )
        for walk in walks:
            if walk.changed:
                state = walk.state(minutes[-1])
                await self._commit(walk, AlertChange(stored.get(state.rule.name), state))

    async def _retire(self, rule: AlertRule | None, stored: StoredRuleState) -> None:
        before = stored.state
        context = await self._with_units([before.rule.metric])
        walk = RuleWalk(before.rule, before, no_findings(0))
        walk.retire(instant(minute_of(self._now)), context, self._muting)
        left = walk.state(before.through)
        # A label set that another question has seen is none that this one could miss.
        known = () if rule is None or rule.no_data is NoData.ALERT else left.instances
        state = None if rule is None else RuleState(rule, before.through, known)
        await self._commit(walk, AlertChange(stored, state))

    async def _commit(self, walk: RuleWalk, change: AlertChange) -> None:
        events = walk.events if self._context.connected else []
        notices = for_channels(walk.notices, self._routes)
        await self._ports.alerts.commit(
            replace(change, events=events, ended=walk.ended, notices=notices)
        )
        self.done.told += len(walk.events)
        self.done.ended += len(walk.ended)

    async def _advance(self, cursor: Cursor | None, minutes: range, due: DueSpan) -> None:
        notes = {"gap": cursor.notes["gap"]} if cursor and "gap" in cursor.notes else {}
        if due.gap is not None:
            notes["gap"] = "/".join(rfc3339_minute(minute) for minute in due.gap)
            self.done.gap = due.gap
        moved = Cursor(minutes[-1], notes, cursor.etag if cursor else None)
        await self._ports.cursors.write(EVALUATED_THROUGH, moved)
        self.done.through = minutes[-1]
        self.done.evaluated_m += len(minutes)

    async def _with_units(self, metrics: Iterable[str]) -> Context:
        return replace(self._context, units=await self._ports.registry.units(metrics))

    def _look_back_m(self) -> int:
        return max((rule.look_back_m for rule in self._rules.values()), default=0)
