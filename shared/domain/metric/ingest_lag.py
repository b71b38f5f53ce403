"""How far the monitor is behind what happens: the metric `ingest_lag_s`, by `stage`.

| stage | one observation for | seconds from ... until ... |
| --- | --- | --- |
| `arrival` | each chunk that the rollup meets | its oldest record ended, it was received |
| `rollup` | each run with something to tell | the last complete minute ended, the run began |

Observations belong to the minute of the run, not to that of the late record: so they can be
evaluated like any metric, and what was evaluated stays as it was.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import numpy as np

from shared.domain.metric.names import INGEST_LAG
from shared.domain.record.chunk import StoredChunk
from shared.domain.record.metric_record import MetricKind, MetricRecord
from shared.domain.rollup.measures import Kind

# Batches of the monitor's own metrics; how late they are says nothing about clients.
OWN_BATCHES = ("ingestlag-", "inprogress-")
# A rollup on time is at most two minutes behind when it begins; an idle minute stores nothing.
BEHIND_S = 180.0
MAX_VALUES = 1_000

_US_PER_S = 1e6
_OF = {Kind.REQUEST: "requests", Kind.METRIC: "metrics"}


def arrival_lag_s(chunk: StoredChunk) -> float:
    """Return how late a chunk's oldest record came; one that is ahead of the clock is on time."""
    return max((chunk.received_us - chunk.first_us) / _US_PER_S, 0.0)


def lag_records(
    at: datetime, arrivals: Mapping[Kind, Sequence[float]], behind_s: float | None
) -> list[MetricRecord]:
    """Return the metric's records of one run, none where there is nothing to tell.

    Args:
        at: the minute of the run.
        arrivals: kind of record -> the lag of each chunk met, seconds.
        behind_s: how far rollups were behind when the run began; None before the first run.
    """
    records = [
        _record(at, {"of": _OF[kind], "stage": "arrival"}, condensed(lags))
        for kind, lags in sorted(arrivals.items())
        if lags
    ]
    if behind_s is not None and (records or behind_s >= BEHIND_S):
        records.append(_record(at, {"stage": "rollup"}, [behind_s]))
    return records


def condensed(lags: Collection[float]) -> list[float]:
    """Return at most 1,000 values with the same greatest one: of neighbours the greater stands."""
    ordered = np.sort(np.array(list(lags), np.float64))
    if len(ordered) <= MAX_VALUES:
        return [float(lag) for lag in ordered]
    return [float(group[-1]) for group in np.array_split(ordered, MAX_VALUES)]


def _record(at: datetime, labels: dict[str, str], values: list[float]) -> MetricRecord:
    return MetricRecord(INGEST_LAG, MetricKind.HISTOGRAM, at, None, values, "s", labels)
