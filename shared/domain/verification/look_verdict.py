"""The verdict of one look: ratios with their interval, what they rest on, and the next look."""

import math
from dataclasses import dataclass

from shared.domain.verification.hours import DAY_H, Hours
from shared.domain.verification.looks import LEVEL, LOOKS, Interval, Look
from shared.domain.verification.matching import Match, Pairs
from shared.domain.verification.scale import ratio_of
from shared.domain.verification.verdict import Metric, Needs, Promise, Verdict, VerdictStatus

_UNIT = {Match.HOUR_OF_WEEK: "hours of the week", Match.HOUR_OF_DAY: "hours of the day"}


@dataclass(frozen=True, slots=True)
class Seen:
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


def too_early(metric: Metric, pairs: Pairs, hours: Hours, needs: Needs | None) -> Verdict:
    """Return the verdict before the first look."""
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


def verdict_of(
    metric: Metric,
    seen: Seen,
    status: VerdictStatus,
    hours: Hours,
    promise: Promise | None,
    needs: Needs | None,
) -> Verdict:
    """Return the verdict of the look that decided, or of the latest one.

    Args:
        metric: what is compared.
        seen: what the look finds.
        status: what that comes to.
        hours: what it was found in.
        promise: what the change was to bring; None where that is not a share of the metric.
        needs: what it takes to see that; None where it is not known.
    """
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


def _log_ratios(metric: Metric, seen: Seen) -> tuple[float | None, float | None, float | None]:
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


def _method(seen: Seen) -> str:
    unit = "days" if seen.look.block_h == DAY_H else f"blocks of {seen.look.block_h} hours"
    adjusted = ", adjusted for the length of answers" if seen.slope is not None else ""
    return f"matched {_UNIT[seen.pairs.match]}, spread between {unit}{adjusted}"
