"""Processor and memory use of two hosts, reported every two minutes.

Processor use follows the day around 40 %, memory stays near 55 %, each with a little noise: both
well below the built-in rules' thresholds except in an incident. Assumptions.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from tools.simulator.arrivals import day_shape
from tools.simulator.clock import MINUTE_MS, to_ms, to_text
from tools.simulator.incident import Incident, IncidentKind, at_place
from tools.simulator.posts import Post, post

HOSTS = ("vm-1", "vm-2")
INTERVAL_MS = 2 * MINUTE_MS


def host_posts(
    start: datetime, end: datetime, script: Sequence[Incident], rng: np.random.Generator
) -> list[Post]:
    """Return one post per host and two minutes, oldest first."""
    moments_ms = np.arange(to_ms(start), to_ms(end), INTERVAL_MS, dtype=np.int64)
    usage = {host: _usage(host, moments_ms, script, rng) for host in HOSTS}
    return [
        post(
            "/api/v1/resources",
            {
                "resource": host,
                "usage": {
                    "cpu_utilization": usage[host][0][index],
                    "memory_utilization": usage[host][1][index],
                },
                "timestamp": moment,
            },
        )
        for index, moment in enumerate(to_text(moments_ms))
        for host in HOSTS
    ]


def _usage(
    host: str, moments_ms: NDArray[np.int64], script: Sequence[Incident], rng: np.random.Generator
) -> tuple[list[float], list[float]]:
    """Return processor and memory use, 0..1, at each moment."""
    rows = len(moments_ms)
    cpu = 0.4 * day_shape(moments_ms) + rng.normal(0, 0.03, rows)
    memory = 0.55 + rng.normal(0, 0.01, rows)
    for kind, values in ((IncidentKind.CPU, cpu), (IncidentKind.MEMORY, memory)):
        for incident in at_place(script, kind, place=host):
            met = (moments_ms >= to_ms(incident.start)) & (moments_ms < to_ms(incident.end))
            values[met] = incident.strength + rng.normal(0, 0.01, int(met.sum()))
    return _ratios(cpu), _ratios(memory)


def _ratios(values: NDArray[np.float64]) -> list[float]:
    return [round(value, 3) for value in np.clip(values, 0.02, 0.99).tolist()]
