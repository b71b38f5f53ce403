"""How sure a baseline is."""

import pytest

from shared.domain.baseline.confidence import confidence
from tests.domain.baseline_factories import fitted, seasonal


@pytest.mark.parametrize(
    ("days", "hours_seen", "samples", "expected"),
    [
        pytest.param(1 / 24, 1, 200, 0.065, id="the first hour"),
        pytest.param(1, 24, 10_000, 0.497, id="a day"),
        pytest.param(7, 168, 10_000, 0.843, id="a week"),
        pytest.param(30, 720, 100_000, 0.957, id="a month"),
    ],
)
def test_confidence_is_what_its_formula_says(
    days: float, hours_seen: float, samples: float, expected: float
) -> None:
    found = confidence(days=days, hours=hours_seen, samples=samples)

    assert found == pytest.approx(expected, abs=0.002)


def test_confidence_grows_with_the_data() -> None:
    found = [fitted(seasonal(days)).confidence for days in (0.05, 0.5, 1, 3, 7, 14, 30)]

    assert found == sorted(found)
    assert 0 < found[0] < 0.2
    assert 0.9 < found[-1] < 1
