"""From metric columns to the rollup of their minutes."""

import msgspec
import numpy as np

from shared.domain import label
from shared.domain.grouping import Groups, ranked
from shared.domain.label import Labels
from shared.domain.metric.names import is_quality
from shared.domain.packing import NULL, Floats, Ints
from shared.domain.record.batch import Batch
from shared.domain.rollup.exact_sum import limbs
from shared.domain.rollup.measures import METRIC_MEASURES
from shared.domain.rollup.requests import sketch_of
from shared.domain.rollup.rollup import Rollup, Sparse, summed
from shared.domain.timeline import MINUTE_US

HISTOGRAM_BINS = 100
# 0.29 begins the bin of its name, whatever floating point makes of 0.29 * 100.
_ROUNDING = 1e-9


def rollup_metrics(batch: Batch) -> Rollup:
    """Return the rollup of metric columns, by the minute of each timestamp."""
    series, labels = _series(batch)
    at, values = batch.ints("at_us"), batch.floats("value")
    rows = Groups(at // MINUTE_US * len(labels) + series)
    rollup = Rollup(METRIC_MEASURES, rows.codes // len(labels), rows.codes % len(labels), labels)
    rollup.dense.update(
        n=rows.count(),
        overflow=np.zeros(len(rows), np.int64),
        value_min=rows.min_float(values),
        value_max=rows.max_float(values),
        value_last=rows.last(values, at),
        value_last_at=rows.max(at),
    )
    rollup.sparse["sum"] = _exact(rows.inverse, values)
    rollup.sparse["value_sketch"] = sketch_of(rows.inverse, values)
    scored = np.array([is_quality(dict(each)[label.METRIC_NAME]) for each in labels])[series]
    if scored.any():
        row, scores = rows.inverse[scored], values[scored]
        places = np.floor(scores * HISTOGRAM_BINS + _ROUNDING)
        bins = np.clip(places, 0, HISTOGRAM_BINS - 1).astype(np.int64)
        rollup.sparse["squares"] = _exact(row, scores * scores)
        rollup.sparse["histogram"] = summed(row, bins, np.ones(len(row), np.int64))
    return rollup


def _exact(rows: Ints, values: Floats) -> Sparse:
    index, places, parts = limbs(values)
    return summed(rows[index], places, parts)


def _series(batch: Batch) -> tuple[Ints, list[Labels]]:
    combined = np.zeros(batch.size, np.int64)
    for name in ("name", "kind", "unit", "attributes"):
        codes = batch.ints(name)
        combined = combined * (len(batch.table(name)) + 1) + np.where(codes == NULL, 0, codes + 1)
        combined = Groups(combined).inverse
    groups = Groups(combined)
    sample = batch.rows(groups.representatives)
    columns = [sample.texts(name) for name in ("name", "kind", "unit", "attributes")]
    found = [_labels(*texts) for texts in zip(*columns, strict=True)]
    distinct, place = ranked(found)
    return place[groups.inverse], distinct


def _labels(name: str | None, kind: str | None, unit: str | None, text: str | None) -> Labels:
    own = {label.METRIC_NAME: name, label.METRIC_KIND: kind, label.METRIC_UNIT: unit}
    attributes = msgspec.json.decode(text, type=dict[str, str]) if text else {}
    return tuple(sorted((key, value or "") for key, value in (own | attributes).items()))
