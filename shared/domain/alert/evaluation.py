"""The evaluation of rules over a run of minutes: measure once, then walk minute by minute.

Minutes come first and rules second, as on a live clock, so that a decision may depend on what
other rules have come to in the same minute.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from shared.domain.alert.alert import Context, RuleState
from shared.domain.alert.rule_walk import RuleWalk
from shared.domain.event import Event
from shared.domain.label import Labels
from shared.domain.metric import names as metric_names
from shared.domain.metric.counting import CountQuestion, count
from shared.domain.metric.frame import Frame, measure
from shared.domain.metric.readings import Readings, readings_of
from shared.domain.metric.window import Expression
from shared.domain.model_naming import day_end, renamed_labels
from shared.domain.muting.muting import NOT_MUTED, Muting
from shared.domain.packing import Ints
from shared.domain.rollup.event_counts import EventCounts
from shared.domain.rule.absence_findings import absence_findings
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.baseline_findings import baseline_findings
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.budget_findings import budget_findings
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.burn_rate_findings import burn_rate_findings, counts_asked
from shared.domain.rule.burn_rate_rule import BurnRateRule
from shared.domain.rule.findings import Findings, threshold_findings, with_leads
from shared.domain.rule.references import NO_REFERENCES, References
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.timeline import instant

BEAT_M = 5

type Observer = Callable[[int, Sequence[RuleWalk]], None]


def walks_of(
    rules: Sequence[AlertRule],
    states: Mapping[str, RuleState],
    frame: Frame,
    minutes: range,
    *,
    references: References = NO_REFERENCES,
) -> list[RuleWalk]:
    """Return a walk for every rule that has something to decide.

    Args:
        rules: the rules in force.
        states: rule name -> what is stored of it.
        frame: holds every window of the minutes.
        minutes: evaluation times, consecutive.
        references: baselines and budgets at these times.
    """
    times = np.arange(minutes.start, minutes.stop, dtype=np.int64)
    measurements = Measurements(frame, times, references)
    at = day_end(minutes[-1])

    def is_gone(labels: Labels) -> bool:
        return renamed_labels(labels, frame.deployments, at) is not labels

    walks = (
        RuleWalk(rule, states.get(rule.name), findings_of(rule, measurements), is_gone=is_gone)
        for rule in rules
    )
    return [walk for walk in walks if not walk.idle]


class Measurements:
    """What is measured over a frame, each expression once."""

    def __init__(self, frame: Frame, times: Ints, references: References = NO_REFERENCES) -> None:
        """Measure at these evaluation minutes, consecutive."""
        self.frame = frame
        self.times = times
        self.references = references
        self._readings: dict[Expression, Readings] = {}
        self._counted: dict[CountQuestion, tuple[EventCounts, ...]] = {}

    def readings(self, expression: Expression) -> Readings:
        """Return the readings of an expression."""
        if expression not in self._readings:
            measured = measure(self.frame, expression, self.times)
            self._readings[expression] = readings_of(measured, len(self.times))
        return self._readings[expression]

    def counted(self, rule: BurnRateRule) -> tuple[EventCounts, EventCounts]:
        """Return the good events of a rule (bad ones where it states those), and all events."""
        part, total = counts_asked(rule)
        return self._count(part)[0], self._count(total)[-1]

    def _count(self, question: CountQuestion) -> tuple[EventCounts, ...]:
        if question not in self._counted:
            self._counted[question] = count(question, self.frame.history)
        return self._counted[question]


def findings_of(rule: AlertRule, measurements: Measurements) -> Findings:
    """Return what a rule makes of what was measured."""
    match rule:
        case ThresholdRule():
            found = threshold_findings(rule, measurements.readings(rule.expression))
            if rule.metric != metric_names.DAYS_TO_RETIREMENT:
                return found
            return with_leads(found, measurements.references.retirements)
        case BaselineRule():
            normals = measurements.references.normals.get(rule.expression, {})
            return baseline_findings(rule, measurements.readings(rule.expression), normals)
        case BurnRateRule():
            return burn_rate_findings(rule, measurements.counted(rule), measurements.times)
        case AbsenceRule():
            readings = measurements.readings(rule.expression)
            samples = measurements.frame.samples(rule.expression)
            return absence_findings(readings, samples, measurements.times)
        case BudgetRule():
            shares = measurements.references.shares.get(rule.budget)
            return budget_findings(rule, shares, len(measurements.times))


def walk_minutes(
    walks: Sequence[RuleWalk],
    frame: Frame,
    minutes: range,
    context: Context,
    *,
    beats_from: int,
    muting: Muting = NOT_MUTED,
    observe: Observer | None = None,
) -> list[Event]:
    """Take every walk through the minutes, in order.

    Args:
        walks: one per rule.
        frame: tells where evaluation is suspended.
        minutes: evaluation times, consecutive.
        context: what all evaluations share.
        beats_from: first minute recent enough for `alert.state`.
        muting: the silences and inhibitions in force.
        observe: is shown every minute once all walks have settled; None shows nobody.

    Returns:
        `alert.state` of what fires, for each recent minute divisible by five.
    """
    beats: list[Event] = []
    for column, minute in enumerate(minutes):
        now, silent = instant(minute), frame.suspended(minute)
        beating = minute >= beats_from and minute % BEAT_M == 0
        for walk in walks:
            suspended = silent and not _watches_silence(walk.rule)
            walk.visit(column, minute, now, suspended=suspended)
        muted = muting.at(now, [labels for walk in walks for labels in walk.firing()])
        for walk in walks:
            walk.settle(now, context, muted)
            if beating:
                beats += walk.beat(now, context, muted)
        if observe is not None:
            observe(minute, walks)
    return beats


def _watches_silence(rule: AlertRule) -> bool:
    """Tell whether a rule is there to see that nothing arrives: the built-in one, dead man's."""
    lone = isinstance(rule, AbsenceRule) and not rule.group_by
    return lone or rule.metric == metric_names.INGEST_SILENCE
