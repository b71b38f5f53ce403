"""Student's t, against published tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.verification.student import critical_t, outside


@pytest.mark.parametrize(
    ("error", "degrees", "t"),
    [
        (0.05, 1, 12.706),
        (0.05, 2, 4.303),
        (0.05, 3, 3.182),
        (0.01, 6, 3.707),
        (0.02, 6, 3.143),
        (0.002, 7, 4.785),
        (0.05, 30, 2.042),
        (0.001, 40, 3.551),
    ],
)
def test_critical_values_are_those_of_tables(error: float, degrees: int, t: float) -> None:
    assert critical_t(error, degrees) == pytest.approx(t, abs=5e-4)


@given(st.floats(1e-4, 0.9), st.integers(1, 60))
def test_the_critical_value_leaves_the_error_outside(error: float, degrees: int) -> None:
    assert outside(critical_t(error, degrees), degrees) == pytest.approx(error, rel=1e-6)
