"""Episodes read off boards: when a series was abnormal, how much, and in which direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np

from shared.domain.anomaly.board import Board, SeriesName
from shared.domain.anomaly.watch import CALM_STEPS, PointState
from shared.domain.timeline import instant

_OPEN_M = 60


class AnomalyEpisode(msgspec.Struct, frozen=True):
    """A time in which a series was abnormal.

    Attributes:
        model: as labels have it.
        deployment: likewise.
        resource: likewise.
        metric: what the series measures.
        start: when the first abnormal step began.
        end: when the last abnormal step so far ended.
        ongoing: whether it may go on: no two calm values came since, and no silent hour.
        peak_score: the highest score.
        direction: `above` or `below` what was expected, by the first abnormal step.
        value: the most extreme one in that direction, in the unit of the series.
        expected: what was usual at the time of the first abnormal step.
        steps: abnormal steps seen.
    """

    model: str
    deployment: str
    resource: str
    metric: str
    start: datetime
    end: datetime
    ongoing: bool
    peak_score: float
    direction: str
    value: float
    expected: float | None
    steps: int

    @property
    def name(self) -> SeriesName:
        """Return the series."""
        return SeriesName(self.model, self.deployment, self.resource, self.metric)


@dataclass(slots=True)
class _Course:
    """An episode on its way through the boards.

    Attributes:
        first: the value of its first abnormal step in the boards.
        normal: what was usual then.
        end: the minute after its last abnormal step.
        peak: the highest score.
        least: the least value.
        most: the greatest.
        steps: abnormal steps.
        calm: values after the last of them.
    """

    first: float
    normal: float
    end: int
    peak: float
    least: float
    most: float
    steps: int = 0
    calm: int = 0


def episodes_of(boards: Sequence[Board]) -> list[AnomalyEpisode]:
    """Return the episodes with a step in these boards, the first to begin first.

    Args:
        boards: in order, as far as scoring has come.
    """
    found: dict[tuple[SeriesName, int], _Course] = {}
    latest: dict[SeriesName, int] = {}
    for board in boards:
        states, sinces = board.states.tolist(), board.since.tolist()
        for at, name in enumerate(board.series):
            if states[at] == PointState.ABNORMAL:
                latest[name] = sinces[at]
                _extend(found, (name, sinces[at]), board, at)
            elif name in latest and states[at] == PointState.SCORED:
                found[name, latest[name]].calm += 1
    through = boards[-1].end if boards else 0
    episodes = [
        _episode(name, since, course, through, is_latest=latest[name] == since)
        for (name, since), course in found.items()
    ]
    return sorted(episodes, key=lambda each: (each.start, each.name))


def _extend(
    found: dict[tuple[SeriesName, int], _Course], key: tuple[SeriesName, int], board: Board, at: int
) -> None:
    value, held = float(board.values[at]), float(board.held[at])
    course = found.get(key)
    if course is None:
        normal = float(board.normals[at])
        course = found[key] = _Course(value, normal, board.end, held, value, value)
    course.end, course.calm = board.end, 0
    course.steps += 1
    course.peak = max(course.peak, held)
    course.least, course.most = min(course.least, value), max(course.most, value)


def _episode(
    name: SeriesName, since: int, course: _Course, through: int, *, is_latest: bool
) -> AnomalyEpisode:
    above = course.first >= course.normal
    ongoing = is_latest and course.calm < CALM_STEPS and through - course.end < _OPEN_M
    return AnomalyEpisode(
        *name,
        start=instant(since),
        end=instant(course.end),
        ongoing=ongoing,
        peak_score=course.peak,
        direction="above" if above else "below",
        value=course.most if above else course.least,
        expected=None if np.isnan(course.normal) else course.normal,
        steps=course.steps,
    )
