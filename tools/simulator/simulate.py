"""Simulated traffic of the imagined fleet: the same seed and period always give the same bytes."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from tools.simulator.arrivals import arrival_times
from tools.simulator.clock import to_ms
from tools.simulator.columns import Columns, constant, end_ms, stack, take
from tools.simulator.fleet import FLEET
from tools.simulator.hosts import host_posts
from tools.simulator.incident import Incident, incidents
from tools.simulator.quality import quality_posts
from tools.simulator.requests import draw_requests
from tools.simulator.surge import Stream, surges
from tools.simulator.tokens import draw_tokens
from tools.simulator.traffic import Traffic

_HOUR_MS = 3_600_000
_SQUEEZED = 12


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
        scale: factor on all request rates; 1 is some 200,000 requests a day.
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


def thinned(start: datetime, end: datetime, *, seed: int = 1, one_in: int) -> Traffic:
    """Simulate a longer quiet period of the fleet, of which clients report one request in so many.

    Each stands for all of them (`sample_weight`), so that what the period cost stays what it is.
    What an hour has comes in its first five minutes, so that a month is soon rolled up.

    Args:
        start: no request starts before; aware.
        end: the period's end; aware.
        seed: where chance starts.
        one_in: how many requests a reported one stands for.
    """
    parts = [
        _requests(
            Stream(deployment, start, end, flat=False),
            (),
            1 / one_in,
            np.random.default_rng([seed, one_in, number]),
        )
        for number, deployment in enumerate(FLEET)
    ]
    requests = stack(parts)
    into_hour = requests["start_ms"] % _HOUR_MS
    requests["start_ms"] = requests["start_ms"] - into_hour + into_hour / _SQUEEZED
    requests["sample_weight"] = constant(one_in, len(into_hour))
    return Traffic(
        label=f"SIMULATED: one request in {one_in}, each standing for {one_in}",
        start=start,
        end=end,
        requests=in_order(requests, end),
        measurements=(),
        incidents=(),
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
