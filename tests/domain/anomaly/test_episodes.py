"""Episodes as boards tell them: when, how high, in which direction, and whether they go on."""

from datetime import timedelta

import pytest

from shared.domain.anomaly.board import Board, SeriesName, board_of
from shared.domain.anomaly.episodes import episodes_of
from shared.domain.anomaly.samples import score_samples
from shared.domain.anomaly.view import Judged, points_of
from shared.domain.anomaly.watch import STEP_M, Point, PointState
from shared.domain.timeline import instant

START = 29_000_000 // STEP_M * STEP_M
NAME = SeriesName("gpt-5", "east", "", "error_rate")
OTHER = SeriesName("gpt-5", "west", "", "error_rate")


def boards(story: str, *, value: float = 9.0) -> list[Board]:
    """Return boards of one series: x abnormal, . scored, f few, l learning, _ silent, g a gap."""
    found, since = [], 0
    for at, sign in enumerate(story):
        step = START + at * STEP_M
        calm = Point(0.1, 0.1, 1.0, 3.0, 2.0, PointState.SCORED, 0)
        points = {OTHER: (2.0, calm)} if sign != "g" else {}
        since = (since or step) if sign == "x" or (since and sign != ".") else 0
        if sign == "x":
            points[NAME] = value, Point(0.6, 0.7, 1.0, 3.0, 2.0, PointState.ABNORMAL, since)
        elif sign in ".fl":
            state = {".": PointState.SCORED, "f": PointState.FEW, "l": PointState.LEARNING}[sign]
            points[NAME] = 2.0, Point(0.1, 0.1, 1.0, 3.0, 2.0, state, 0)
        found.append(board_of(step, dict(sorted(points.items()))))
    return found


def at(steps: int) -> timedelta:
    return steps * timedelta(minutes=STEP_M)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        pytest.param("....", [], id="none"),
        pytest.param(".x..", [(1, 2, False)], id="one step"),
        pytest.param(".xxx..", [(1, 4, False)], id="three steps"),
        pytest.param(".xx", [(1, 3, True)], id="goes on"),
        pytest.param(".xx.", [(1, 3, True)], id="one calm value may be chance"),
        pytest.param(".xx__", [(1, 3, True)], id="silence is not calm"),
        pytest.param(".xx" + "_" * 12, [(1, 3, False)], id="an hour of silence ends it"),
        pytest.param("xx_gxf", [(0, 5, True)], id="gaps and few samples in between"),
        pytest.param("x..x..", [(0, 1, False), (3, 4, False)], id="two"),
    ],
)
def test_when(story: str, expected: list[tuple[int, int, bool]]) -> None:
    found = episodes_of(boards(story))
    assert [(e.start, e.end, e.ongoing) for e in found] == [
        (instant(START) + at(first), instant(START) + at(end), ongoing)
        for first, end, ongoing in expected
    ]


@pytest.mark.parametrize(
    ("value", "direction"), [(9.0, "above"), (-9.0, "below"), (2.5, "above"), (1.5, "below")]
)
def test_an_episode_says_what_was_seen_and_expected(value: float, direction: str) -> None:
    (found,) = episodes_of(boards(".xx.", value=value))
    assert (found.model, found.deployment, found.metric) == ("gpt-5", "east", "error_rate")
    assert (found.direction, found.value) == (direction, value)
    assert (found.expected, found.peak_score, found.steps) == (2.0, 0.7, 2)


def test_every_step_of_a_series_has_a_point_and_says_what_became_of_it() -> None:
    points = points_of(boards("l.xf_g"))[NAME]
    assert [each.state for each in points] == [
        Judged.LEARNING,
        Judged.SCORED,
        Judged.ABNORMAL,
        Judged.FEW,
        Judged.NO_TRAFFIC,
        Judged.GAP,
    ]
    assert [each.value for each in points] == [2.0, 2.0, 9.0, 2.0, None, None]
    assert [each.score for each in points] == [None, 0.1, 0.6, None, None, None]


def test_judged_scores_are_samples_in_the_last_minute_of_their_step() -> None:
    samples = score_samples(boards("l.xf_g"), ("deployment",), {"metric": "error_rate"})
    rows = zip(samples.group.tolist(), samples.slots.tolist(), samples.high.tolist(), strict=True)
    east = [
        (slot - START, score)
        for group, slot, score in rows
        if samples.groups[group] == (("deployment", "east"),)
    ]
    assert east == [(9, 0.1), (14, 0.7)]
    assert samples.groups == [(("deployment", "east"),), (("deployment", "west"),)]


def test_coarser_groups_take_the_highest_and_other_series_are_left_out() -> None:
    samples = score_samples(boards(".x"), ("model",), {"model": "gpt-5"})
    assert samples.high.tolist() == [0.1, 0.7]
    assert samples.count.tolist() == [2, 2]
    assert len(score_samples(boards(".x"), (), {"model": "another"})) == 0
    assert len(score_samples([], (), {})) == 0
