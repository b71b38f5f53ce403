"""Who sent a request and what tells it from every other: ids, user, application, tags.

Ids and digests are random numbers, users a power law over 500 per application: assumptions.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tools.simulator.columns import Columns, text
from tools.simulator.fleet import Application

USERS = 500


def draw_identity(
    applications: Sequence[Application], rows: int, rng: np.random.Generator
) -> Columns:
    """Draw the columns that say who sent each of `rows` requests, the first application most."""
    weights = 0.5 ** np.arange(len(applications))
    caller = rng.choice(len(applications), rows, p=weights / weights.sum())
    user = rng.zipf(1.3, rows) % USERS
    trace = rng.integers(0, 2**63, (2, rows)).tolist()
    request_ids = rng.integers(0, 2**63, rows).tolist()
    prefixes = [f"{application.name}-v{application.prompt_version}" for application in applications]
    return {
        "request_id": text([f"req-{number:016x}" for number in request_ids]),
        "trace_id": text([f"{high:016x}{low:016x}" for high, low in zip(*trace, strict=True)]),
        "application": _named([application.name for application in applications], caller),
        "prompt_version": _named(
            [application.prompt_version for application in applications], caller
        ),
        "prefix_hash": _named(prefixes, caller),
        "user": text([f"user-{number}" for number in (caller * USERS + user).tolist()]),
        "tags": _named([{"team": application.team} for application in applications], caller),
    }


def _named(values: Sequence[object], codes: NDArray[np.int64]) -> NDArray[np.object_]:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column[codes]
