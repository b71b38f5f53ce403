"""The references score a spike highest, and see nothing that comes later."""

import numpy as np
import pytest

from tools.nab.corpus import Labelled
from tools.nab.references import REFERENCES, chance

NAMES = [name for name, reference in REFERENCES.items() if reference is not chance]
AT = 2_500


def series(last: float = 0.0) -> Labelled:
    """Return noise with a spike and a missing value."""
    values = np.random.default_rng(1).normal(0, 1, 3_000)
    values[AT] = 12
    values[AT - 5] = np.nan
    values[-1] = last
    return Labelled("a", 3_600.0 * np.arange(len(values)), values, ((AT, AT),))


@pytest.mark.parametrize("name", NAMES)
def test_a_spike_scores_highest(name: str) -> None:
    assert np.argmax(REFERENCES[name](series())[1_000:]) + 1_000 in (AT, AT + 1)


@pytest.mark.parametrize("name", list(REFERENCES))
def test_scores_are_from_0_to_1_and_blind_to_what_comes(name: str) -> None:
    scores, others = REFERENCES[name](series()), REFERENCES[name](series(last=1e6))
    assert scores.min() >= 0
    assert scores.max() <= 1
    np.testing.assert_array_equal(scores[:-1], others[:-1])


def test_a_median_of_blocks_is_the_median_of_each() -> None:
    values = np.random.default_rng(2).normal(0, 1, 5_000)
    scores = REFERENCES["median deviation"](Labelled("a", np.arange(5_000.0), values, ()))
    for at in (2, 299, 300, 301, 4_395, 4_396, 4_999):
        past = values[max(0, at - 300) : at]
        usual = 1.4826 * np.median(np.abs(past - np.median(past)))
        deviation = abs(values[at] - np.median(past)) / usual
        assert scores[at] == pytest.approx(deviation / (1 + deviation))
