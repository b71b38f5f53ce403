"""The scores of one step, of every series: written once, never changed.

A board is what counts: it says which series there were, with which values, and what those were
given. What is remembered of series follows from the boards, in order, so whoever breaks off in
between can be followed by anybody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np

from shared.domain.anomaly.watch import STEP_M, Point
from shared.domain.packing import Column, Floats, Ints, pack, unpack

_FLOATS = ("values", "scores", "held", "lows", "highs", "normals")
_INTS = ("states", "since")


class SeriesName(NamedTuple):
    """What a series is about.

    Attributes:
        model: empty where a client's metric names none.
        deployment: empty likewise, and where it names none.
        resource: empty for requests: deployments of one name are one series.
        metric: what its values are.
    """

    model: str
    deployment: str
    resource: str
    metric: str


@dataclass(frozen=True, slots=True)
class Board:
    """A step's scores.

    Attributes:
        step: its first minute.
        series: those with a value in it, sorted; none is a gap, in which nothing arrived at all.
        values: float64, of each, in the unit of its metric.
        scores: the detector's, 0..1.
        held: the score that rules see (`Point.held`).
        lows: from here to `highs` a value would not have been an alert by itself; NaN at first.
        highs: likewise.
        normals: what was usual at that time; NaN at first.
        states: int64, a `PointState`.
        since: the step with which its episode began; 0 outside of one.
        left_out: series with a value that there was no room for.
    """

    step: int
    series: Sequence[SeriesName]
    values: Floats
    scores: Floats
    held: Floats
    lows: Floats
    highs: Floats
    normals: Floats
    states: Ints
    since: Ints
    left_out: int = 0

    @property
    def end(self) -> int:
        """Return the minute after its last."""
        return self.step + STEP_M


def board_of(
    step: int, points: Mapping[SeriesName, tuple[float, Point]], *, left_out: int = 0
) -> Board:
    """Return the board of a step.

    Args:
        step: its first minute.
        points: series -> its value, and what that was given; in order of series.
        left_out: series that there was no room for.
    """
    given = [point for _, point in points.values()]
    return Board(
        step,
        tuple(points),
        np.array([value for value, _ in points.values()], np.float64),
        np.array([point.score for point in given], np.float64),
        np.array([point.held for point in given], np.float64),
        _floats(point.low for point in given),
        _floats(point.high for point in given),
        _floats(point.normal for point in given),
        np.array([point.state for point in given], np.int64),
        np.array([point.since for point in given], np.int64),
        left_out,
    )


def board_bytes(board: Board) -> bytes:
    """Return a board as it is stored."""
    columns: dict[str, Column] = {name: getattr(board, name) for name in (*_FLOATS, *_INTS)}
    columns["left_out"] = np.array([board.left_out], np.int64)
    columns["names"] = msgspec.msgpack.encode(board.series)
    return pack(columns)


def read_board(step: int, stored: bytes) -> Board:
    """Return a board as it was stored."""
    columns = unpack(stored)
    series = _names(bytes(columns["names"]))  # type: ignore[arg-type]
    left_out = int(columns["left_out"][0])
    kept = {name: columns[name] for name in (*_FLOATS, *_INTS)}
    return Board(step, series, left_out=left_out, **kept)  # type: ignore[arg-type]


def _floats(numbers: Iterable[float | None]) -> Floats:
    return np.array([np.nan if number is None else number for number in numbers], np.float64)


# Boards of one hour mostly name the same series.
@lru_cache(maxsize=64)
def _names(stored: bytes) -> tuple[SeriesName, ...]:
    found = msgspec.msgpack.decode(stored, type=list[tuple[str, str, str, str]])
    return tuple(SeriesName(*each) for each in found)
