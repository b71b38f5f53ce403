"""What helps against each class of errors: why requests fail by it, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.advice.ground import Ground
from shared.domain.recommendation.recommendation import Effort, Evidence
from shared.domain.record.error_class import ErrorClass


@dataclass(frozen=True, slots=True)
class Remedy:
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


def _quota_text(ground: Ground) -> str:
    told = quota_evidence(ground)
    over = told["admitted_over_used_tokens"]
    text = "Azure turned them away for the quota of the deployment, not for want of capacity: "
    text += "raise the quota, spread requests over time or deployments, and wait as Retry-After "
    text += "says before trying again."
    if isinstance(over, float) and over >= 2:
        text += f" Requests are admitted by {over:.1f} times the tokens they use: lower max_tokens."
    return text


def quota_evidence(ground: Ground) -> Evidence:
    """Return what is known of a deployment's quota and of how it is used."""
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


WORDS = {
    ErrorClass.QUOTA: "quota (429)",
    ErrorClass.CAPACITY: "lack of capacity",
    ErrorClass.SERVER: "errors of the service (5xx)",
    ErrorClass.CLIENT: "the client's fault (4xx)",
    ErrorClass.CONTENT_FILTER: "the content filter",
    ErrorClass.TIMEOUT: "timeout",
}
REMEDIES = {
    ErrorClass.QUOTA: Remedy(
        "quota", "raise_or_smooth", 0.01, _quota_text, Effort.MEDIUM, quota_evidence
    ),
    ErrorClass.CAPACITY: Remedy(
        "capacity", "add_or_spill_over", 0.01, _capacity_text, Effort.MEDIUM, _capacity_evidence
    ),
    ErrorClass.SERVER: Remedy(
        "server_errors", "retry_or_fail_over", 0.01, _server_text, Effort.MEDIUM
    ),
    ErrorClass.CLIENT: Remedy("client_errors", "mend_requests", 0.05, _client_text, Effort.MEDIUM),
    ErrorClass.CONTENT_FILTER: Remedy(
        "content_filter", "review_prompts", 0.05, _filter_text, Effort.MEDIUM
    ),
    ErrorClass.TIMEOUT: Remedy("timeout_errors", "review_timeout", 0.05, _timeout_text, Effort.LOW),
}
