"""It does not matter who scored a step, where a run broke off, or in which shard a series is."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.anomaly.board import Board, SeriesName, board_bytes, read_board
from shared.domain.anomaly.scoreboard import (
    SHARDS,
    Scoreboard,
    Shard,
    read_shard,
    shard_bytes,
)
from shared.domain.anomaly.values import StepValue
from shared.domain.anomaly.watch import STEP_M
from shared.domain.timeline import DAY_M

STEPS = 130
FIRST = 20_000 * DAY_M
RNG = np.random.default_rng(5)


def name(at: int, metric: str = "requests") -> SeriesName:
    return SeriesName(f"model-{at}", "east", "", metric)


def values(at: int, *, count: int = 12) -> dict[SeriesName, StepValue]:
    """Return values of some series in the step at a place; every series is silent now and then."""
    rng = np.random.default_rng([9, at])
    found = {
        name(each): StepValue(100 + float(rng.normal()) + 50 * (at > 120), rng.random() < 0.1)
        for each in range(count)
        if rng.random() < 0.9
    }
    return {} if at % 37 == 36 else found


def history() -> tuple[list[Board], Scoreboard]:
    scoreboard = Scoreboard({})
    boards = [scoreboard.score(FIRST + at * STEP_M, values(at)) for at in range(STEPS)]
    return boards, scoreboard


BOARDS, END = history()
STORED = {number: shard_bytes(shard) for number, shard in END.shards.items()}


def test_a_board_comes_back_as_it_was_stored() -> None:
    for board in BOARDS[:3] + BOARDS[-3:]:
        found = read_board(board.step, board_bytes(board))
        assert found.series == board.series
        assert found.left_out == board.left_out
        for column in ("values", "scores", "held", "lows", "highs", "normals", "states", "since"):
            np.testing.assert_array_equal(getattr(found, column), getattr(board, column))


@settings(max_examples=15, deadline=None)
@given(broke_off=st.lists(st.integers(0, STEPS), min_size=SHARDS, max_size=SHARDS))
def test_following_boards_from_any_shards_gives_the_same_state(broke_off: list[int]) -> None:
    shards: dict[int, Shard] = {}
    for number, until in enumerate(broke_off):
        past = Scoreboard({})
        for board in BOARDS[:until]:
            past.follow(board)
        shards[number] = read_shard(shard_bytes(past.shards[number]))
    resumed = Scoreboard(shards)
    assert resumed.behind == min((FIRST + at * STEP_M if at else 0) for at in broke_off)
    for board in BOARDS:
        if board.end > resumed.behind:
            resumed.follow(board)
    assert {n: shard_bytes(shard) for n, shard in resumed.shards.items()} == STORED


def test_a_step_without_anything_is_a_gap_and_no_value() -> None:
    gap = BOARDS[36]
    assert gap.series == ()
    later = Scoreboard({}).score(FIRST, {name(1): StepValue(1.0, few=False)})
    assert later.series == (name(1),)
    assert math.isnan(later.lows[0])


def test_a_full_board_keeps_those_it_knows_and_counts_the_others() -> None:
    scoreboard = Scoreboard({}, most=3)
    known = {name(each): StepValue(1.0, few=False) for each in (5, 6)}
    scoreboard.score(FIRST, known)
    more = {name(each): StepValue(1.0, few=False) for each in (9, 1, 5)}

    board = scoreboard.score(FIRST + STEP_M, more)

    assert board.series == (name(5), name(9))
    assert board.left_out == 1
    assert scoreboard.watched == 3


@pytest.mark.parametrize(("silent_d", "watched"), [(14, 2), (15, 1)])
def test_a_series_silent_for_two_weeks_makes_room(silent_d: int, watched: int) -> None:
    scoreboard = Scoreboard({}, most=2)
    both = {name(each): StepValue(1.0, few=False) for each in (1, 2)}
    scoreboard.score(FIRST, both)
    only = {name(1): StepValue(1.0, few=False)}
    for step in range(FIRST + STEP_M, FIRST + silent_d * DAY_M, STEP_M):
        scoreboard.score(step, only)
    assert scoreboard.watched == watched


def test_what_another_version_remembered_is_learned_anew() -> None:
    shard = Shard(99, 7, dict(next(s for s in END.shards.values() if s.series).series))
    assert read_shard(shard_bytes(shard)) == Shard()
