"""How large a share of requests follows a piece of advice, hour by hour, and since when.

It is followed where all of this holds:

* the hour that best divides the known ones in two (the greatest likelihood of two shares) is not
  before the day on which it was proposed;
* from there on, for a day at least and in 200 requests or more, the share is high (four of five),
  and in no six hours nearer to what it was;
* before, in as many requests, it was lower by 30 points, and on no single day nearer to what it
  became: so a habit of the night or of the weekend is not taken for a change;
* what is known before, or after, covers a week.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.packing import Floats, Ints
from shared.domain.recommendation.recommendation import Evidence

_DAY_H, _WEEK_H, _BLOCK_H = 24, 168, 6
_FEWEST, _FEWEST_IN_BLOCK = 200, 10
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Course:
    """Requests by the hour.

    Attributes:
        at: hours since 1970, ascending, each once.
        requests: of each, above 0.
        following: of those, how many do as advised; fractions where it is a share of tokens.
        high: the share from which on it is followed.
        rise: by how much less it has to have been before.
    """

    at: Ints
    requests: Floats
    following: Floats
    high: float = 0.8
    rise: float = 0.3


@dataclass(frozen=True, slots=True)
class Followed:
    """Since when advice is followed.

    Attributes:
        hour: the first, since 1970.
        before: share of requests that did as advised.
        after: likewise, since.
        requests_before: how many there were.
        requests_after: likewise, since.
        hours_after: known since.
    """

    hour: int
    before: float
    after: float
    requests_before: int
    requests_after: int
    hours_after: int

    def evidence(self) -> Evidence:
        """Return what requests showed."""
        return {
            "share_before": self.before,
            "share_after": self.after,
            "requests_before": self.requests_before,
            "requests_after": self.requests_after,
            "hours_after": self.hours_after,
        }


def followed(course: Course, *, since: int) -> Followed | None:
    """Return since when advice is followed; None where it is not, or not for certain.

    Args:
        course: of four weeks at most.
        since: no earlier hour counts.
    """
    if len(course.at) < 2:
        return None
    split = _best_split(course)
    hour, last = int(course.at[split]), int(course.at[-1]) + 1
    before, after = _share(course, slice(0, split)), _share(course, slice(split, None))
    n = course.requests
    if hour < since or last - hour < _DAY_H:
        return None
    if after < course.high or after - before < course.rise:
        return None
    if min(n[:split].sum(), n[split:].sum()) < _FEWEST:
        return None
    if max(hour - int(course.at[0]), last - hour) < _WEEK_H:
        return None
    middle = (before + after) / 2
    earlier = _shares(course, course.at < hour, (course.at - hour) // _DAY_H)
    later = _shares(course, course.at >= hour, (course.at - hour) // _BLOCK_H)
    if earlier.max(initial=0.0) > middle or later.min(initial=1.0) < middle:
        return None
    return Followed(hour, before, after, int(n[:split].sum()), int(n[split:].sum()), last - hour)


def _best_split(course: Course) -> int:
    """Return the row at which the second of two shares begins."""
    n, k = np.cumsum(course.requests)[:-1], np.cumsum(course.following)[:-1]
    total_n, total_k = float(course.requests.sum()), float(course.following.sum())
    likelihood = _likelihood(n, k) + _likelihood(total_n - n, total_k - k)
    return int(np.argmax(likelihood)) + 1


def _likelihood(n: Floats, k: Floats) -> Floats:
    share = np.clip(k / np.maximum(n, _LEAST), _LEAST, 1 - _LEAST)
    found: Floats = k * np.log(share) + (n - k) * np.log1p(-share)
    return found


def _share(course: Course, rows: slice) -> float:
    n = float(course.requests[rows].sum())
    return float(course.following[rows].sum()) / n if n else 0.0


def _shares(course: Course, rows: NDArray[np.bool_], block: Ints) -> Floats:
    """Return the shares of blocks of hours that have requests enough; they meet at the change."""
    own = block[rows] - block[rows].min()
    n = np.bincount(own, course.requests[rows])
    following = np.bincount(own, course.following[rows])
    enough = n >= _FEWEST_IN_BLOCK
    shares: Floats = following[enough] / n[enough]
    return shares
