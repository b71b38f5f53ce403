"""Whether a change made a metric better or worse, from hours before and after it.

The looks due so far are taken in turn; the first whose interval lies wholly on one side of no
change decides, for good. Before that, the verdict is inconclusive and shows the latest look.
"""

import math
from dataclasses import dataclass

import numpy as np

from shared.domain.verification.blocks import blocks, day_variance
from shared.domain.verification.hours import DAY_H, Hours, length_slope
from shared.domain.verification.looks import LEVEL, LOOKS, Interval, Look, interval_of
from shared.domain.verification.matching import Change, Match, Pairs, matched, unchanged
from shared.domain.verification.sample_size import required_samples
from shared.domain.verification.scale import ratio_of
from shared.domain.verification.verdict import (
    Metric,
    Needs,
    Promise,
    Verdict,
    VerdictStatus,
    wanted_percent,
)

_UNIT = {Match.HOUR_OF_WEEK: "hours of the week", Match.HOUR_OF_DAY: "hours of the day"}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look finds.

    Attributes:
        before: mean of the metric in the matched hours before.
        slope: of the value with the length; None where lengths are not adjusted for.
        blocks: how many the interval rests on.
    """

    look: Look
    pairs: Pairs
    interval: Interval | None
    before: float
    slope: float | None
    blocks: int


def judge(
    metric: Metric, hours: Hours, change: Change, *, elapsed_h: int, promise: Promise | None = None
) -> Verdict:
    """Judge a change by what was seen until now.

    Args:
        metric: what is compared.
        hours: of at least eight weeks before, where there are so many, and until now; with lengths
            they are adjusted for.
        change: when it was made.
        elapsed_h: whole hours since then that are complete.
        promise: what the change was to bring; None where that is not a share of the metric.
    """
    needs = None
    if promise is not None:
        earlier = hours.where(hours.at < change.before)
        wanted = wanted_percent(metric, promise)
        needs = required_samples(metric, wanted, earlier, now_h=change.before)
    pairs, history = matched(hours, change), unchanged(hours, change)
    seen, status = None, VerdictStatus.INCONCLUSIVE
    for look in _due(elapsed_h):
        seen = _seen(look, metric, hours, pairs.until(look.after_days * DAY_H), history)
        status = _status(metric, seen.interval)
        if status is not VerdictStatus.INCONCLUSIVE:
            break
    if seen is None:
        return _too_early(metric, pairs.until(elapsed_h), hours, needs)
    return _verdict(metric, seen, status, hours, promise, needs)


def latest_look(elapsed_h: int) -> int | None:
    """Return after how many days the latest look is that is due; None before the first."""
    return max((look.after_days for look in _due(elapsed_h)), default=None)


def is_over(elapsed_h: int) -> bool:
    """Tell whether there is no look to come."""
    return elapsed_h >= LOOKS[-1].after_days * DAY_H


def _due(elapsed_h: int) -> list[Look]:
    return [look for look in LOOKS if look.after_days * DAY_H <= elapsed_h]


def _seen(look: Look, metric: Metric, hours: Hours, pairs: Pairs, history: Pairs) -> _Seen:
    slope, scale = None, metric.scale
    if hours.lengths is not None:
        used = np.zeros(len(hours.at), np.bool_)
        for each in (pairs, history):
            used[each.before] = used[each.after] = True
        slope = length_slope(hours.where(used))
        hours = hours.adjusted(slope)
    before = hours.n[pairs.before].sum()
    mean = float(hours.total[pairs.before].sum() / before) if before else 0.0
    found = blocks(pairs, hours, scale, length_h=look.block_h)
    alike = blocks(history, hours, scale, length_h=look.block_h)
    unseen = 0.0
    if look.block_h < DAY_H:
        unseen = day_variance(scale, mean, math.inf) / look.after_days
    interval = interval_of(found, alike, look.error, unseen)
    return _Seen(look, pairs, interval, mean, slope, len(found))


def _status(metric: Metric, interval: Interval | None) -> VerdictStatus:
    if interval is None or interval.low <= 0 <= interval.high:
        return VerdictStatus.INCONCLUSIVE
    is_lower = interval.high < 0
    better = is_lower is metric.improves_downwards
    return VerdictStatus.VERIFIED if better else VerdictStatus.REFUTED


def _too_early(metric: Metric, pairs: Pairs, hours: Hours, needs: Needs | None) -> Verdict:
    return Verdict(
        status=VerdictStatus.INCONCLUSIVE,
        metric=metric,
        level=LEVEL,
        method=f"none before {LOOKS[0].after_days} days",
        matched_hours=len(pairs.offset),
        requests_before=int(hours.n[pairs.before].sum()),
        requests_after=int(hours.n[pairs.after].sum()),
        next_look_after_days=LOOKS[0].after_days,
        needs=needs,
    )


def _verdict(
    metric: Metric,
    seen: _Seen,
    status: VerdictStatus,
    hours: Hours,
    promise: Promise | None,
    needs: Needs | None,
) -> Verdict:
    low, middle, high = _log_ratios(metric, seen)
    later = [look.after_days for look in LOOKS if look.after_days > seen.look.after_days]
    decided = status is not VerdictStatus.INCONCLUSIVE
    return Verdict(
        status=status,
        metric=metric,
        log_ratio=_finite(middle),
        log_ratio_low=_finite(low),
        log_ratio_high=_finite(high),
        effect_percent=_percent(middle),
        low_percent=_percent(low),
        high_percent=_percent(high),
        level=LEVEL,
        method=_method(seen),
        rules_out_expected=_rules_out(metric, low, high, promise),
        matched_hours=len(seen.pairs.offset),
        days=seen.blocks * seen.look.block_h / DAY_H,
        requests_before=int(hours.n[seen.pairs.before].sum()),
        requests_after=int(hours.n[seen.pairs.after].sum()),
        length_slope=seen.slope,
        looked_after_days=seen.look.after_days,
        next_look_after_days=None if decided or not later else later[0],
        needs=None if decided else needs,
    )


def _log_ratios(metric: Metric, seen: _Seen) -> tuple[float | None, float | None, float | None]:
    found = seen.interval
    if found is None:
        return None, None, None
    low, middle, high = (
        _log(ratio_of(metric.scale, each, seen.before)) if math.isfinite(each) else each
        for each in (found.low, found.mean, found.high)
    )
    return low, middle, high


def _log(ratio: float | None) -> float | None:
    if ratio is None:
        return None
    return math.log(ratio) if ratio > 0 else -math.inf


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _percent(log_ratio: float | None) -> float | None:
    if log_ratio is None or log_ratio == math.inf:
        return None
    return 100 * math.expm1(log_ratio)


def _rules_out(
    metric: Metric, low: float | None, high: float | None, promise: Promise | None
) -> bool:
    best = _percent(low if metric.improves_downwards else high)
    if best is None or promise is None:
        return False
    return (-best if metric.improves_downwards else best) < promise.low


def _method(seen: _Seen) -> str:
    unit = "days" if seen.look.block_h == DAY_H else f"blocks of {seen.look.block_h} hours"
    adjusted = ", adjusted for the length of answers" if seen.slope is not None else ""
    return f"matched {_UNIT[seen.pairs.match]}, spread between {unit}{adjusted}"
