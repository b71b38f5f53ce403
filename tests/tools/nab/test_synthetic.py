"""Synthetic series: the same for a seed, with anomalies where the windows say."""

import numpy as np
import pytest

from tools.nab.injected import KINDS, Change, inject
from tools.nab.synthetic import SHAPES, draw


def test_a_seed_draws_the_same_again_and_another_does_not() -> None:
    one, again, other = draw(7, seed=1), draw(7, seed=1), draw(7, seed=2)
    for left, right, third in zip(one, again, other, strict=True):
        np.testing.assert_array_equal(left.values, right.values)
        assert left.windows == right.windows
        assert left.windows != third.windows


def test_every_shape_is_drawn_with_windows_in_order_after_the_history() -> None:
    for series, shape in zip(draw(len(SHAPES), seed=3), SHAPES, strict=True):
        length = len(series.values)
        assert series.name.endswith(shape)
        assert series.windows[0][0] >= length // 4
        edges = [edge for window in series.windows for edge in window]
        assert edges == sorted(edges)
        assert edges[-1] < length
        assert 0 < np.isnan(series.values).sum() < length / 50


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_anomaly_changes_its_window_and_nothing_before(kind: Change) -> None:
    before = np.random.default_rng(1).normal(100, 5, 1_000)
    values = before.copy()
    first, last = inject(values, kind, 600, np.random.default_rng(2))
    np.testing.assert_array_equal(values[:first], before[:first])
    assert np.abs(values - before)[first : last + 1].max() > 15
    if kind.__name__ != "level":
        np.testing.assert_array_equal(values[last + 1 :], before[last + 1 :])
