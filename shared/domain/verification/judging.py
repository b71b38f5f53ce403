"""Whether a change made a metric better or worse, from hours before and after it.

The looks due so far are taken in turn; the first whose interval lies wholly on one side of no
change decides, for good. Before that, the verdict is inconclusive and shows the latest look.
"""

import math

import numpy as np

from shared.domain.verification.blocks import blocks, day_variance
from shared.domain.verification.hours import DAY_H, Hours, length_slope
from shared.domain.verification.look_verdict import Seen, too_early, verdict_of
from shared.domain.verification.looks import LOOKS, Interval, Look, interval_of
from shared.domain.verification.matching import Change, Pairs, matched, unchanged
from shared.domain.verification.sample_size import required_samples
from shared.domain.verification.verdict import (
    Metric,
    Promise,
    Verdict,
    VerdictStatus,
    wanted_percent,
)


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
        return too_early(metric, pairs.until(elapsed_h), hours, needs)
    return verdict_of(metric, seen, status, hours, promise, needs)


def latest_look(elapsed_h: int) -> int | None:
    """Return after how many days the latest look is that is due; None before the first."""
    return max((look.after_days for look in _due(elapsed_h)), default=None)


def is_over(elapsed_h: int) -> bool:
    """Tell whether there is no look to come."""
    return elapsed_h >= LOOKS[-1].after_days * DAY_H


def _due(elapsed_h: int) -> list[Look]:
    return [look for look in LOOKS if look.after_days * DAY_H <= elapsed_h]


def _seen(look: Look, metric: Metric, hours: Hours, pairs: Pairs, history: Pairs) -> Seen:
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
    return Seen(look, pairs, interval, mean, slope, len(found))


def _status(metric: Metric, interval: Interval | None) -> VerdictStatus:
    if interval is None or interval.low <= 0 <= interval.high:
        return VerdictStatus.INCONCLUSIVE
    is_lower = interval.high < 0
    better = is_lower is metric.improves_downwards
    return VerdictStatus.VERIFIED if better else VerdictStatus.REFUTED
