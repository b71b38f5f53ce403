"""What became of every label set of every rule, evaluation by evaluation, and its sums.

A label set has a timeline as soon as one window of the range holds a sample of it, or a state other
than inactive; a flap is an alert that fires again within 30 minutes of its end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from shared.domain.alert.alert import Availability, Instance, RuleState, State
from shared.domain.alert.flaps import FLAPS_WITHIN
from shared.domain.alert.rule_walk import RuleWalk
from shared.domain.label import Labels
from shared.domain.metric import names as metric_names
from shared.domain.packing import Floats
from shared.domain.rule.findings import Findings
from shared.domain.rule.rule import AlertRule
from shared.errors import InvalidInput

MAX_EVALUATIONS = 10_000_000
FLAP_M = FLAPS_WITHIN // timedelta(minutes=1)
STATES = (State.INACTIVE, State.PENDING, State.FIRING)
AVAILABILITIES = (Availability.OK, Availability.NO_DATA, Availability.SUSPENDED)
_CODES = {state: code for code, state in enumerate(STATES)}
_FIRING = _CODES[State.FIRING]
_DATA = {data: code for code, data in enumerate(AVAILABILITIES)}
_OK, _NO_DATA, _SUSPENDED = range(len(AVAILABILITIES))
_UNSEEN = 255

type Codes = NDArray[np.uint8]


@dataclass(slots=True)
class Timeline:
    """One label set of one rule over the evaluation times.

    Attributes:
        rule: the rule applied.
        labels: the label set.
        fires_before: whether its alert fired before the first evaluation.
        states: codes into `STATES`.
        values: in the unit of the rule's value; NaN where the window is empty.
        data: codes into `AVAILABILITIES`.
        worst: the worst breaching value of its alerts; None without any.
    """

    rule: AlertRule
    labels: Labels
    fires_before: bool
    states: Codes
    values: Floats
    data: Codes
    worst: float | None = None

    @property
    def firing(self) -> NDArray[np.bool_]:
        """Return at which evaluations it fires."""
        fires: NDArray[np.bool_] = self.states == _FIRING
        return fires

    def sums(self, step_m: int) -> "Sums":
        """Return what it adds up to, where evaluations are `step_m` minutes apart."""
        firing = self.firing
        turns = np.diff(firing.astype(np.int8), prepend=np.int8(self.fires_before))
        starts, ends = np.flatnonzero(turns > 0), np.flatnonzero(turns < 0)
        earlier = np.searchsorted(ends, starts) - 1
        again = earlier >= 0
        since_m = (starts[again] - ends[earlier[again]]) * step_m
        return Sums(
            evaluations=len(firing),
            fired=len(starts),
            resolved=len(ends),
            minutes_firing=int(firing.sum()) * step_m,
            flaps=int((since_m <= FLAP_M).sum()),
        )

    def changes(self) -> list[int]:
        """Return the evaluations at which state or data differ from the one before."""
        differs = (np.diff(self.states) != 0) | (np.diff(self.data) != 0)
        changed: list[int] = np.flatnonzero(differs).tolist()
        return [0, *(at + 1 for at in changed)]


@dataclass(frozen=True, slots=True)
class Sums:
    """What timelines add up to."""

    evaluations: int = 0
    fired: int = 0
    resolved: int = 0
    minutes_firing: int = 0
    flaps: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Return both together."""
        return Sums(
            self.evaluations + other.evaluations,
            self.fired + other.fired,
            self.resolved + other.resolved,
            self.minutes_firing + other.minutes_firing,
            self.flaps + other.flaps,
        )


@dataclass(slots=True)
class Timelines:
    """The timelines of a replay, collected while it runs.

    Attributes:
        minutes: every evaluation time, in order.
        states: rule name -> what is stored of it before the first.
    """

    minutes: range
    states: Mapping[str, RuleState] = field(default_factory=dict)
    _found: dict[tuple[str, Labels], Timeline] = field(default_factory=dict)
    _suspended: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing suspended."""
        self._suspended = np.zeros(len(self.minutes), np.bool_)

    @property
    def evaluations(self) -> int:
        """Return how many evaluations the timelines have so far."""
        return len(self._found) * len(self.minutes)

    def suspend(self, minutes: range, suspended: Sequence[bool]) -> None:
        """Note at which of some evaluations nothing at all arrived, before what was measured."""
        self._suspended[self._columns(minutes)] = suspended

    def measured(self, rule: AlertRule, minutes: range, findings: Findings) -> None:
        """Take over what a rule measured at some evaluations.

        Raises:
            InvalidInput: that would be more evaluations than one answer may have.
        """
        readings, columns = findings.readings, self._columns(minutes)
        seen = ((readings.samples > 0) | ~np.isnan(readings.values)).any(axis=1)
        for row in np.flatnonzero(seen).tolist():
            timeline = self._timeline(rule, readings.labels[row])
            values = readings.values[row]
            enough = ~np.isnan(values) & (readings.samples[row] >= rule.min_samples)
            timeline.values[columns] = values
            timeline.data[columns] = np.where(enough, _OK, _NO_DATA)
            if rule.metric != metric_names.INGEST_SILENCE:
                timeline.data[columns][self._suspended[columns]] = _SUSPENDED

    def observe(self, minute: int, walks: Sequence[RuleWalk]) -> None:
        """Take over what one evaluation came to; see `walk_minutes`."""
        for walk in walks:
            for labels, (_, after) in walk.visited.items():
                self._observe(minute, walk.rule, labels, after)

    def collected(self) -> list[Timeline]:
        """Return all timelines, by rule in the order first seen and then by labels."""
        unseen = np.where(self._suspended, _SUSPENDED, _NO_DATA).astype(np.uint8)
        for each in self._found.values():
            each.data = np.where(each.data == _UNSEEN, unseen, each.data)
        order = {name: at for at, name in enumerate(dict.fromkeys(n for n, _ in self._found))}
        return [self._found[key] for key in sorted(self._found, key=lambda k: (order[k[0]], k[1]))]

    def _observe(self, minute: int, rule: AlertRule, labels: Labels, after: Instance) -> None:
        if after.state is State.INACTIVE and (rule.name, labels) not in self._found:
            return
        column = self.minutes.index(minute)
        timeline = self._timeline(rule, labels)
        timeline.states[column] = _CODES[after.state]
        timeline.values[column] = np.nan if after.value is None else after.value
        timeline.data[column] = _DATA[after.data]
        if after.worst is not None and after.state is not State.INACTIVE:
            timeline.worst = rule.comparison.worse(timeline.worst, after.worst)

    def _timeline(self, rule: AlertRule, labels: Labels) -> Timeline:
        key = (rule.name, labels)
        if key not in self._found:
            size = len(self.minutes)
            if self.evaluations + size > MAX_EVALUATIONS:
                raise too_many()
            self._found[key] = Timeline(
                rule,
                labels,
                self._fires_before(rule, labels),
                np.zeros(size, np.uint8),
                np.full(size, np.nan),
                np.full(size, _UNSEEN, np.uint8),
            )
        return self._found[key]

    def _fires_before(self, rule: AlertRule, labels: Labels) -> bool:
        state = self.states.get(rule.name)
        known = state.instances if state else ()
        return any(each.labels == labels and each.state is State.FIRING for each in known)

    def _columns(self, minutes: range) -> slice:
        first = self.minutes.index(minutes.start)
        return slice(first, first + len(minutes))


def too_many() -> InvalidInput:
    """Return the refusal of a replay with too many rules, label sets and evaluations."""
    return InvalidInput.at(
        "rules",
        f"expected at most {MAX_EVALUATIONS:,} evaluations (rules x label sets x times): "
        "take fewer rules, a shorter range or a longer step_s",
    )
