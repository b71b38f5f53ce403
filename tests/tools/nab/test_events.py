"""Events: windows are found or not, and alarms outside them are false."""

import numpy as np
import pytest

from tools.nab.corpus import Labelled
from tools.nab.events import Events, best_events, events

LENGTH = 1_000


def counted(places: list[int], *windows: tuple[int, int]) -> Events:
    """Return the events of alarms at places."""
    series = Labelled("a", np.arange(LENGTH, dtype=float), np.zeros(LENGTH), windows)
    scores = np.zeros(LENGTH)
    scores[places] = 1
    return events([series], [scores], 0.5)


@pytest.mark.parametrize(
    ("places", "found", "false_alarms"),
    [
        pytest.param([], 0, 0, id="silence"),
        pytest.param([500, 501, 510], 1, 0, id="a window counts once"),
        pytest.param([499], 0, 1, id="one point early is false"),
        pytest.param([511], 0, 1, id="one point late is false"),
        pytest.param([300, 301, 302], 0, 1, id="neighbours are one alarm"),
        pytest.param([300, 302], 0, 2, id="others are not"),
        pytest.param(list(range(300, 341)), 0, 3, id="a lasting alarm counts again"),
        pytest.param([100], 0, 0, id="probation"),
    ],
)
def test_alarms_count(places: list[int], found: int, false_alarms: int) -> None:
    assert counted(places, (500, 510)) == Events(found, 1, false_alarms)


def test_f1_weighs_missed_and_false_alike() -> None:
    assert Events(found=3, windows=4, false_alarms=2).f1 == pytest.approx(6 / 9)
    assert Events(0, 0, 0).f1 == 0


def test_a_window_in_probation_is_left_out() -> None:
    assert counted([], (10, 20)).windows == 0


def test_the_best_threshold_parts_anomalies_from_noise() -> None:
    scores = np.random.default_rng(1).uniform(0, 0.5, LENGTH)
    scores[[500, 700]] = 0.9, 0.8
    series = Labelled("a", np.arange(LENGTH, dtype=float), scores, ((495, 505), (695, 705)))
    threshold, best = best_events([series], [scores])
    assert 0.5 < threshold <= 0.8
    assert best.f1 == 1
