"""Quantiles of sliding windows are those of each window by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.rollup.rollup import Sparse, summed
from shared.domain.rollup.sketch import keys_of, quantile
from shared.domain.rollup.sliding_quantile import Costs, quantile_of, window_quantiles
from tests.domain.factories import ints

_ROWS = 40
_KEYS = st.one_of(
    st.integers(131_000, 131_040), st.sampled_from([0, -131_072, 190_000]), st.integers(-5, 5)
)
_ENTRIES = st.lists(
    st.tuples(st.integers(0, _ROWS - 1), _KEYS, st.integers(1, 1_000)), min_size=1, max_size=60
)
_WINDOWS = st.lists(
    st.tuples(st.integers(0, _ROWS), st.integers(0, _ROWS)).map(sorted), min_size=1, max_size=50
)
_SHARES = st.sampled_from([0.05, 0.5, 0.9, 0.95, 0.99, 1.0])


def _sparse(entries: list[tuple[int, int, int]]) -> Sparse:
    return summed(*(ints(*column) for column in zip(*entries, strict=True)))


def _one_by_one(sketch: Sparse, windows: list[list[int]], share: float) -> list[float]:
    """Merge each window's entries and read the quantile off them."""
    found = []
    for low, high in windows:
        inside = (sketch.rows >= low) & (sketch.rows < high)
        whole = summed(np.zeros(int(inside.sum()), int), sketch.keys[inside], sketch.sums[inside])
        found.append(quantile(whole.keys, whole.sums, share))
    return found


@pytest.mark.parametrize("window_cells", [0, 5_000, 1 << 40], ids=["singly", "mixed", "tables"])
@pytest.mark.parametrize("max_cells", [64, 1 << 20], ids=["halved", "whole"])
@given(entries=_ENTRIES, windows=_WINDOWS, share=_SHARES)
def test_every_window_has_the_quantile_of_its_own_entries(
    window_cells: int,
    max_cells: int,
    entries: list[tuple[int, int, int]],
    windows: list[list[int]],
    share: float,
) -> None:
    sketch = _sparse(entries)
    low, high = (ints(*column) for column in zip(*windows, strict=True))

    found = window_quantiles(sketch, low, high, share, costs=Costs(max_cells, window_cells))

    np.testing.assert_array_equal(found, _one_by_one(sketch, windows, share))


def test_a_window_without_entries_has_no_quantile() -> None:
    sketch = _sparse([(3, 7, 1)])

    found = window_quantiles(sketch, ints(0, 3, 4, 2), ints(3, 3, 9, 4), 0.5)

    assert np.isnan(found).tolist() == [True, True, True, False]


def test_p95_of_one_to_twenty_is_nineteen() -> None:
    keys = keys_of(np.arange(1.0, 21.0))

    assert quantile_of(keys, np.ones(20, np.int64), 0.95) == pytest.approx(19, rel=0.006)


def test_a_day_of_minutes_in_blocks_is_the_same_as_window_by_window() -> None:
    rng = np.random.default_rng(7)
    rows = np.repeat(np.arange(1_440), 6)
    sketch = summed(rows, keys_of(rng.lognormal(6, 1, len(rows))), rng.integers(1, 5, len(rows)))
    ends = np.arange(1, 1_441)
    windows = [[max(int(end) - 30, 0), int(end)] for end in ends]

    found = window_quantiles(sketch, np.maximum(ends - 30, 0), ends, 0.95)

    np.testing.assert_array_equal(found, _one_by_one(sketch, windows, 0.95))
