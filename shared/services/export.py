"""Exporting minute metrics to Application Insights: each complete minute once, bounded labels."""

from collections.abc import Awaitable, Callable, Iterator, Mapping

import numpy as np

from shared.domain import label
from shared.domain.event import GaugePoint
from shared.domain.metric import names
from shared.domain.metric.frame import Frame, measure
from shared.domain.metric.window import Aggregation, Expression
from shared.domain.packing import Ints
from shared.domain.timeline import instant
from shared.errors import Stale
from shared.services.ports import Cursor, Cursors, Telemetry
from shared.services.rollup import COMPLETE_THROUGH

EXPORTED_THROUGH = "exported_through"
MAX_LABEL_SETS = 200
_CATCH_UP_M = 60
_LABELS = (label.MODEL, label.DEPLOYMENT, label.APPLICATION)

# Gauge of the minute -> the metric and the aggregation that give its value.
GAUGES: Mapping[str, tuple[str, Aggregation]] = {
    names.REQUESTS_TOTAL: (names.REQUESTS_TOTAL, Aggregation.SUM),
    names.ERRORS_TOTAL: (names.ERRORS_TOTAL, Aggregation.SUM),
    names.ERROR_RATE: (names.ERROR_RATE, Aggregation.AVG),
    names.RESPONSE_TIME: (names.RESPONSE_TIME, Aggregation.AVG),
    f"{names.RESPONSE_TIME}_p50": (names.RESPONSE_TIME, Aggregation.P50),
    f"{names.RESPONSE_TIME}_p95": (names.RESPONSE_TIME, Aggregation.P95),
    names.FAILED_RESPONSE_TIME: (names.FAILED_RESPONSE_TIME, Aggregation.AVG),
    names.TIME_TO_FIRST_TOKEN: (names.TIME_TO_FIRST_TOKEN, Aggregation.AVG),
    f"{names.TIME_TO_FIRST_TOKEN}_p95": (names.TIME_TO_FIRST_TOKEN, Aggregation.P95),
    names.TOKENS_USED: (names.TOKENS_USED, Aggregation.SUM),
    names.TOKEN_USAGE_RATE: (names.TOKEN_USAGE_RATE, Aggregation.AVG),
    names.COST_USD: (names.COST_USD, Aggregation.SUM),
    names.REQUESTS_IN_PROGRESS: (names.REQUESTS_IN_PROGRESS, Aggregation.SUM),
}


async def export_minutes(
    *,
    cursors: Cursors,
    telemetry: Telemetry,
    load_frame: Callable[[int, int], Awaitable[Frame]],
) -> int:
    """Send the gauges of the minutes completed since the last export; return how many were sent.

    A minute is sent once; what arrives late for it changes reports, not what was exported. At most
    an hour is caught up.

    Raises:
        Unavailable: Application Insights did not take them; the next run sends them.
    """
    complete = await cursors.read(COMPLETE_THROUGH)
    if not telemetry.enabled or complete is None:
        return 0
    stored = await cursors.read(EXPORTED_THROUGH)
    first = max(stored.minute if stored else complete.minute - 1, complete.minute - _CATCH_UP_M)
    if first >= complete.minute:
        return 0
    frame = await load_frame(first, complete.minute)
    points = list(_points(frame, first, complete.minute))
    if points:
        await telemetry.send_metrics(points)
    etag = stored.etag if stored else None
    try:
        await cursors.write(EXPORTED_THROUGH, Cursor(complete.minute, {}, etag))
    except Stale:
        return len(points)
    return len(points)


def _points(frame: Frame, first: int, end: int) -> Iterator[GaugePoint]:
    times = np.arange(first, end) + 1
    busiest = _busiest(frame, times)
    for gauge, (metric, aggregation) in GAUGES.items():
        for found in measure(frame, Expression(metric, aggregation, 1, _LABELS), times):
            if found.labels not in busiest:
                continue
            labels = {name: text for name, text in found.labels if text}
            for time, value in zip(times.tolist(), found.values.tolist(), strict=True):
                if not np.isnan(value):
                    yield GaugePoint(gauge, instant(time - 1), value, labels)


def _busiest(frame: Frame, times: Ints) -> set[label.Labels]:
    """Return the label sets with the most requests, and those with requests in progress."""
    requests = Expression(names.REQUESTS_TOTAL, Aggregation.SUM, 1, _LABELS)
    running = Expression(names.REQUESTS_IN_PROGRESS, Aggregation.SUM, 1, _LABELS)
    found = measure(frame, requests, times)
    found.sort(key=lambda each: -int(each.samples.sum()))
    return {each.labels for each in [*found[:MAX_LABEL_SETS], *measure(frame, running, times)]}
