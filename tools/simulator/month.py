"""The weeks before the simulated day, thinner: five minutes of every other hour.

Two hours' requests, at a fraction of the usual rate, are squeezed into the five minutes that begin
at minute 25 of one of the two (of the first on one day, of the second on the next), so that such a
minute looks as on a full day; the few that have not ended by then are left out. Each carries
`sample_weight` 24, as a client says that samples its calls. Quality is scored once in four hours;
hosts do not report.
"""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from tools.simulator.arrivals import arrival_times
from tools.simulator.clock import MINUTE_MS
from tools.simulator.columns import Columns, constant, end_ms, length, stack, take
from tools.simulator.fleet import FLEET, Deployment
from tools.simulator.quality import quality_posts
from tools.simulator.requests import draw_requests
from tools.simulator.simulate import in_order
from tools.simulator.tokens import draw_tokens
from tools.simulator.traffic import Traffic

DAYS = 29
WEIGHT = 24
_HOUR_MS = 60 * MINUTE_MS
_PERIOD_MS = 2 * _HOUR_MS
_DAY_MS = 24 * _HOUR_MS
_WINDOW = timedelta(minutes=25)
_WINDOW_MS = 25 * MINUTE_MS
_WINDOW_END_MS = 30 * MINUTE_MS
_SEED = 30


def earlier_days(end: datetime, *, seed: int = 1, days: int = DAYS) -> Traffic:
    """Simulate the days before a moment, without incidents.

    Args:
        end: where the simulated day begins; aware.
        seed: where chance starts.
        days: how many days.
    """
    start = (end - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    parts = [
        _requests(deployment, start, end, np.random.default_rng([seed, _SEED, number]))
        for number, deployment in enumerate(FLEET)
    ]
    rng = np.random.default_rng([seed, _SEED, len(parts)])
    return Traffic(
        label=f"SIMULATED: five minutes of every other hour, each request standing for {WEIGHT}",
        start=start,
        end=end,
        requests=in_order(stack(parts), end),
        measurements=tuple(
            quality_posts(FLEET, start + _WINDOW, end, rng, every_ms=2 * _PERIOD_MS)
        ),
        incidents=(),
        deployments=FLEET,
    )


def _requests(
    deployment: Deployment, start: datetime, end: datetime, rng: np.random.Generator
) -> Columns:
    rate = deployment.requests_per_minute / WEIGHT
    starts_ms = squeezed(arrival_times(start, end, rate, rng))
    tokens = draw_tokens(deployment.tokens, len(starts_ms), rng)
    drawn = draw_requests(deployment, starts_ms, tokens, (), rng)
    drawn = take(drawn, end_ms(drawn) % _HOUR_MS < _WINDOW_END_MS)
    return {**drawn, "sample_weight": constant(float(WEIGHT), length(drawn))}


def squeezed(moments_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return moments moved into the five minutes that stand for their two hours."""
    within_ms = moments_ms % _PERIOD_MS
    second = (moments_ms // _DAY_MS) % 2
    moved: NDArray[np.int64] = (
        moments_ms - within_ms + second * _HOUR_MS + _WINDOW_MS + within_ms // WEIGHT
    )
    return moved
