"""The evaluation of rules over a run of minutes: measure once, then walk minute by minute.

Minutes come first and rules second, as on a live clock, so that a decision may depend on what
other rules have come to in the same minute.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from shared.domain import metric_names
from shared.domain.alert import Context, RuleState
from shared.domain.event import Event
from shared.domain.findings import Findings, threshold_findings
from shared.domain.frame import Frame, measure
from shared.domain.muting import NOT_MUTED, Muting
from shared.domain.packing import Ints
from shared.domain.readings import Readings, readings_of
from shared.domain.rule import AlertRule
from shared.domain.rule_walk import RuleWalk
from shared.domain.threshold_rule import ThresholdRule
from shared.domain.timeline import instant
from shared.domain.window import Expression

BEAT_M = 5

type Observer = Callable[[int, Sequence[RuleWalk]], None]


def walks_of(
    rules: Sequence[AlertRule], states: Mapping[str, RuleState], frame: Frame, minutes: range
) -> list[RuleWalk]:
    """Return a walk for every rule that has something to decide.

    Args:
        rules: the rules in force.
        states: rule name -> what is stored of it.
        frame: holds every window of the minutes.
        minutes: evaluation times, consecutive.
    """
    times = np.arange(minutes.start, minutes.stop, dtype=np.int64)
    measurements = Measurements(frame, times)
    walks = (RuleWalk(r, states.get(r.name), findings_of(r, measurements)) for r in rules)
    return [walk for walk in walks if not walk.idle]


class Measurements:
    """What is measured over a frame, each expression once."""

    def __init__(self, frame: Frame, times: Ints) -> None:
        """Measure at these evaluation minutes, consecutive."""
        self.frame = frame
        self.times = times
        self._readings: dict[Expression, Readings] = {}

    def readings(self, expression: Expression) -> Readings:
        """Return the readings of an expression."""
        if expression not in self._readings:
            measured = measure(self.frame, expression, self.times)
            self._readings[expression] = readings_of(measured, len(self.times))
        return self._readings[expression]


def findings_of(rule: AlertRule, measurements: Measurements) -> Findings:
    """Return what a rule makes of what was measured."""
    match rule:
        case ThresholdRule():
            return threshold_findings(rule, measurements.readings(rule.expression))
    raise NotImplementedError(rule.name)


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
            # The rule on silence itself has to see it.
            suspended = silent and walk.rule.metric != metric_names.INGEST_SILENCE
            walk.visit(column, minute, now, suspended=suspended)
        muted = muting.at(now, [labels for walk in walks for labels in walk.firing()])
        for walk in walks:
            walk.settle(now, context, muted)
            if beating:
                beats += walk.beat(now, context, muted)
        if observe is not None:
            observe(minute, walks)
    return beats
