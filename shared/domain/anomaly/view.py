"""Anomaly scores as answers show them: every point with its band, and the episodes among them.

A step in which nothing at all arrived is a gap; one in which a series had no sample is without
traffic. Neither is zero.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache

import msgspec

from shared.domain.anomaly.board import Board, SeriesName
from shared.domain.anomaly.detector import ALERT_SCORE
from shared.domain.anomaly.episodes import AnomalyEpisode
from shared.domain.anomaly.values import REQUEST_SERIES
from shared.domain.anomaly.watch import STEP_M, PointState
from shared.domain.timeline import instant

UNITS = {series.name: series.unit for series in REQUEST_SERIES}


class Judged(StrEnum):
    """What became of a step: the states of values, and two of steps without one."""

    SCORED = "scored"
    ABNORMAL = "abnormal"
    LEARNING = "learning"
    FEW = "few_samples"
    NO_TRAFFIC = "no_traffic"
    GAP = "gap"


_SHOWN = {
    PointState.SCORED: Judged.SCORED,
    PointState.ABNORMAL: Judged.ABNORMAL,
    PointState.LEARNING: Judged.LEARNING,
    PointState.FEW: Judged.FEW,
}


class AnomalyPoint(msgspec.Struct, frozen=True):
    """One step of a series.

    Attributes:
        time: when the step begins.
        value: in the unit of the series; None where there was none.
        score: 0..1; None where nothing was judged.
        lower: from here to `upper` a value would not be an alert by itself.
        upper: likewise.
        expected: what was usual at that time.
        state: what became of the step.
    """

    time: datetime
    value: float | None
    score: float | None
    lower: float | None
    upper: float | None
    expected: float | None
    state: Judged


class AnomalySeries(msgspec.Struct, frozen=True):
    """One series of a model.

    Attributes:
        deployment: its deployment.
        resource: of a client's gauge, where it names one.
        metric: what it measures.
        unit: of values and bands; None for a client's gauge.
        points: every step of the span that is scored.
        episodes: those with a step in the span.
    """

    deployment: str
    resource: str
    metric: str
    unit: str | None
    points: list[AnomalyPoint]
    episodes: list[AnomalyEpisode]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer about scores says.

    Attributes:
        start: first minute asked for.
        end: the minute after the last.
        time_range_seconds: between the two.
        data_through: how far rollups are complete.
        scored_through: how far scores are.
        step_s: seconds of a step.
        alert_score: a score from here on is an alert.
    """

    start: str
    end: str
    time_range_seconds: int
    data_through: str | None
    scored_through: str | None
    step_s: int = STEP_M * 60
    alert_score: float = ALERT_SCORE


class ModelAnomalies(_Answer, frozen=True, kw_only=True):
    """What was scored of a model.

    Attributes:
        model_name: its name.
        series: by deployment, resource and metric.
    """

    model_name: str
    series: list[AnomalySeries]


class AnomalyList(_Answer, frozen=True, kw_only=True):
    """When anything was abnormal.

    Attributes:
        series_watched: with a value in the span.
        series_left_out: that there was no room for in the last step.
        episodes: the first to begin first.
    """

    series_watched: int
    series_left_out: int
    episodes: list[AnomalyEpisode]


def points_of(
    boards: Sequence[Board], wanted: Callable[[SeriesName], bool] = lambda _: True
) -> dict[SeriesName, list[AnomalyPoint]]:
    """Return series -> a point for each board, of the series that any of them names.

    Args:
        boards: in order.
        wanted: tells which series to return.
    """
    kept = cache(wanted)
    rows = [dict(_points(board, kept)) for board in boards]
    every = sorted({name for row in rows for name in row})
    return {
        name: [row.get(name) or _absent(board) for row, board in zip(rows, boards, strict=True)]
        for name in every
    }


def series_of(
    points: Mapping[SeriesName, list[AnomalyPoint]], episodes: Iterable[AnomalyEpisode]
) -> list[AnomalySeries]:
    """Return series with their points and episodes."""
    own: dict[SeriesName, list[AnomalyEpisode]] = {}
    for each in episodes:
        own.setdefault(each.name, []).append(each)
    return [
        AnomalySeries(
            name.deployment,
            name.resource,
            name.metric,
            UNITS.get(name.metric),
            found,
            own.get(name, []),
        )
        for name, found in points.items()
    ]


def _points(
    board: Board, wanted: Callable[[SeriesName], bool]
) -> Iterable[tuple[SeriesName, AnomalyPoint]]:
    time = instant(board.step)
    for at, name in enumerate(board.series):
        if not wanted(name):
            continue
        state = PointState(board.states[at])
        judged = state in (PointState.SCORED, PointState.ABNORMAL)
        yield (
            name,
            AnomalyPoint(
                time,
                float(board.values[at]),
                float(board.scores[at]) if judged else None,
                _number(float(board.lows[at])),
                _number(float(board.highs[at])),
                _number(float(board.normals[at])),
                _SHOWN[state],
            ),
        )


def _number(value: float) -> float | None:
    return value if value == value else None


def _absent(board: Board) -> AnomalyPoint:
    state = Judged.NO_TRAFFIC if board.series else Judged.GAP
    return AnomalyPoint(instant(board.step), None, None, None, None, None, state)
