"""Differences between before and after, one for each block of matched hours.

Neighbouring hours resemble one another, and all hours of a day share what is special about it, so
hours are not independent; UTC days nearly are. The difference of a block is that of the weighted
means of its matched hours, both sides weighted alike, so that another daily course of traffic
changes nothing:

    weight of an hour  1 / (2 h^2 + s^2 (1 / n_before + 1 / n_after))
    weight of a block  v(24) / (v(its hours) + sampling variance of its difference)

s^2 is the variance within hours and h how far hours differ at any rate, a tenth. v(k) is the
variance of the difference of two days of k hours each: the days by 5 %, and what is left of the
hours, which last for some four: 2 (0.05^2 + 4 * 0.1^2 / k). Weights only decide how well the data
is used; whether an interval is right does not depend on them.
"""

import math
from dataclasses import dataclass

import numpy as np

from shared.domain.packing import Floats
from shared.domain.verification.hours import DAY_H, Hours, spread_within
from shared.domain.verification.matching import Pairs
from shared.domain.verification.scale import Scale, on_scale, slope_at, tenth_at

_DAY_PER_TENTH = 0.5
_HOURS_ALIKE = 4
LEAST_REQUESTS = 10
_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks that have matched hours enough.

    Attributes:
        differences: after less before, on the scale.
        weights: 0..1; 1 where requests are so many that only days differ.
    """

    differences: Floats
    weights: Floats

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.differences)


def day_variance(scale: Scale, mean: float, hours: float = DAY_H) -> float:
    """Return the variance of the difference of two days for want of better, on the scale.

    Args:
        scale: which.
        mean: of the value.
        hours: of each day that are compared.
    """
    tenth = max(tenth_at(scale, mean), _LEAST)
    return 2 * tenth**2 * (_DAY_PER_TENTH**2 + _HOURS_ALIKE / hours)


def blocks(pairs: Pairs, hours: Hours, scale: Scale, *, length_h: int) -> Blocks:
    """Return the differences of blocks of so many hours.

    Args:
        pairs: matched rows of `hours`.
        hours: the value's sums, already adjusted for lengths.
        scale: on which to compare.
        length_h: a block begins with every multiple of so many hours since 1970.
    """
    if len(pairs.offset) == 0:
        return Blocks(np.empty(0), np.empty(0))
    before, after = hours.n[pairs.before], hours.n[pairs.after]
    both = hours.total[pairs.before].sum() + hours.total[pairs.after].sum()
    mean = float(both / (before.sum() + after.sum()))
    spread = sampling_spread(hours, mean)
    between = (tenth_at(scale, mean) / slope_at(scale, mean)) ** 2
    weight = 1 / (2 * max(between, _LEAST) + spread * (1 / before + 1 / after))
    place = hours.at[pairs.after] // length_h
    place -= place.min()
    size = int(place.max()) + 1

    def total(values: Floats) -> Floats:
        return np.bincount(place, values, size)

    whole = np.maximum(total(weight), _LEAST)
    means = [total(weight * hours.means[rows]) / whole for rows in (pairs.before, pairs.after)]
    standing_for: list[Floats] = [
        whole**2 / np.maximum(total(weight**2 / n), _LEAST**2) for n in (before, after)
    ]
    sampling = 1 / standing_for[0] + 1 / standing_for[1]
    # What is added to few events has to be the same on both sides, or traffic alone would tell.
    sides = [on_scale(scale, each, 2 / sampling) for each in means]
    sampling *= slope_at(scale, mean) ** 2 * spread
    days = day_variance(scale, mean, math.inf)
    matched_hours = np.maximum(np.bincount(place, minlength=size), 1)
    alike: Floats = days + (day_variance(scale, mean) - days) * DAY_H / matched_hours
    enough = np.minimum(total(before), total(after)) >= LEAST_REQUESTS
    kept = enough & ~np.isnan(sides[0]) & ~np.isnan(sides[1])
    requests = float(before.sum() + after.sum()) / max(2 * int(kept.sum()), 1)
    if are_too_rare(scale, mean, requests):
        kept[:] = False
    weights = day_variance(scale, mean) / (alike + sampling)
    return Blocks((sides[1] - sides[0])[kept], weights[kept])


def are_too_rare(scale: Scale, mean: float, requests: float) -> bool:
    """Tell whether a share has less than one event in a block, so that most are the same 0.

    Args:
        scale: which; others have no events.
        mean: the share.
        requests: in one block, on one side.
    """
    return scale is Scale.SHARE and min(mean, 1 - mean) * requests < 1


def sampling_spread(hours: Hours, mean: float) -> float:
    """Return the variance of one request's value within hours; as of waiting times if unknown."""
    known = spread_within(hours)
    return mean * mean if known is None else known
