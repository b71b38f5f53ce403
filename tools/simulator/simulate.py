"""Simulated traffic of the imagined fleet: the same seed and period always give the same bytes."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from tools.simulator.arrivals import arrival_times
from tools.simulator.clock import to_ms
from tools.simulator.columns import Columns, end_ms, stack, take
from tools.simulator.fleet import FLEET
from tools.simulator.hosts import host_posts
from tools.simulator.incident import Incident, incidents
from tools.simulator.quality import quality_posts
from tools.simulator.requests import draw_requests
from tools.simulator.surge import Stream, surges
from tools.simulator.tokens import draw_tokens
from tools.simulator.traffic import Traffic


def simulate(
    start: datetime,
    end: datetime,
    *,
    seed: int = 1,
    scale: float = 1.0,
    script: Sequence[Incident] | None = None,
) -> Traffic:
    """Simulate the fleet's traffic of one period.

    Args:
        start: no request starts before; aware.
        end: no request ends after; aware.
        seed: where chance starts.
        scale: factor on all request rates; 1 is some 230,000 requests a day.
        script: the incidents; None means `incidents(end)`, an empty one a quiet period.

    Returns:
        The traffic, with those incidents of the script that lie in the period.

    Raises:
        ValueError: a time has no time zone.
    """
    first_ms, last_ms = to_ms(start), to_ms(end)
    met = tuple(
        incident
        for incident in (incidents(end) if script is None else script)
        if first_ms <= to_ms(incident.start) and to_ms(incident.end) <= last_ms
    )
    usual = [Stream(deployment, start, end, flat=False) for deployment in FLEET]
    extra = [surge for deployment in FLEET for surge in surges(deployment, met)]
    parts = [
        _requests(stream, met, scale, np.random.default_rng([seed, number]))
        for number, stream in enumerate(usual + extra)
    ]
    rng = np.random.default_rng([seed, len(parts)])
    return Traffic(
        label=f"SIMULATED traffic (seeded model, seed {seed}): no request here was ever made",
        start=start,
        end=end,
        requests=in_order(stack(parts), end),
        measurements=(
            *host_posts(start, end, met, rng),
            *quality_posts(FLEET, start, end, rng),
        ),
        incidents=met,
        deployments=FLEET,
    )


def in_order(columns: Columns, end: datetime) -> Columns:
    """Return the requests that had ended by `end`, in the order they ended."""
    ended_ms = end_ms(columns)
    order = np.argsort(ended_ms, kind="stable")
    return take(columns, order[ended_ms[order] <= to_ms(end)])


def _requests(
    stream: Stream, script: Sequence[Incident], scale: float, rng: np.random.Generator
) -> Columns:
    deployment = stream.deployment
    starts_ms = arrival_times(
        stream.start, stream.end, scale * deployment.requests_per_minute, rng, flat=stream.flat
    )
    tokens = draw_tokens(deployment.tokens, len(starts_ms), rng)
    return draw_requests(deployment, starts_ms, tokens, script, rng)
