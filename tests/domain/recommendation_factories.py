"""Advice and verdicts with defaults."""

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from shared.domain.recommendation.lifecycle import applied, proposed
from shared.domain.recommendation.recommendation import (
    Advice,
    Application,
    Category,
    Effort,
    Improvement,
    Priority,
    Recommendation,
    Status,
    Target,
)
from shared.domain.verification.verdict import Metric, Verdict, VerdictStatus
from tests.domain.rule_factories import T0


def advice(**fields: Any) -> Advice:
    """Return the advice to lower the reasoning effort of gpt-5-mini."""
    given = {
        "model": "gpt-5-mini",
        "kind": "reasoning_effort",
        "setting": "reasoning_effort=low",
        "category": Category.MODEL_OPTIMIZATION,
        "priority": Priority.HIGH,
        "description": "Lower the reasoning effort",
        "expected_improvement": Improvement(10, 40, "percent"),
        "implementation_effort": Effort.LOW,
        "estimated_cost_impact_usd_per_month": Decimal("-12.50"),
        "evidence": {"reasoning_share": 0.8},
        "target": Target(Metric.RESPONSE_TIME),
    }
    return Advice(**(given | fields))


def recommendation(**fields: Any) -> Recommendation:
    """Return what is proposed at T0."""
    return proposed(advice(**fields), None, T0)


def followed(**fields: Any) -> Recommendation:
    """Return what ada applied at T0."""
    return applied(recommendation(**fields), Application("ada", T0), T0)


def verdict(status: VerdictStatus = VerdictStatus.VERIFIED, **fields: Any) -> Verdict:
    """Return a verdict on a fifth less time."""
    given = {
        "metric": Metric.RESPONSE_TIME,
        "effect_percent": -20.0,
        "level": 0.95,
        "method": "by the test",
        "looked_after_days": 7,
    }
    return Verdict(status=status, **(given | fields))


def standing(status: Status) -> Recommendation:
    """Return a recommendation of a status."""
    return replace(followed() if status is not Status.PROPOSED else recommendation(), status=status)
