"""Baselines as rules of the kind `baseline` are held against them.

A minute is judged by a baseline that ends before it: the one in force, or for earlier minutes, as a
replay asks for, the last one of the day before. Baselines in force are read again every 5 minutes.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from shared.domain import label
from shared.domain.baseline.baseline import Baseline, SeasonalBaseline
from shared.domain.baseline.metrics import baseline_metric_of
from shared.domain.label import Labels
from shared.domain.metric.window import Expression
from shared.domain.packing import Ints
from shared.domain.rule.references import Normal
from shared.domain.timeline import DAY_M, floor_to
from shared.services.baseline_store import load_baselines, replaced_on
from shared.services.ports import Documents

_REREAD_M = 5
_KNOWN_LABELS = frozenset({label.MODEL, label.DEPLOYMENT})


class StoredBaselines:
    """The `Baselines` port."""

    def __init__(self, documents: Documents) -> None:
        """Read baselines when they are asked for."""
        self._documents = documents
        self._read_for: int | None = None
        self._current: list[Baseline] = []

    def unavailable(self, expression: Expression) -> str | None:
        """Return why there can be no baseline of a measurement; None where there can."""
        if baseline_metric_of(expression.metric, expression.aggregation) is None:
            return f"{expression.aggregation} of {expression.metric} has no baseline"
        asked = {*expression.group_by, *(name for name, _ in expression.filter)}
        if not asked <= _KNOWN_LABELS:
            other = ", ".join(sorted(asked - _KNOWN_LABELS))
            return f"baselines are by model and deployment, not by {other}"
        if not asked:
            return "baselines are by model and deployment: group or filter by one of them"
        return None

    async def normals(self, expression: Expression, minutes: range) -> Mapping[Labels, Normal]:
        """Return label set -> what is normal for a measurement at each of the minutes."""
        metric = baseline_metric_of(expression.metric, expression.aggregation)
        if metric is None or self.unavailable(expression) is not None or not minutes:
            return {}
        times = np.array(minutes, np.int64)
        found: dict[Labels, Normal] = {}
        for from_minute, baselines in await self._by_age(minutes):
            wanted = _wanted(baselines, expression)
            for labels, baseline in wanted.items():
                seasonal = baseline.metrics.get(metric)
                if seasonal is not None:
                    judged = (times >= baseline.end) & (times >= from_minute)
                    into = found.setdefault(labels, _unknown(len(times)))
                    _fill(into, seasonal, times, judged, expression.window_m)
        return found

    async def _by_age(self, minutes: range) -> list[tuple[int, Sequence[Baseline]]]:
        """Return baselines, oldest first, each with the minute from which they may judge."""
        current = await self._in_force(minutes[-1])
        days = range(floor_to(minutes[0], DAY_M), minutes[-1] + 1, DAY_M)
        newest = max((each.end for each in current), default=0)
        replaced = [
            (day, await replaced_on(day - DAY_M, self._documents))
            for day in days
            if max(day, minutes[0]) < newest
        ]
        return [*replaced, (0, current)]

    async def _in_force(self, minute: int) -> list[Baseline]:
        if self._read_for is None or not 0 <= minute - self._read_for < _REREAD_M:
            self._current = await load_baselines(self._documents)
            self._read_for = minute
        return self._current


def _wanted(baselines: Iterable[Baseline], expression: Expression) -> dict[Labels, Baseline]:
    """Return label set -> baseline; of one that fits several series, none."""
    wanted = dict(expression.filter)
    single = label.DEPLOYMENT in expression.group_by or label.DEPLOYMENT in wanted
    found: dict[Labels, Baseline] = {}
    unclear: set[Labels] = set()
    for each in baselines:
        own = {label.MODEL: each.model, label.DEPLOYMENT: each.deployment}
        if bool(each.deployment) != single or any(own[n] != text for n, text in wanted.items()):
            continue
        labels = tuple((name, own[name]) for name in expression.group_by)
        if labels in found and found[labels].model != each.model:
            unclear.add(labels)
        found[labels] = each
    return {labels: each for labels, each in found.items() if labels not in unclear}


def _unknown(count: int) -> Normal:
    return Normal(np.full(count, np.nan), np.zeros(count))


def _fill(
    into: Normal,
    seasonal: SeasonalBaseline,
    times: Ints,
    judged: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    window_m: int,
) -> None:
    """Set what is normal for the windows that end at the times judged."""
    middles = times[judged] - (window_m + 1) // 2
    into.center[judged] = seasonal.centers(middles, window_m)
    into.spread[judged] = seasonal.spreads(middles, window_m)
