"""Advice on retries, from chains of attempts (`operation_key`).

* Of attempts that were told when to come back (`retry_after_ms` of a 429), a fifth come earlier:
  they are turned away again and take quota from others. Advised is to wait as told.
* Later attempts hardly ever succeed: of calls that came to a fourth attempt or further, one in
  twenty at most succeeds from there on. Advised is to stop before; it spares those attempts.
"""

import numpy as np

from shared.domain.advice.ground import Conclusion, Ground
from shared.domain.advice.wording import evidence_of_share
from shared.domain.digest.retries import MOST_ATTEMPTS
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.recommendation.recommendation import Category, Effort, Priority, Target
from shared.domain.share import Share, share_of
from shared.domain.verification.verdict import Metric

AS_TOLD, FEWER = "retry_after", "max_attempts"
KINDS = (AS_TOLD, FEWER)
_FEWEST, _FIFTH = 20, 0.2
_FEWEST_CALLS, _RARELY, _FIRST = 100, 0.05, 4
_US_PER_S = 1e6


def conclude(ground: Ground) -> list[Conclusion]:
    """Return whether to wait as told, and after how many attempts to stop."""
    rows = ground.work.sections["retries"]
    found = [_as_told(ground, rows), _fewer(ground, rows)]
    return [each for each in found if each is not None]


def _as_told(ground: Ground, rows: Tally) -> Conclusion | None:
    told = rows.total("early") + rows.total("honoured")
    if told < _FEWEST:
        return Conclusion(AS_TOLD) if rows.total("chains") >= _FEWEST_CALLS else None
    by_day = tally_of({"day": rows.keys["day"]}, rows.sums)
    share = share_of(by_day.sums["early"], by_day.sums["early"] + by_day.sums["honoured"])
    if share.low < ground.eased(AS_TOLD, _FIFTH):
        return Conclusion(AS_TOLD)
    return ground.advice(
        AS_TOLD,
        f"{AS_TOLD}=honoured",
        category=Category.RELIABILITY,
        priority=Priority.HIGH if share.low >= 0.5 else Priority.MEDIUM,
        description=(
            f"Wait as long as Retry-After says before trying again: {share.value:.0%} of the "
            f"attempts that were told ({share.events} of {share.requests}) came earlier."
        ),
        implementation_effort=Effort.LOW,
        evidence={"early": evidence_of_share(share), "throttled": rows.total("throttled")},
        target=Target(Metric.THROTTLED_SHARE),
    )


def _fewer(ground: Ground, rows: Tally) -> Conclusion | None:
    found = [_late_share(rows, attempt) for attempt in range(_FIRST, MOST_ATTEMPTS)]
    known = [
        (attempt, each)
        for attempt, each in enumerate(found, _FIRST)
        if each is not None and each.requests >= _FEWEST_CALLS
    ]
    if not known:
        return Conclusion(FEWER) if rows.total("chains") >= _FEWEST_CALLS else None
    rarely = _RARELY if FEWER not in ground.standing else _RARELY * 1.25
    hopeless = next(((a, each) for a, each in known if each.high <= rarely), None)
    if hopeless is None:
        return Conclusion(FEWER)
    attempt, share = hopeless
    late = rows.where(rows.keys["attempts"] >= attempt)
    spared = 1 - (attempt - 1) * late.total("chains") / max(late.total("requests"), 1)
    return ground.advice(
        FEWER,
        f"{FEWER}={attempt - 1}",
        category=Category.RELIABILITY,
        priority=Priority.LOW,
        description=(
            f"Stop after {attempt - 1} attempts: of {share.requests} calls that went on, "
            f"{share.events} succeeded ({share.high:.1%} at most)."
        ),
        implementation_effort=Effort.LOW,
        evidence={
            "succeeded_later": evidence_of_share(share),
            "attempts_spared": round(spared * late.total("requests")),
            "seconds_of_failed_attempts": late.total("failed_us") / _US_PER_S,
            "tokens_of_failed_attempts": late.total("failed_tokens"),
        },
        target=Target(Metric.ERROR_RATE),
    )


def _late_share(rows: Tally, attempt: int) -> Share | None:
    """Return which share of the calls that came to an attempt succeeded then or later."""
    late = rows.where(rows.keys["attempts"] >= attempt)
    if not len(late):
        return None
    succeeded = np.where(late.keys["succeeded"] == 1, late.sums["chains"], 0)
    by_day = tally_of({"day": late.keys["day"]}, {"ok": succeeded, **late.sums})
    return share_of(by_day.sums["ok"], by_day.sums["chains"])
