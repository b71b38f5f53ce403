"""Ways that do not differ: advice to change is given hardly ever, however often one looks."""

from typing import Any

import numpy as np

from shared.domain.advice.ground import Ground
from shared.domain.advice.kinds import of_application, of_deployment
from tests.domain.advice.ground_factories import days_of, ground_of

WEEKS = 16


def a_week(seed: int) -> Ground:
    """Return a week in which two efforts, temperatures and versions do the same."""
    noise = np.random.default_rng(seed)
    hours = np.exp(noise.normal(0, 0.1, 24 * 7))

    def one(draw: np.random.Generator, at: int) -> dict[str, Any]:
        return {
            "model": "gpt-4o" if seed % 2 else "gpt-5-mini",
            "application": "shop",
            "duration_ms": 1_500 * hours[at % len(hours)] * float(np.exp(draw.normal(0, 0.5))),
            "input_tokens": round(500 * float(np.exp(draw.normal(0, 0.2)))),
            "output_tokens": round(150 * float(np.exp(draw.normal(0, 0.4)))),
            "reasoning_effort": ("high", "low")[at % 2] if seed % 2 == 0 else None,
            "temperature": (0.2, 0.7)[at // 2 % 2] if seed % 2 else None,
            "prompt_version": ("7", "8")[at // 4 % 2],
            "prompt_hash": f"{seed}-{at}",
            "status_code": 500 if draw.random() < 0.005 else None,
        }

    days = days_of(7, 960, lambda _, at: one(noise, at))
    scores = [
        {record.request_id or "": {"facts": float(noise.normal(0.8, 0.15))} for record in own[::2]}
        for own in days
    ]
    return ground_of(days, scores)


def test_what_does_not_differ_is_left_as_it_is() -> None:
    given = []
    for seed in range(WEEKS):
        ground = a_week(seed)
        found = [*of_application(ground), *of_deployment(ground)]
        assert len(found) >= 10
        given += [each.advice.setting for each in found if each.advice is not None]
    assert len(given) <= 1, given
