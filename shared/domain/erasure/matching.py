"""Which records and series are of an application, and which may hold some of it unnamed."""

from collections.abc import Iterable

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.domain import label
from shared.domain.label import Labels
from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import TABLE_SUFFIX
from shared.domain.record.chunk import batch_from
from shared.domain.record.columns import end_us
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup, aggregate

_COLUMN = {Kind.REQUEST: label.APPLICATION, Kind.METRIC: "attributes"}
_TIMES = {Kind.REQUEST: ("start_us", "duration_us"), Kind.METRIC: ("at_us",)}
_JUDGED_BY = {
    kind: {*_TIMES[kind], column, column + TABLE_SUFFIX} for kind, column in _COLUMN.items()
}
_attributes = msgspec.json.Decoder(dict[str, str]).decode


def is_of(labels: Labels, application: str) -> bool:
    """Tell whether a series is an application's."""
    return (label.APPLICATION, application) in labels


def names(rollup: Rollup, application: str) -> bool:
    """Tell whether a rollup has a series of an application."""
    return any(is_of(labels, application) for labels in rollup.labels)


def has_others(rollup: Rollup) -> bool:
    """Tell whether a rollup has sums of several applications that had to share a series."""
    return any(is_of(labels, label.OTHER) for labels in rollup.labels)


def may_hold(rollup: Rollup, application: str) -> bool:
    """Tell whether an application's records may be behind a bucket's rollup.

    Beside its own series these are series shared by several, and requests that were reported
    twice: of those only one counted, and it may have been the one that names no application.
    """
    twice = bool(rollup.ints("duplicates").any())
    return twice or names(rollup, application) or has_others(rollup)


def without(rollup: Rollup, application: str) -> Rollup:
    """Return a rollup without the series of an application."""

    def kept(labels: Labels) -> Labels | None:
        return None if is_of(labels, application) else labels

    return aggregate([rollup], rollup.measures, key=kept)


def requests_of(rollups: Iterable[Rollup], application: str) -> int:
    """Return how many requests of an application there are in rollups."""
    total = 0
    for rollup in rollups:
        own = np.array([is_of(labels, application) for labels in rollup.labels], np.bool_)
        total += int(rollup.ints("n")[own[rollup.series]].sum()) if own.any() else 0
    return total


def kept_rows(kind: Kind, block: bytes, application: str, before_us: int) -> NDArray[np.bool_]:
    """Return which rows of a chunk stay when an application is erased.

    Args:
        kind: of the records.
        block: their packed columns.
        application: whose rows go.
        before_us: what ended at this time or later stays, microseconds since the epoch.
    """
    batch = batch_from(block, _JUDGED_BY[kind])
    times = end_us(batch) if kind is Kind.REQUEST else batch.ints("at_us")
    column = _COLUMN[kind]
    own = np.array([_means(kind, text, application) for text in batch.table(column)], np.bool_)
    return ~(_chosen(batch.ints(column), own) & (times < before_us))


def _means(kind: Kind, text: str, application: str) -> bool:
    if kind is Kind.REQUEST:
        return text == application
    return _attributes(text).get(label.APPLICATION) == application


def _chosen(codes: Ints, own: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which codes are among those chosen; null is not."""
    table = np.append(own, False)
    return table[np.where(codes == NULL, len(own), codes)]
