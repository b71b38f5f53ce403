"""Advice on failures, by why requests failed: quota, capacity, server, client, content filter.

Each class of errors has a remedy of its own, so each is advice of its own. It is given where the
class is one request in a hundred (client errors, the content filter and timeouts: one in twenty) as
far as the interval knows, or a fifth of the failures of a deployment whose error rate exceeds the
limit. What is promised is what failures are made of: without that class, so many percent fewer.

Timeouts are judged by how long was waited as well (`timeouts`).
"""

from shared.domain.advice.error_remedy import REMEDIES, WORDS, Remedy, quota_evidence
from shared.domain.advice.ground import BUSY_MINUTES, Conclusion, Ground
from shared.domain.advice.wording import evidence_of_share
from shared.domain.recommendation.recommendation import (
    PERCENT,
    Category,
    Improvement,
    Priority,
    Target,
)
from shared.domain.record.error_class import ErrorClass
from shared.domain.share import Share, share_of
from shared.domain.verification.verdict import Metric

_FEWEST_REQUESTS, _FEWEST_FAILURES, _FIFTH = 100, 20, 0.2
_MOST_TYPES = 5
KINDS = tuple(each.kind for each in REMEDIES.values())


def conclude(ground: Ground) -> list[Conclusion]:
    """Return what to do about each class of errors; about the whole deployment."""
    requests = ground.whole.daily("n")
    if int(requests.sum()) < _FEWEST_REQUESTS:
        return []
    failed = share_of(requests - ground.whole.daily("n_ok"), requests)
    return [_conclusion(ground, each, remedy, failed) for each, remedy in REMEDIES.items()]


def _conclusion(ground: Ground, error: ErrorClass, remedy: Remedy, failed: Share) -> Conclusion:
    share = share_of(ground.whole.daily_of("error_class", error), ground.whole.daily("n"))
    eased = ground.eased(remedy.kind, 1.0)
    limit = ground.limits.error_rate
    too_many = failed.low > eased * limit and share.events >= _FIFTH * eased * failed.events
    if share.events < _FEWEST_FAILURES or not (share.low >= eased * remedy.least or too_many):
        is_quota = error is ErrorClass.QUOTA
        return _nearly_used_up(ground) if is_quota else Conclusion(remedy.kind)
    part = share_of(
        ground.whole.daily_of("error_class", error),
        ground.whole.daily("n") - ground.whole.daily("n_ok"),
    )
    return ground.advice(
        remedy.kind,
        f"{remedy.kind}={remedy.setting}",
        category=Category.RELIABILITY,
        priority=_priority(share.value, limit),
        description=(
            f"{share.value:.1%} of requests fail by {WORDS[error]}, {part.value:.0%} of all "
            f"failures. {remedy.text(ground)}"
        ),
        expected_improvement=Improvement(100 * part.low, 100 * part.high, PERCENT),
        implementation_effort=remedy.effort,
        evidence={
            "share_of_requests": evidence_of_share(share),
            "share_of_failures": evidence_of_share(part),
            "error_rate": failed.value,
            "limit": limit,
            "days": len(ground.whole.rows),
            "error_types": dict(list(ground.whole.counts("error_type").items())[:_MOST_TYPES]),
            **remedy.evidence(ground),
        },
        target=Target(Metric.ERROR_RATE),
    )


def _nearly_used_up(ground: Ground) -> Conclusion:
    """Return what to do about a quota before it turns requests away."""
    remedy, use = REMEDIES[ErrorClass.QUOTA], ground.quota_use
    if use is None or use.busy < ground.eased(remedy.kind, BUSY_MINUTES):
        return Conclusion(remedy.kind)
    return ground.advice(
        remedy.kind,
        f"{remedy.kind}={remedy.setting}",
        category=Category.RELIABILITY,
        priority=Priority.MEDIUM,
        description=(
            f"In {use.busy} minutes of the last day the deployment took 90 % of its quota or more "
            f"({use.peak:.0%} at most): raise it, lower max_tokens, or spread requests over time "
            "or deployments before Azure turns them away."
        ),
        implementation_effort=remedy.effort,
        evidence={
            "busy_minutes": use.busy,
            "minutes": use.minutes,
            "peak_share_of_quota": use.peak,
            **quota_evidence(ground),
        },
        target=Target(Metric.THROTTLED_SHARE),
    )


def _priority(share: float, limit: float) -> Priority:
    """Return critical past the limit by itself, high past a fifth of it."""
    if share > limit:
        return Priority.CRITICAL
    return Priority.HIGH if share > _FIFTH * limit else Priority.MEDIUM
