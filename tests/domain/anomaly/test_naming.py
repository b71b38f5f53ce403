"""Scores under models' names, each under its own where both were told."""

import pytest

from shared.domain.anomaly.board import Board, SeriesName, board_of
from shared.domain.anomaly.naming import named_boards
from shared.domain.anomaly.watch import Point, PointState
from shared.domain.deployment.deployment import DeploymentConfig, quota_book
from shared.domain.timeline import minute_of
from tests.domain.factories import T0

BOOK = quota_book([("chat", DeploymentConfig(model="gpt-5"))])
STEP = minute_of(T0)


def board(*names: SeriesName, step: int = STEP) -> Board:
    point = Point(0.0, 0.0, None, None, None, PointState.SCORED, 0)
    return board_of(step, {name: (float(at), point) for at, name in enumerate(sorted(names))})


def of(model: str, metric: str = "requests", deployment: str = "chat") -> SeriesName:
    return SeriesName(model, deployment, "", metric)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ([of("chat")], [of("gpt-5")]),
        ([of("chat", "model_quality_tone")], [of("gpt-5", "model_quality_tone")]),
        ([of("chat", "queue_depth")], [of("chat", "queue_depth")]),
        ([of("gpt-4.1")], [of("gpt-4.1")]),
        ([of("chat", deployment="other")], [of("chat", deployment="other")]),
        ([of("chat"), of("gpt-5")], [of("chat"), of("gpt-5")]),
    ],
    ids=["requests", "scores", "a client's gauge", "told", "another's name", "both told"],
)
def test_a_model_stands_for_its_deployments_name(
    given: list[SeriesName], shown: list[SeriesName]
) -> None:
    (named,) = named_boards([board(*given)], BOOK)
    assert list(named.series) == shown
    assert named.values.tolist() == list(range(len(given)))


def test_without_a_configuration_boards_are_as_they_were() -> None:
    made = [board(of("chat"))]
    assert named_boards(made, quota_book([]))[0] is made[0]


def test_a_configuration_counts_from_its_day_on() -> None:
    dated = DeploymentConfig(model="gpt-5", effective_from=T0)
    boards = [board(of("chat"), step=STEP + day * 1440) for day in (-1, 0, 1)]
    named = named_boards(boards, quota_book([("chat", dated)]))
    assert [each.series[0].model for each in named] == ["chat", "gpt-5", "gpt-5"]
