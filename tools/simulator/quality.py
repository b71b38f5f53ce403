"""Quality scores of chat answers, as an evaluator would report them every ten minutes.

Scores are beta distributed, groundedness around 0.9 and relevance around 0.85: assumptions.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from tools.simulator.clock import MINUTE_MS, to_ms, to_text
from tools.simulator.fleet import Deployment
from tools.simulator.posts import Post, post

INTERVAL_MS = 10 * MINUTE_MS


def quality_posts(
    fleet: Sequence[Deployment],
    start: datetime,
    end: datetime,
    rng: np.random.Generator,
    *,
    every_ms: int = INTERVAL_MS,
) -> list[Post]:
    """Return one post per chat deployment and ten minutes, or `every_ms`, oldest first."""
    chats = [deployment for deployment in fleet if deployment.operation == "chat"]
    moments = to_text(np.arange(to_ms(start), to_ms(end), every_ms, dtype=np.int64))
    scores = {
        "groundedness": rng.beta(45, 5, (len(moments), len(chats))).round(3).tolist(),
        "relevance": rng.beta(34, 6, (len(moments), len(chats))).round(3).tolist(),
    }
    return [
        post(
            "/api/v1/quality",
            {
                "model": deployment.model,
                "resource": deployment.resource,
                "deployment": deployment.name,
                "application": deployment.applications[0].name,
                "environment": deployment.environment,
                "evaluator": "simulated-judge",
                "scores": {name: values[row][column] for name, values in scores.items()},
                "timestamp": moment,
            },
        )
        for row, moment in enumerate(moments)
        for column, deployment in enumerate(chats)
    ]
