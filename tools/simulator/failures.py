"""Which requests fail, how, and how long a failure takes.

Three requests in 2,000 fail on a usual day. Kinds, shares and durations are assumptions; the names
are those the APIs use, and a timeout is the caller's own after 30 s, so it has no status.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.simulator.columns import Columns, constant, optional

USUAL_SHARE = 0.0015


@dataclass(frozen=True, slots=True)
class FailureKind:
    """One way to fail.

    Attributes:
        error_type: the name reported.
        status_code: HTTP status; None when no answer came.
        duration_ms: median time until the failure showed.
        usual_weight: its share of the failures of a usual day.
        burst_weight: its share of the failures of an incident.
        retried: whether callers try again.
    """

    error_type: str
    status_code: int | None
    duration_ms: float
    usual_weight: float
    burst_weight: float
    retried: bool


KINDS: tuple[FailureKind, ...] = (
    FailureKind("rate_limit_exceeded", 429, 60, 0.40, 0.40, True),
    FailureKind("server_error", 500, 900, 0.25, 0.35, True),
    FailureKind("timeout", None, 30_000, 0.15, 0.25, False),
    FailureKind("service_unavailable", 503, 150, 0.10, 0.0, True),
    FailureKind("content_filter", 400, 250, 0.10, 0.0, False),
)

ANSWERED = -1
"""The kind of a request that does not fail."""

_WITHOUT_AN_ANSWER = (
    "time_to_first_token_ms", "input_tokens", "cached_input_tokens", "output_tokens",
    "reasoning_tokens", "finish_reason",
)  # fmt: skip


def draw_failures(burst_share: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw how each request ends.

    Args:
        burst_share: the share that fails because of an incident, per request; 0 outside of one.
        rng: the source of chance.

    Returns:
        Per request an index into `KINDS`, or `ANSWERED`.
    """
    rows = len(burst_share)
    in_burst = burst_share > 0
    fails = rng.random(rows) < np.where(in_burst, burst_share, USUAL_SHARE)
    usual = rng.choice(len(KINDS), rows, p=[kind.usual_weight for kind in KINDS])
    burst = rng.choice(len(KINDS), rows, p=[kind.burst_weight for kind in KINDS])
    return np.where(fails, np.where(in_burst, burst, usual), ANSWERED)


def fail(columns: Columns, kinds: NDArray[np.int64], rng: np.random.Generator) -> Columns:
    """Return the requests with those of a failure kind failed: no usage, no first token."""
    answered = kinds == ANSWERED
    rows = len(kinds)
    failed = dict(columns)
    for name in _WITHOUT_AN_ANSWER:
        failed[name] = optional(columns[name], answered)
    typical_ms = np.array([kind.duration_ms for kind in KINDS])[kinds]
    spread = np.where(typical_ms >= 30_000, 0.0, 0.3)
    failure_ms = np.round(typical_ms * np.exp(spread * rng.standard_normal(rows)), 1)
    failed["duration_ms"] = np.where(answered, columns["duration_ms"], failure_ms)
    error_types = np.array([kind.error_type for kind in KINDS], dtype=object)[kinds]
    failed["error_type"] = optional(error_types, ~answered)
    statuses = np.array([kind.status_code for kind in KINDS], dtype=object)[kinds]
    failed["status_code"] = np.where(answered, constant(200, rows), statuses)
    waits_ms = rng.integers(1, 6, rows) * 1000
    failed["retry_after_ms"] = optional(waits_ms, ~answered & (statuses == 429))
    return failed
