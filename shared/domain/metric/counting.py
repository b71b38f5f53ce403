"""Counting the good, the bad and all events of a service level indicator from rollups.

The counters of requests and those that clients report are summed. For a latency, the values at or
below a limit are counted in the stored sketch: a value counts as its bucket's middle, so one within
0.55 % of the limit may count on either side (`sketch.RELATIVE_ERROR`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from shared.domain.label import METRIC_NAME
from shared.domain.metric import names
from shared.domain.metric.merging import merged
from shared.domain.metric.sampling import Data, samples_of
from shared.domain.metric.spec import DERIVED, Shape
from shared.domain.packing import Ints
from shared.domain.rollup.event_counts import EventCounts, event_counts, limb_counts
from shared.domain.rollup.measures import METRIC_MEASURES, REQUEST_MEASURES
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.sketch import keys_of, middle

_SKETCH = "value_sketch"
COUNTERS = (names.REQUESTS_TOTAL, names.ERRORS_TOTAL, names.TOKENS_USED)
TIMERS = tuple(spec.name for spec in DERIVED.values() if spec.shape is Shape.TIMER)


class CountQuestion(NamedTuple):
    """What is to be counted.

    Attributes:
        metric: a counter, or a timer where there is a limit.
        below_ms: the limit; None sums the counter.
        group_by: labels that tell label sets apart; a series without one has the empty text.
        filter: label -> the value it must have, sorted by label.
    """

    metric: str
    below_ms: float | None
    group_by: tuple[str, ...]
    filter: tuple[tuple[str, str], ...]


def count(question: CountQuestion, data: Data) -> tuple[EventCounts, ...]:
    """Return what a counter sums up to; for a timer the values within its limit, and all of them.

    Args:
        question: what to count.
        data: minutes, hours, or hours and then minutes.
    """
    where = dict(question.filter)
    if question.below_ms is None:
        return (count_events(question.metric, data, question.group_by, where),)
    return count_within(question.metric, question.below_ms, data, question.group_by, where)


def count_events(
    metric: str, data: Data, group_by: Sequence[str], where: Mapping[str, str]
) -> EventCounts:
    """Return the sums of a counter by label set and step of the data.

    Args:
        metric: one of `COUNTERS`, or one that clients report.
        data: minutes, hours, or hours and then minutes.
        group_by: labels that tell label sets apart; a series without one has the empty text.
        where: label -> the value it must have.
    """
    if metric in DERIVED:
        found = samples_of(metric, data, group_by, where)
        # Floats, but whole: every one is a sum of counts.
        return event_counts(found.groups, found.group, found.slots, found.total.astype(np.int64))
    own = {METRIC_NAME: metric, **where}
    rollup = merged(data.metrics, METRIC_MEASURES, group_by, own, {"n", "sum"})
    return limb_counts(rollup.labels, rollup.series, rollup.slots, rollup.entries("sum"))


def count_within(
    metric: str, below_ms: float, data: Data, group_by: Sequence[str], where: Mapping[str, str]
) -> tuple[EventCounts, EventCounts]:
    """Return how many values of a timer are at or below a limit, and how many there are.

    Args:
        metric: one of `TIMERS`, or one that clients report in ms.
        below_ms: the limit, > 0.
        data: minutes, hours, or hours and then minutes.
        group_by: labels that tell label sets apart.
        where: label -> the value it must have.
    """
    spec = DERIVED.get(metric)
    count, sketch, scale = (spec.count, spec.sketch, spec.scale) if spec else ("n", _SKETCH, 1.0)
    own = where if spec else {METRIC_NAME: metric, **where}
    limit = _greatest_key(below_ms * scale)
    parts = data.requests if spec else data.metrics
    rollup = merged(_within(parts, count, sketch, limit), REQUEST_MEASURES, group_by, own)
    rows = (rollup.labels, rollup.series, rollup.slots)
    return event_counts(*rows, rollup.ints("n_ok")), event_counts(*rows, rollup.ints("n"))


def measures_counted(metric: str, *, latency: bool) -> set[str]:
    """Return the measures that counting reads of a metric.

    Args:
        metric: its name.
        latency: whether its values are held against a limit.
    """
    spec = DERIVED.get(metric)
    if spec is None:
        return {"n", _SKETCH if latency else "sum"}
    split = {measure for _, measure in spec.splits}
    found = {"n", "n_ok"} if spec.count == "failed" else {spec.count, "n"}
    return found | ({spec.sketch} if latency else split | spec.measures)


def _within(parts: Iterable[Rollup], count: str, sketch: str, limit: int) -> Iterable[Rollup]:
    """Yield rollups in which `n` is every value and `n_ok` those up to the limit's bucket."""
    for part in parts:
        entries = part.entries(sketch)
        kept = entries.keys <= limit
        good = np.zeros(len(part), np.int64)
        np.add.at(good, entries.rows[kept], entries.sums[kept])
        counts = {"n": _values(part, count), "n_ok": good}
        yield Rollup(REQUEST_MEASURES, part.slots, part.series, part.labels, counts)


def _values(part: Rollup, count: str) -> Ints:
    return part.ints("n") - part.ints("n_ok") if count == "failed" else part.ints(count)


def _greatest_key(limit: float) -> int:
    key = int(keys_of(np.array([limit]))[0])
    return key if middle(np.array([key]))[0] <= limit else key - 1
