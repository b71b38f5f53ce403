"""How many of a group's answers are good: those that were scored at their application's threshold.

Scores are samples of the answers: the share is an estimate with an interval (`share`) and
says on how many scores it rests. Scores are kept in bins of 0.01, the last one from 0.99 to 1: a
threshold within a bin counts that bin as not good, one above 0.99 counts as 0.99.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

import msgspec
import numpy as np

from shared.domain import label
from shared.domain.cost.table import Period
from shared.domain.label import Labels
from shared.domain.metric.names import QUALITY_PREFIX, is_quality
from shared.domain.packing import Ints
from shared.domain.rollup.measures import METRIC_MEASURES
from shared.domain.rollup.metrics import HISTOGRAM_BINS
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.share import LEVEL, Share, share_of
from shared.domain.span import Span
from shared.domain.timeline import DAY_M

MEASURES = frozenset({"n", "histogram"})
"""What is to be read of metric rollups."""

# A threshold of 0.29 is the edge of its bin, whatever floating point makes of 29 / 100.
_ROUNDING = 1e-9
_UNKNOWN_TO_SCORES = (label.OPERATION, label.MODEL_VERSION)


class GoodAnswers(msgspec.Struct, frozen=True):
    """The answers of a row that are good.

    Attributes:
        score: the score they are judged by.
        scored: answers that have one, of applications with a threshold.
        share: of those, the good ones, 0..1.
        low: from here, with a probability of `level`.
        high: to here.
        cost_low: `cost_per_good_answer` at `high`, US dollars.
        cost_high: the same at `low`; None where that is 0.
    """

    score: str
    scored: int
    share: float
    low: float
    high: float
    cost_low: str | None
    cost_high: str | None
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score on an answer is good.

    Attributes:
        by_application: application -> threshold, 0..1.
        every: of all others; None where they are not judged.
        score: the one to judge by; None: the one with most values.
    """

    by_application: Mapping[str, float] = field(default_factory=dict)
    every: float | None = None
    score: str | None = None

    def of(self, application: str) -> float | None:
        """Return an application's threshold."""
        return self.by_application.get(application, self.every)

    def __bool__(self) -> bool:
        """Tell whether anything is judged."""
        return self.every is not None or bool(self.by_application)


@dataclass(frozen=True, slots=True)
class GoodShares:
    """Shares of good answers by charge period and group, all by the same score."""

    score: str = ""
    shares: Mapping[tuple[int, Labels], Share] = field(default_factory=dict)


def good_shares(
    rollups: Sequence[Rollup],
    thresholds: Thresholds,
    *,
    group_by: Sequence[str],
    where: Mapping[str, str],
    period: Period,
    span: Span,
) -> GoodShares:
    """Return the share of good answers in each group.

    Args:
        rollups: metrics of the span, `MEASURES` at least.
        thresholds: what is good.
        group_by: labels that tell groups apart; scores know neither operation nor model version.
        where: label -> the value it must have.
        period: how long a charge period is.
        span: minutes covered.
    """
    if any(name in _UNKNOWN_TO_SCORES for name in (*group_by, *where)):
        return GoodShares()
    merged = _judged(rollups, thresholds, group_by, where)
    score = thresholds.score or _most_frequent(merged)
    counts: dict[tuple[int, Labels], dict[int, tuple[int, int]]] = {}
    for row, (good, scored) in enumerate(_counts(merged, thresholds)):
        own, slot = dict(merged.labels[int(merged.series[row])]), int(merged.slots[row])
        if own[label.METRIC_NAME] != QUALITY_PREFIX + score:
            continue
        key = period.start(slot, span), tuple((name, own[name]) for name in group_by)
        days = counts.setdefault(key, {})
        before = days.get(slot // DAY_M, (0, 0))
        days[slot // DAY_M] = before[0] + good, before[1] + scored
    return GoodShares(score, {key: _share(days.values()) for key, days in counts.items()})


def _judged(
    rollups: Sequence[Rollup],
    thresholds: Thresholds,
    group_by: Sequence[str],
    where: Mapping[str, str],
) -> Rollup:
    names = tuple(dict.fromkeys([*group_by, label.APPLICATION, label.METRIC_NAME]))

    def key(labels: Labels) -> Labels | None:
        own = dict(labels)
        judged = thresholds.of(own.get(label.APPLICATION, "")) is not None
        asked = all(own.get(name, "") == text for name, text in where.items())
        if not (judged and asked and is_quality(own[label.METRIC_NAME])):
            return None
        return tuple((name, own.get(name, "")) for name in names)

    return aggregate(rollups, METRIC_MEASURES, key=key, only=MEASURES)


def _most_frequent(merged: Rollup) -> str:
    counts: dict[str, int] = {}
    for row, count in enumerate(merged.ints("n").tolist()):
        name = dict(merged.labels[int(merged.series[row])])[label.METRIC_NAME]
        counts[name] = counts.get(name, 0) + count
    best = min(counts, key=lambda name: (-counts[name], name), default="")
    return best.removeprefix(QUALITY_PREFIX)


def _counts(merged: Rollup, thresholds: Thresholds) -> list[tuple[int, int]]:
    entries = merged.entries("histogram")
    applications = [dict(each)[label.APPLICATION] for each in merged.labels]
    edges = [_edge(thresholds.of(each) or 0.0) for each in applications]
    edge: Ints = np.array(edges, np.int64)[merged.series]
    good = entries.keys >= edge[entries.rows]
    size = len(merged)
    passed = np.bincount(entries.rows[good], entries.sums[good], size)
    every = np.bincount(entries.rows, entries.sums, size)
    return [(int(x), int(n)) for x, n in zip(passed.tolist(), every.tolist(), strict=True)]


def _edge(threshold: float) -> int:
    return min(ceil(threshold * HISTOGRAM_BINS - _ROUNDING), HISTOGRAM_BINS - 1)


def _share(days: Collection[tuple[int, int]]) -> Share:
    events, requests = np.array(list(days), np.int64).T
    return share_of(events, requests)
