"""The scorer follows the benchmark's rules, worked out by hand here."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.nab.corpus import FOLDER, Labelled, halves, load
from tools.nab.scorer import FALSE_ALARM_COST, probation_points, sweep

LENGTH = 1_000
FIRST, LAST = 500, 599
BEST = 2 / (1 + exp(-5)) - 1


def labelled(*windows: tuple[int, int]) -> Labelled:
    """Return a series with windows."""
    return Labelled("a", np.arange(LENGTH, dtype=float), np.zeros(LENGTH), windows)


def detected(*places: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return scores that are 1 at places."""
    scores = np.zeros(LENGTH)
    scores[list(places)] = 1
    return scores


def normalised(raw: float) -> float:
    """Return the score of one series with one window, of which no detection is worth -1."""
    return 100 * (raw + 1) / 2


@pytest.mark.parametrize(
    ("places", "raw"),
    [
        pytest.param([], -1, id="none"),
        pytest.param([FIRST], 1, id="at once"),
        pytest.param([LAST], (2 / (1 + exp(-0.05)) - 1) / BEST, id="last moment"),
        pytest.param([549], (2 / (1 + exp(-0.05 * 51)) - 1) / BEST, id="half way"),
        pytest.param([FIRST, 520, LAST], 1, id="the best counts"),
        pytest.param([FIRST, 300], 1 - FALSE_ALARM_COST, id="false before any window"),
        pytest.param([FIRST, 950], 1 - FALSE_ALARM_COST, id="false and far"),
        pytest.param(
            [FIRST, 648], 1 - FALSE_ALARM_COST * (1 - 2 / (1 + exp(5 * 49 / 99))), id="just after"
        ),
        pytest.param([149, 0], -1, id="in probation"),
        pytest.param([150], -1 - FALSE_ALARM_COST, id="after probation"),
    ],
)
def test_detections_are_worth(places: list[int], raw: float) -> None:
    swept = sweep([labelled((FIRST, LAST))], [detected(*places)])
    assert swept.at(0.5) == pytest.approx(normalised(raw))


@pytest.mark.parametrize(
    ("length", "points"), [(100, 15), (1_001, 150), (5_000, 750), (9_000, 750)]
)
def test_probation_is_a_share_up_to_a_limit(length: int, points: int) -> None:
    assert probation_points(length) == points


def test_the_best_threshold_is_one_for_the_whole_corpus() -> None:
    quiet, loud = detected(FIRST) * 0.4, detected(FIRST, 200, 300)
    swept = sweep([labelled((FIRST, LAST))] * 2, [quiet, loud])
    assert swept.best == (0.4, pytest.approx(100 * (2 + 2 - 2 * FALSE_ALARM_COST) / 4))
    assert swept.at(0.5) == pytest.approx(100 * (0 + 2 - 2 * FALSE_ALARM_COST) / 4)
    assert swept.at(2.0) == 0


@given(st.lists(st.integers(0, LENGTH - 1), max_size=20))
def test_no_detector_is_better_than_perfect(places: list[int]) -> None:
    assert sweep([labelled((FIRST, LAST))], [detected(*places)]).best[1] <= 100 + 1e-9


def test_halves_take_turns() -> None:
    assert halves(list("abcde")) == (["a", "c", "e"], ["b", "d"])


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the benchmark's data is not here")
def test_the_corpus_is_the_benchmarks() -> None:
    corpus = load()
    assert len(corpus) == 58
    assert sum(len(series.windows) for series in corpus) == 116
    assert sum(len(series.values) for series in corpus) == 365_558
