"""How much data it takes to tell a change from chance, said before anybody makes the change.

A look finds a difference D four times out of five where

    |D| >= (t(error) + t(0.8)) * sqrt(day variance / days)

with the looks, errors and degrees of freedom that judging uses. The day variance is that between
days of history on which nothing was changed; without seven of those, days are taken to differ by
6.5 % and requests to spread as they do within hours. Of a share with less than one event a day no
look can tell.
"""

import math
from dataclasses import dataclass

import numpy as np

from shared.domain.verification.blocks import (
    LEAST_REQUESTS,
    are_too_rare,
    blocks,
    day_variance,
    sampling_spread,
)
from shared.domain.verification.hours import DAY_H, WEEK_H, Hours, length_slope
from shared.domain.verification.looks import LEAST_BLOCKS, LOOKS, Look
from shared.domain.verification.matching import Change, unchanged
from shared.domain.verification.scale import Scale, difference_of, ratio_of, slope_at
from shared.domain.verification.student import critical_t
from shared.domain.verification.verdict import Metric, Needs

# Twice what a one-sided 0.8 leaves out, as `critical_t` counts both sides.
_MISSED = 0.4
_KNOWN_DAYS = 7


@dataclass(frozen=True, slots=True)
class _Traffic:
    """What a week of traffic is like.

    Attributes:
        mean: of the value.
        requests_per_day: on all days.
        active_share: of days with requests enough.
        day_variance: of the difference of two days.
        known_days: of history that tell of it.
    """

    mean: float
    requests_per_day: float
    active_share: float
    day_variance: float
    known_days: int


def required_samples(
    metric: Metric, effect_percent: float, history: Hours, *, now_h: int
) -> Needs | None:
    """Return what it takes to see a change of a metric; None without requests in the last week.

    Args:
        metric: what is to change.
        effect_percent: by how much, below 0 for less.
        history: of at least eight weeks before now, where there are so many.
        now_h: the hour in which the change would be made.
    """
    traffic = _traffic(metric.scale, history, now_h)
    if traffic is None:
        return None
    scale, ratio = metric.scale, max(1 + effect_percent / 100, 0.0)
    size = abs(difference_of(scale, ratio, traffic.mean))
    reached = [
        look
        for look in LOOKS
        if look.block_h == DAY_H and size > 0 and _reach(look, traffic) <= size
    ]
    days = reached[0].after_days if reached else None
    return Needs(
        effect_percent=effect_percent,
        days=days,
        requests=None if days is None else math.ceil(days * traffic.requests_per_day),
        detectable_percent=_detectable(scale, effect_percent, traffic),
    )


def _reach(look: Look, traffic: _Traffic) -> float:
    """Return the least difference that a look finds four times out of five."""
    days = look.after_days * traffic.active_share
    degrees = int(days) + traffic.known_days - 1
    if degrees < LEAST_BLOCKS - 1 or days <= 0:
        return math.inf
    factor = critical_t(look.error, degrees) + critical_t(_MISSED, degrees)
    return factor * math.sqrt(traffic.day_variance / days)


def _detectable(scale: Scale, effect_percent: float, traffic: _Traffic) -> float | None:
    least = min(_reach(look, traffic) for look in LOOKS if look.block_h == DAY_H)
    if math.isinf(least):
        return None
    ratio = ratio_of(scale, math.copysign(least, effect_percent), traffic.mean)
    return None if ratio is None else 100 * (ratio - 1)


def _traffic(scale: Scale, history: Hours, now_h: int) -> _Traffic | None:
    hours = history.adjusted(length_slope(history))
    week = hours.where((hours.at >= now_h - WEEK_H) & (hours.at < now_h))
    if len(week.at) == 0:
        return None
    requests = float(week.n.sum())
    mean = float(week.total.sum()) / requests
    by_day = np.bincount((week.at - (now_h - WEEK_H)) // DAY_H, week.n, WEEK_H // DAY_H)
    per_day = requests / max(float((by_day > 0).sum()), 1.0)
    tells = not are_too_rare(scale, mean, per_day)
    active_share = float((by_day >= LEAST_REQUESTS).mean()) if tells else 0.0
    alike = blocks(unchanged(hours, Change(now_h, now_h)), hours, scale, length_h=DAY_H)
    if len(alike) >= _KNOWN_DAYS:
        information = float(alike.weights.mean())
        squares = float((alike.weights * alike.differences**2).mean())
        variance, known = squares / information, len(alike)
    else:
        sampling = slope_at(scale, mean) ** 2 * sampling_spread(hours, mean) * 2 / per_day
        variance, known = day_variance(scale, mean) + sampling, 0
    return _Traffic(mean, requests / (WEEK_H / DAY_H), active_share, variance, known)
