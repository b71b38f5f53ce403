"""Anomaly scores as samples of the metric `model_anomaly_score`, one a series and step.

A score counts in the last minute of its step, so that the window that ends with the step sees it.
While an episode goes on its value is the episode's highest score; values that were not judged have
no sample.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from shared.domain import label
from shared.domain.anomaly.board import Board, SeriesName
from shared.domain.anomaly.watch import STEP_M, PointState
from shared.domain.label import Labels
from shared.domain.metric.samples import Samples, no_samples, regrouped
from shared.domain.packing import Ints

METRIC = "metric"
LABELS = (label.MODEL, label.DEPLOYMENT, label.RESOURCE, METRIC)
"""The labels of a score; `metric` says what its series measures."""

_JUDGED = (PointState.SCORED, PointState.ABNORMAL)


def score_samples(
    boards: Sequence[Board], group_by: Sequence[str], where: Mapping[str, str]
) -> Samples:
    """Return the scores of boards by group and step.

    Args:
        boards: in order of their steps.
        group_by: labels that tell groups apart; a series without one has the empty text.
        where: label -> the value it must have.
    """
    places = _Places(group_by, where)
    owners = [places.of(board.series) for board in boards]
    kept = [
        (owner >= 0) & np.isin(board.states, _JUDGED)
        for owner, board in zip(owners, boards, strict=True)
    ]
    parts = list(zip(boards, owners, kept, strict=True))
    if not any(mask.any() for mask in kept):
        return no_samples()
    held = np.concatenate([board.held[mask] for board, _, mask in parts])
    slots = [np.full(int(mask.sum()), b.step + STEP_M - 1, np.int64) for b, _, mask in parts]
    ones = np.ones(len(held))
    fine = Samples(
        places.groups,
        np.concatenate([owner[mask] for _, owner, mask in parts]),
        np.concatenate(slots),
        np.ones(len(held), np.int64),
        held,
        ones,
        held,
        held,
        held,
    )
    return regrouped(fine, group_by)


class _Places:
    """Which group each series belongs to; boards of one hour mostly name the same series."""

    def __init__(self, group_by: Sequence[str], where: Mapping[str, str]) -> None:
        self._group_by, self._where = group_by, where
        self._index: dict[Labels, int] = {}
        self._known: dict[int, tuple[Sequence[SeriesName], Ints]] = {}

    @property
    def groups(self) -> list[Labels]:
        return list(self._index)

    def of(self, series: Sequence[SeriesName]) -> Ints:
        """Return the group of each series; -1 for those not asked for."""
        known = self._known.get(id(series))
        if known is None:
            known = series, np.fromiter(self._places(series), np.int64, len(series))
            self._known[id(series)] = known
        return known[1]

    def _places(self, series: Iterable[SeriesName]) -> Iterable[int]:
        for name in series:
            own = dict(zip(LABELS, name, strict=True))
            if any(own.get(key, "") != text for key, text in self._where.items()):
                yield -1
                continue
            labels = tuple((key, own.get(key, "")) for key in self._group_by)
            yield self._index.setdefault(labels, len(self._index))
