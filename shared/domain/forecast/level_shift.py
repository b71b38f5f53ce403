"""Brings the days before a lasting shift of level to the level after it.

A release doubles the spend, an application moves away: what went before then tells about the week
and the noise, and no longer about the level. Within the last 120 days the likeliest day of a shift
is where two means, one before and one after, fit best by least squares (Hinkley 1970,
doi:10.1093/biomet/57.1.1); the outer 5 % of values are cut. The shift is believed if, with the
profile of the week taken out,

- it is 8 to 60 days ago, and at least three weeks lie before it;
- 95 % of days on either side lie on their side of the middle between both medians;
- the medians are more than four times as far apart as days usually are from theirs
  (1.4826 times the median distance, of the noisier side).

A ramp or a season fails the last, a burst or a holiday week the first. Zeros before anything was
spent at all are left out in any case.
"""

from dataclasses import dataclass

import numpy as np

from shared.domain.forecast.daily_series import WEEK_DAYS
from shared.domain.packing import Floats

_SEEN_DAYS = 120
_COMPARED_DAYS = 56
_FEWEST_AFTER, _MOST_AFTER = 8, 60
_FEWEST_BEFORE = 21
_NEAR = 3
_NOTHING = 0.02
_OUTER_SHARE = 0.05
_APART = 0.95
_USUAL_DISTANCES = 4.0
_DEVIATION_OF_DISTANCE = 1.4826


@dataclass(frozen=True, slots=True)
class LevelShift:
    """A shift of level.

    Attributes:
        days_ago: how many days have the new level.
        before: the median before.
        after: the median since.
        apart: the share of days on their side of the middle, the smaller of both sides'.
    """

    days_ago: int
    before: float
    after: float
    apart: float


def since_first_spend(values: Floats) -> Floats:
    """Return the days from the first that is not zero on.

    All are returned if one is negative, if no more than a week would be left, or if what is left is
    zero on most days: such a series rests now and then, and rested at the beginning.
    """
    some = np.flatnonzero(np.nan_to_num(values))
    if not len(some) or np.nanmin(values) < 0:
        return values
    left = values[some[0] :]
    known = np.count_nonzero(~np.isnan(left))
    return left if known > WEEK_DAYS and 2 * len(some) > known else values


def level_shift(values: Floats) -> LevelShift | None:
    """Return the last shift of level; None without a believable one.

    Args:
        values: by day; no holes.
    """
    seen = values[-_SEEN_DAYS:]
    most = min(_MOST_AFTER, len(seen) - _FEWEST_BEFORE)
    if most < _FEWEST_AFTER:
        return None
    likeliest = _likeliest(seen, most)
    near = range(max(likeliest - _NEAR, _FEWEST_AFTER), min(likeliest + _NEAR, most) + 1)
    found = [_believed(seen[: len(seen) - ago], seen[len(seen) - ago :]) for ago in near]
    believed = [shift for shift in found if shift is not None]
    return max(believed, key=lambda shift: shift.apart, default=None)


def levelled(values: Floats, shift: LevelShift) -> Floats:
    """Return the series with the days before the shift at the level after it.

    A series that is never negative is multiplied, any other moved; holes stay holes. Days before
    the first of spend, near zero, tell nothing and are left out.
    """
    start = len(values) - shift.days_ago
    never_negative = np.nanmin(values) >= 0
    if never_negative and shift.before < _NOTHING * shift.after:
        return values[start:]
    brought = values.copy()
    if never_negative:
        brought[:start] *= max(shift.after / shift.before, 0.0)
    else:
        brought[:start] += shift.after - shift.before
    return brought


def _likeliest(seen: Floats, most: int) -> int:
    """Return how many days ago two means fit the days best."""
    low, high = np.quantile(seen, [_OUTER_SHARE, 1 - _OUTER_SHARE])
    cut = np.clip(seen, low, high)
    ago = np.arange(1, most + 1)
    later = np.cumsum((cut - cut.mean())[::-1])[:most]
    explained = later**2 / (ago * (len(seen) - ago))
    return _FEWEST_AFTER + int(np.argmax(explained[_FEWEST_AFTER - 1 :]))


def _believed(before: Floats, after: Floats) -> LevelShift | None:
    before = before[-_COMPARED_DAYS:]
    weekday = (np.arange(len(before) + len(after)) % WEEK_DAYS)[:, None] == np.arange(WEEK_DAYS)
    level = float(np.median(before))
    places = weekday[: len(before)]
    profile = np.array([np.median(before[places[:, day]]) for day in range(WEEK_DAYS)]) - level
    ratio = float(np.median(after)) / level if level > 0 and before.min() >= 0 else 1.0
    return _apart(before - places @ profile, after - ratio * (weekday[len(before) :] @ profile))


def _apart(before: Floats, after: Floats) -> LevelShift | None:
    old, new = float(np.median(before)), float(np.median(after))
    middle, upwards = (old + new) / 2, np.sign(new - old)
    usual = max(float(np.median(np.abs(before - old))), float(np.median(np.abs(after - new))))
    if abs(new - old) <= _USUAL_DISTANCES * _DEVIATION_OF_DISTANCE * usual:
        return None
    stayed = np.mean(upwards * (before - middle) < 0)
    moved = np.mean(upwards * (after - middle) > 0)
    apart = float(min(stayed, moved))
    return LevelShift(len(after), old, new, apart) if apart >= _APART else None
