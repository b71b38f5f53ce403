"""Advice on failures, by why requests failed: quota, capacity, server, client, content filter.

Each class of errors has a remedy of its own, so each is advice of its own. It is given where the
class is one request in a hundred (client errors, the content filter and timeouts: one in twenty) as
far as the interval knows, or a fifth of the failures of a deployment whose error rate exceeds the
limit. What is promised is what failures are made of: without that class, so many percent fewer.

Timeouts are judged by how long was waited as well (`timeouts`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.advice.ground import BUSY_MINUTES, Conclusion, Ground
from shared.domain.advice.shares import Share, share_of
from shared.domain.advice.wording import evidence_of_share
from shared.domain.recommendation.recommendation import (
    PERCENT,
    Category,
    Effort,
    Evidence,
    Improvement,
    Priority,
    Target,
)
from shared.domain.record.error_class import ErrorClass
from shared.domain.verification.verdict import Metric

_FEWEST_REQUESTS, _FEWEST_FAILURES, _FIFTH = 100, 20, 0.2
_MOST_TYPES = 5


@dataclass(frozen=True, slots=True)
class _Remedy:
    """What helps against a class of errors.

    Attributes:
        kind: of advice.
        setting: what to change, in a word.
        least: the share of requests from which on it matters by itself.
        text: what to do.
        effort: it takes.
        evidence: what else is known.
    """

    kind: str
    setting: str
    least: float
    text: Callable[[Ground], str]
    effort: Effort
    evidence: Callable[[Ground], Evidence] = lambda _: {}


def conclude(ground: Ground) -> list[Conclusion]:
    """Return what to do about each class of errors; about the whole deployment."""
    requests = ground.whole.daily("n")
    if int(requests.sum()) < _FEWEST_REQUESTS:
        return []
    failed = share_of(requests - ground.whole.daily("n_ok"), requests)
    return [_conclusion(ground, each, remedy, failed) for each, remedy in REMEDIES.items()]


def _conclusion(ground: Ground, error: ErrorClass, remedy: _Remedy, failed: Share) -> Conclusion:
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
            f"{share.value:.1%} of requests fail by {_WORDS[error]}, {part.value:.0%} of all "
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
            **_quota_evidence(ground),
        },
        target=Target(Metric.THROTTLED_SHARE),
    )


def _priority(share: float, limit: float) -> Priority:
    """Return critical past the limit by itself, high past a fifth of it."""
    if share > limit:
        return Priority.CRITICAL
    return Priority.HIGH if share > _FIFTH * limit else Priority.MEDIUM


def _quota_text(ground: Ground) -> str:
    told = _quota_evidence(ground)
    over = told["admitted_over_used_tokens"]
    text = "Azure turned them away for the quota of the deployment, not for want of capacity: "
    text += "raise the quota, spread requests over time or deployments, and wait as Retry-After "
    text += "says before trying again."
    if isinstance(over, float) and over >= 2:
        text += f" Requests are admitted by {over:.1f} times the tokens they use: lower max_tokens."
    return text


def _quota_evidence(ground: Ground) -> Evidence:
    used = ground.whole.total("usage_sum")
    admitted = ground.whole.total("admitted_tokens")
    config = ground.deployment
    return {
        "admitted_over_used_tokens": admitted / used if used else None,
        "tokens_per_minute_quota": config.tpm_quota if config else None,
        "requests_per_minute_quota": config.rpm_quota if config else None,
        "retried_requests": ground.whole.total("retries"),
    }


def _capacity_text(ground: Ground) -> str:
    config = ground.deployment
    text = "The service had no capacity for them, whatever the quota: "
    if config is not None and config.spillover_to:
        return text + f"check that {config.spillover_to} takes what spills over, or add capacity."
    if config is not None and config.ptu:
        return text + "let them spill over to a standard deployment, or add provisioned throughput."
    return text + "try another region or a global deployment, or reserve provisioned throughput."


def _capacity_evidence(ground: Ground) -> Evidence:
    config = ground.deployment
    return {
        "spilled_requests": ground.whole.total("spilled"),
        "spillover_to": config.spillover_to if config else None,
        "ptu": config.ptu if config else None,
    }


def _server_text(_: Ground) -> str:
    return (
        "They fail in the service: try again after a growing, random wait, and have a second "
        "deployment, in another region if possible, to go to."
    )


def _client_text(ground: Ground) -> str:
    types = [each for each in ground.whole.counts("error_type") if each]
    named = f" Most frequent: {', '.join(types[:3])}." if types else ""
    return f"The service refuses what is sent, and will again: do not retry, mend it.{named}"


def _filter_text(_: Ground) -> str:
    return (
        "The content filter stops them: see whether the prompts are meant to pass, tell users "
        "before they send, or adapt the filter's configuration. Trying again does not help."
    )


def _timeout_text(_: Ground) -> str:
    return (
        "The client gave up waiting: hold the timeout against how long answers take, and stream "
        "long ones."
    )


_WORDS = {
    ErrorClass.QUOTA: "quota (429)",
    ErrorClass.CAPACITY: "lack of capacity",
    ErrorClass.SERVER: "errors of the service (5xx)",
    ErrorClass.CLIENT: "the client's fault (4xx)",
    ErrorClass.CONTENT_FILTER: "the content filter",
    ErrorClass.TIMEOUT: "timeout",
}
REMEDIES = {
    ErrorClass.QUOTA: _Remedy(
        "quota", "raise_or_smooth", 0.01, _quota_text, Effort.MEDIUM, _quota_evidence
    ),
    ErrorClass.CAPACITY: _Remedy(
        "capacity", "add_or_spill_over", 0.01, _capacity_text, Effort.MEDIUM, _capacity_evidence
    ),
    ErrorClass.SERVER: _Remedy(
        "server_errors", "retry_or_fail_over", 0.01, _server_text, Effort.MEDIUM
    ),
    ErrorClass.CLIENT: _Remedy("client_errors", "mend_requests", 0.05, _client_text, Effort.MEDIUM),
    ErrorClass.CONTENT_FILTER: _Remedy(
        "content_filter", "review_prompts", 0.05, _filter_text, Effort.MEDIUM
    ),
    ErrorClass.TIMEOUT: _Remedy(
        "timeout_errors", "review_timeout", 0.05, _timeout_text, Effort.LOW
    ),
}
KINDS = tuple(each.kind for each in REMEDIES.values())
