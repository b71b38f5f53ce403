"""How many series a day may have, and what becomes of the rest.

Series are admitted through the day's append-only catalogue. Once it holds `MAX_SERIES` of a kind, a
new series gives up its tags (a metric: its attributes), then its application, then everything but
its model (a metric: its name), each replaced by `__other__`. Since the catalogue only grows, a
series is folded the same way whenever it is computed again.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from shared.domain import label
from shared.domain.label import Labels
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup, aggregate

MAX_SERIES = 2_000
FOLDED_RESERVE = 500
_KEPT = {
    Kind.REQUEST: (
        label.REQUEST_LABELS,
        tuple(name for name in label.REQUEST_LABELS if name != label.APPLICATION),
        (label.MODEL,),
    ),
    Kind.METRIC: ((label.METRIC_NAME, label.METRIC_KIND, label.METRIC_UNIT),),
}


def admit(
    kind: Kind, wanted: Iterable[Labels], admitted: Sequence[Labels], *, limit: int = MAX_SERIES
) -> tuple[dict[Labels, Labels], list[Labels]]:
    """Decide under which labels each series is kept.

    Args:
        kind: of the rollup.
        wanted: the series that want in.
        admitted: the day's catalogue so far, in order of admission.
        limit: series of full detail per kind and day.

    Returns:
        Series -> the labels it is kept under, and what to append to the catalogue.
    """
    known = set(admitted)
    added: list[Labels] = []
    kept: dict[Labels, Labels] = {}
    for series in sorted(set(wanted)):
        for choice, room in _choices(kind, series, limit):
            if choice in known or len(known) < room:
                break
        if choice not in known:
            known.add(choice)
            added.append(choice)
        kept[series] = choice
    return kept, added


def with_overflow(rollup: Rollup, kept: Mapping[Labels, Labels]) -> Rollup:
    """Return a rollup under the labels its series are kept under, what was folded counted."""
    if all(kept[series] == series for series in rollup.labels):
        return rollup
    folded = aggregate([rollup], rollup.measures, key=kept.__getitem__)
    beyond = np.array([is_folded(labels) for labels in folded.labels])[folded.series]
    folded.dense["overflow"] = np.where(beyond, folded.ints("n"), 0)
    return folded


def is_folded(labels: Labels) -> bool:
    """Tell whether a series stands for several that were beyond the cap."""
    return any(value == label.OTHER for _, value in labels)


def _choices(kind: Kind, series: Labels, limit: int) -> list[tuple[Labels, int]]:
    folds = [_folded(series, kept) for kept in _KEPT[kind]]
    steps = [limit + FOLDED_RESERVE * (at + 1) // len(folds) for at in range(len(folds))]
    # A fold that takes nothing away is the series itself, whose room is the limit.
    rooms: list[tuple[Labels, int]] = [(series, limit)]
    rooms += [(fold, room) for fold, room in zip(folds, steps, strict=True) if fold != series]
    nothing = tuple((name, label.OTHER) for name in _KEPT[kind][-1][:1])
    return [*rooms, (nothing, limit + FOLDED_RESERVE + 1)]


def _folded(series: Labels, kept: Sequence[str]) -> Labels:
    return tuple((name, text if name in kept else label.OTHER) for name, text in series)
