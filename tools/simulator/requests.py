"""A deployment's requests: tokens, latency, failures and retries put together.

The simulated day and the replayed trace both come through here; they differ in where start times
and token counts come from.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tools.simulator.clock import to_ms
from tools.simulator.columns import Columns, constant, optional, stack
from tools.simulator.failures import draw_failures, fail
from tools.simulator.fleet import Deployment
from tools.simulator.identity import draw_identity
from tools.simulator.incident import Incident, IncidentKind, at_place
from tools.simulator.latency import draw_latency
from tools.simulator.retries import with_retries

MISSING_USAGE_SHARE = 0.005
"""Share of streamed answers whose token counts never arrive: an assumption."""


def draw_requests(
    deployment: Deployment,
    starts_ms: NDArray[np.int64],
    tokens: Columns,
    script: Sequence[Incident],
    rng: np.random.Generator,
) -> Columns:
    """Draw everything else about the requests that start at given moments.

    Args:
        deployment: where they go.
        starts_ms: when they start, milliseconds since 1970.
        tokens: their token columns, of the same length.
        script: the incidents; those of other deployments have no effect.
        rng: the source of chance.

    Returns:
        All columns of the contract, retries included, in no particular order.
    """
    answered = _answered(deployment, starts_ms, tokens, script, rng)
    burst_share = _strength(script, IncidentKind.ERRORS, deployment.name, starts_ms, usual=0)
    kinds = draw_failures(burst_share, rng)
    failed = fail(answered, kinds, rng)
    return stack(with_retries(answered, failed, kinds, rng))


def _answered(
    deployment: Deployment,
    starts_ms: NDArray[np.int64],
    tokens: Columns,
    script: Sequence[Incident],
    rng: np.random.Generator,
) -> Columns:
    """Return the requests as they go when none fails."""
    rows = len(starts_ms)
    slowdown = _strength(script, IncidentKind.SLOW, deployment.name, starts_ms, usual=1)
    first_ms, duration_ms = draw_latency(
        deployment.speed,
        tokens["input_tokens"] - tokens["cached_input_tokens"],
        tokens["output_tokens"],
        slowdown,
        rng,
    )
    streams = rng.random(rows) < deployment.stream_share
    usage_came = ~(streams & (rng.random(rows) < MISSING_USAGE_SHARE))
    counts = {
        name: optional(tokens[name], usage_came)
        for name in ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
    }
    return {
        "start_ms": starts_ms,
        "duration_ms": duration_ms,
        "time_to_first_token_ms": optional(first_ms, streams),
        "stream": streams,
        "attempt": constant(1, rows),
        "service_tier": np.where(
            rng.random(rows) < deployment.priority_share, "priority", "default"
        ).astype(object),
        **_labels(deployment, rows),
        **draw_identity(deployment.applications, rows, rng),
        **tokens,
        **counts,
    }


def _labels(deployment: Deployment, rows: int) -> Columns:
    return {
        "model": constant(deployment.model, rows),
        "model_version": constant(deployment.model_version, rows),
        "resource": constant(deployment.resource, rows),
        "deployment": constant(deployment.name, rows),
        "provider": constant("azure.ai.openai", rows),
        "operation": constant(deployment.operation, rows),
        "environment": constant(deployment.environment, rows),
        "reasoning_effort": constant(deployment.reasoning_effort, rows),
    }


def _strength(
    script: Sequence[Incident],
    kind: IncidentKind,
    deployment: str,
    starts_ms: NDArray[np.int64],
    *,
    usual: float,
) -> NDArray[np.float64]:
    """Return the strength of the incident each request meets, `usual` outside of one."""
    strength = np.full(len(starts_ms), usual, dtype=np.float64)
    for incident in at_place(script, kind, place=deployment):
        met = (starts_ms >= to_ms(incident.start)) & (starts_ms < to_ms(incident.end))
        strength[met] = incident.strength
    return strength
