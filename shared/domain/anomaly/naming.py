"""Scores under a model's name that were made under its deployment's, as rollups are named.

A series is scored under the name it then had. Where the same step has scores under both names, as
clients told the one and the other, each keeps its own.
"""

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.anomaly.board import Board, SeriesName
from shared.domain.anomaly.values import REQUEST_SERIES
from shared.domain.deployment.deployment import QuotaBook
from shared.domain.model_naming import day_end, model_served
from shared.domain.timeline import DAY_M

_OF_REQUESTS = frozenset(each.name for each in REQUEST_SERIES)


def named_boards(boards: Sequence[Board], book: QuotaBook) -> list[Board]:
    """Return boards with models in place of deployments' names.

    Args:
        boards: of steps in any order.
        book: what is known of deployments.
    """
    if not book.explained:
        return list(boards)
    # Boards of one hour mostly share their names.
    known: dict[tuple[int, int], Sequence[SeriesName]] = {}
    named: list[Board] = []
    for board in boards:
        key = id(board.series), board.step // DAY_M
        if key not in known:
            known[key] = _named(board, book)
        same = known[key] is board.series
        named.append(board if same else replace(board, series=known[key]))
    return named


def _named(board: Board, book: QuotaBook) -> Sequence[SeriesName]:
    taken = set(board.series)
    better = [_served(name, book, board.step) for name in board.series]
    if better == list(board.series):
        return board.series
    return tuple(
        old if new in taken else new for old, new in zip(board.series, better, strict=True)
    )


def _served(name: SeriesName, book: QuotaBook, minute: int) -> SeriesName:
    if name.metric not in _OF_REQUESTS and not name.metric.startswith("model_"):
        return name
    model = model_served(
        book,
        resource=name.resource,
        deployment=name.deployment,
        model=name.model,
        at=day_end(minute),
    )
    return name._replace(model=model)
