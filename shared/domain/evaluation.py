"""The evaluation of rules over a run of minutes: measure once, then walk minute by minute.

Minutes come first and rules second, as on a live clock, so that a decision may depend on what
other rules have come to in the same minute.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from shared.domain import metric_names
from shared.domain.alert import Context, RuleState
from shared.domain.event import Event
from shared.domain.frame import Frame, measure
from shared.domain.readings import Readings, readings_of
from shared.domain.rule import AlertRule
from shared.domain.rule_walk import RuleWalk
from shared.domain.timeline import instant
from shared.domain.window import Expression

BEAT_M = 5


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
    readings: dict[Expression, Readings] = {}
    walks: list[RuleWalk] = []
    for rule in rules:
        expression = rule.expression
        if expression not in readings:
            readings[expression] = readings_of(measure(frame, expression, times), len(times))
        walk = RuleWalk(rule, states.get(rule.name), readings[expression])
        if not walk.idle:
            walks.append(walk)
    return walks


def walk_minutes(
    walks: Sequence[RuleWalk],
    frame: Frame,
    minutes: range,
    context: Context,
    *,
    beats_from: int,
) -> list[Event]:
    """Take every walk through the minutes, in order.

    Args:
        walks: one per rule.
        frame: tells where evaluation is suspended.
        minutes: evaluation times, consecutive.
        context: what all evaluations share.
        beats_from: first minute recent enough for `alert.state`.

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
            walk.visit(column, minute, now, suspended=suspended, context=context)
            if beating:
                beats += walk.beat(now, context)
    return beats
