"""Answering what was scored: a model's series point by point, and the episodes of all."""

from typing import Any

from shared.domain.anomaly.board import Board, SeriesName
from shared.domain.anomaly.episodes import episodes_of
from shared.domain.anomaly.view import AnomalyList, ModelAnomalies, points_of, series_of
from shared.domain.anomaly.watch import STEP_M
from shared.domain.span import Span
from shared.domain.timeline import floor_to, rfc3339_minute
from shared.services.anomalies import SCORED_THROUGH
from shared.services.anomaly_ports import Boards
from shared.services.ports import Cursors
from shared.services.rollup import COMPLETE_THROUGH


async def model_anomalies(
    model: str, deployment: str, metric: str, span: Span, *, boards: Boards, cursors: Cursors
) -> ModelAnomalies:
    """Return a model's series with scores, bands and episodes.

    Args:
        model: its name.
        deployment: its name; empty for all of the model's.
        metric: what series measure; empty for everything.
        span: minutes covered.
        boards: scores.
        cursors: how far they reach.
    """

    def wanted(name: SeriesName) -> bool:
        return (
            name.model == model
            and deployment in ("", name.deployment)
            and metric in ("", name.metric)
        )

    found = await _boards(span, boards)
    points = points_of(found, wanted)
    episodes = [each for each in episodes_of(found) if wanted(each.name)]
    return ModelAnomalies(
        model_name=model,
        series=series_of(points, episodes),
        **await _described(span, cursors),
    )


async def list_episodes(span: Span, *, boards: Boards, cursors: Cursors) -> AnomalyList:
    """Return the episodes of every series, the first to begin first.

    Args:
        span: minutes covered.
        boards: scores.
        cursors: how far they reach.
    """
    found = await _boards(span, boards)
    return AnomalyList(
        series_watched=len({name for board in found for name in board.series}),
        series_left_out=found[-1].left_out if found else 0,
        episodes=episodes_of(found),
        **await _described(span, cursors),
    )


async def _boards(span: Span, boards: Boards) -> list[Board]:
    return await boards.boards(floor_to(span.first, STEP_M), span.end)


async def _described(span: Span, cursors: Cursors) -> dict[str, Any]:
    complete, scored = await cursors.read(COMPLETE_THROUGH), await cursors.read(SCORED_THROUGH)
    return {
        **span.described(complete.minute if complete else None),
        "scored_through": rfc3339_minute(scored.minute) if scored else None,
    }
