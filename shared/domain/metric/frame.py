"""Minutes of data that rules are evaluated over, and the sliding windows across them."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from shared.domain import label
from shared.domain.deployment.deployment import QuotaBook
from shared.domain.label import Labels
from shared.domain.metric import names
from shared.domain.metric.samples import Samples
from shared.domain.metric.sampling import Data, samples_of
from shared.domain.metric.window import SHARES, Aggregation, Expression, Measured
from shared.domain.packing import Floats, Ints
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.sliding_quantile import window_quantiles

SILENCE_M = 10
_TRAFFIC_M = 60
_TRAFFIC_SPANS = 6


class Frame:
    """Minute rollups of a span of time.

    Samples are drawn once per metric, grouping and filter, and shared by the rules that need them.
    """

    def __init__(
        self,
        data: Data,
        first: int,
        end: int,
        silent_since: int | None = None,
        history: Data | None = None,
    ) -> None:
        """Hold the data of minutes [first, end).

        Args:
            data: rollups of those minutes.
            first: the first minute.
            end: the minute after the last.
            silent_since: since when nothing has arrived, as it was recorded; None where that
                was not so.
            history: what events are counted in, whole hours and then minutes, each hour either way;
                None counts in the data.
        """
        self._data = data
        self.history = history or data
        self.first, self.end = first, end
        self._drawn: dict[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]], Samples] = {}
        self._counts = _arrivals([*data.requests, *data.metrics], first, end)
        self._silence = _silence(self._counts, silent_since, first)

    @property
    def deployments(self) -> QuotaBook:
        """What is known of deployments; models are named by it."""
        return self._data.pricing.deployments

    def samples(self, expression: Expression) -> Samples:
        """Return the samples of an expression's metric, minute by minute."""
        key = (expression.metric, expression.group_by, expression.filter)
        if key not in self._drawn:
            self._drawn[key] = samples_of(
                expression.metric, self._data, expression.group_by, dict(expression.filter)
            )
        return self._drawn[key]

    def silent_for_m(self, minute: int) -> int | None:
        """Return for how many minutes nothing at all has arrived; None before any hour of traffic.

        Args:
            minute: the evaluation time; the minutes before it are looked at.
        """
        since = self.silent_since(minute)
        return None if since is None else minute - since

    def silent_since(self, minute: int) -> int | None:
        """Return since when nothing has arrived after an hour with traffic, None if not so."""
        at = min(max(minute - self.first, 0), len(self._silence) - 1)
        since = int(self._silence[at])
        return None if since < 0 else since

    def suspended(self, minute: int) -> bool:
        """Tell whether evaluation at a minute is suspended: silence after an hour of traffic."""
        silent = self.silent_for_m(minute)
        return silent is not None and silent >= SILENCE_M


def measure(frame: Frame, expression: Expression, times: Ints) -> list[Measured]:
    """Return what an expression measures at each evaluation time.

    Args:
        frame: holds every window.
        expression: what to measure.
        times: evaluation minutes; the value at t sees the window [t - window_m, t).

    Returns:
        One entry for each group that has any sample in the frame.
    """
    if expression.metric == names.INGEST_SILENCE:
        return [_silence_measured(frame, times)]
    return measure_samples(frame.samples(expression), expression, times)


def measure_samples(samples: Samples, expression: Expression, times: Ints) -> list[Measured]:
    """Return what an expression's samples amount to at each evaluation time; see `measure`."""
    if len(samples) == 0:
        return []
    groups = np.unique(samples.group)
    first = min(int(times.min()) - expression.window_m, int(samples.slots.min()))
    span = max(int(times.max()), int(samples.slots.max())) - first + 2
    keys = samples.group * span + (samples.slots - first)
    ends = groups[:, None] * span + (times - first)
    low = np.searchsorted(keys, (ends - expression.window_m).ravel())
    high = np.searchsorted(keys, ends.ravel())
    counts = np.concatenate([[0], np.cumsum(samples.count)])
    values = np.full(len(low), np.nan)
    full = high > low
    if full.any():
        values[full] = _window_values(samples, low[full], high[full], expression)
    shape = (len(groups), len(times))
    rows = zip(values.reshape(shape), (counts[high] - counts[low]).reshape(shape), strict=True)
    return [
        Measured(samples.groups[group], found, seen)
        for group, (found, seen) in zip(groups.tolist(), rows, strict=True)
    ]


def _window_values(samples: Samples, low: Ints, high: Ints, expression: Expression) -> Floats:
    match expression.aggregation:
        case Aggregation.AVG:
            return _reduced(np.add, samples.total, low, high) / _reduced(
                np.add, samples.base, low, high
            )
        case Aggregation.SUM:
            return _reduced(np.add, samples.total, low, high)
        case Aggregation.RATE:
            return _reduced(np.add, samples.total, low, high) / (expression.window_m * 60)
        case Aggregation.COUNT:
            return _reduced(np.add, samples.count.astype(np.float64), low, high)
        case Aggregation.MIN:
            return _reduced(np.fmin, samples.low, low, high)
        case Aggregation.MAX:
            return _reduced(np.fmax, samples.high, low, high)
        case Aggregation.LAST:
            return samples.last[high - 1]
    return quantiles(samples, low, high, SHARES[expression.aggregation])


def _reduced(operation: np.ufunc, values: Floats, low: Ints, high: Ints) -> Floats:
    bounds = np.stack([low, high], axis=1).ravel()
    padded = np.append(values, 0.0)
    reduced: Floats = operation.reduceat(padded, bounds)[::2]
    return reduced


def quantiles(samples: Samples, low: Ints, high: Ints, share: float) -> Floats:
    """Return the quantile of the rows [low, high) of each window, by nearest rank.

    Args:
        samples: with a sketch; without one there are no quantiles (NaN).
        low: first row of each window.
        high: row after the last of each window, above `low`.
        share: 0 < share <= 1.
    """
    sketch = samples.sketch
    if sketch is None or len(sketch.rows) == 0:
        return np.full(len(low), np.nan)
    found = window_quantiles(sketch, low, high, share)
    least = _reduced(np.fmin, samples.low, low, high)
    most = _reduced(np.fmax, samples.high, low, high)
    return np.clip(found / samples.scale, least, most)


def _arrivals(parts: Sequence[Rollup], first: int, end: int) -> NDArray[np.bool_]:
    arrived = np.zeros(max(end - first, 0), np.bool_)
    is_sent = cache(_is_sent)
    for part in parts:
        sent = np.fromiter(map(is_sent, part.labels), np.bool_, len(part.labels))[part.series]
        inside = sent & (part.slots >= first) & (part.slots < end)
        arrived[part.slots[inside] - first] = True
    return arrived


def _is_sent(labels: Labels) -> bool:
    """Tell whether a client sends this series; some metrics are the monitor's own."""
    return not any((label.METRIC_NAME, name) in labels for name in names.OWN)


def _silence(arrived: NDArray[np.bool_], since: int | None, first: int) -> Ints:
    """Return for each time first, first + 1, ... since when silence lasts; -1 where it does not."""
    silence = np.full(len(arrived) + 1, -1, np.int64)
    if since is not None and since <= first:
        silence[0] = since
    before = np.concatenate([[0], np.cumsum(arrived)])
    span = _TRAFFIC_M // _TRAFFIC_SPANS
    for at in range(1, len(arrived) + 1):
        if arrived[at - 1]:
            continue
        if silence[at - 1] >= 0:
            silence[at] = silence[at - 1]
            continue
        edges = np.arange(at - 1 - _TRAFFIC_M, at, span)
        hour_of_traffic = edges[0] >= 0 and (np.diff(before[edges]) > 0).all()
        if hour_of_traffic or first + at - 1 == since:
            silence[at] = first + at - 1
    return silence


def _silence_measured(frame: Frame, times: Ints) -> Measured:
    silent = [frame.silent_for_m(minute) for minute in times.tolist()]
    values = np.array([np.nan if each is None else each * 60.0 for each in silent])
    return Measured((), np.where(np.isnan(values), 0.0, values), np.ones(len(times), np.int64))
