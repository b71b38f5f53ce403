"""What a measured difference promises: an interval in percent of getting better."""

import math

from shared.domain.recommendation.recommendation import PERCENT, Improvement
from shared.domain.verification.looks import Interval

# ln(0.9): a tenth less.
_TENTH = math.log(0.9)


def faster(difference: Interval, eased: float = 1.0) -> bool:
    """Tell whether a difference of logarithms is a tenth less at least, all of its interval.

    Args:
        difference: theirs less ours.
        eased: what of that is enough, 0..1.
    """
    return difference.high < eased * _TENTH


def improvement_of(difference: Interval) -> Improvement:
    """Return by how many percent less there is, of a difference of logarithms."""
    return Improvement(_less(difference.high), _less(difference.low), PERCENT)


def _less(logarithm: float) -> float:
    return 100 * (1 - math.exp(logarithm))
