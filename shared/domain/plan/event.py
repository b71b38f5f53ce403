"""The event that tells Application Insights of a plan, as the Events table names it."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from shared.domain.event import COST_PLAN, Event, new_event
from shared.domain.identity import identity_of
from shared.domain.plan.view import CostPlan, CostRecommendation

MOST_CHARACTERS = 8_000


def plan_event(plan: CostPlan, *, day: date, now: datetime, environment: str) -> Event:
    """Return what is told of a plan: the same event_id for the same target and day.

    Args:
        plan: as people see it.
        day: the UTC day that it was made on.
        now: the clock, UTC.
        environment: where the monitor runs.
    """
    return new_event(
        COST_PLAN,
        event_id=identity_of(COST_PLAN, environment, plan.model_name, day.isoformat()),
        time=now,
        environment=environment,
        properties={
            "model": plan.model_name,
            "recommendations": recommendations_text(plan.implementation_priority),
        },
        measurements={
            "current_monthly_cost": float(plan.current_monthly_cost_estimate),
            "expected_savings": float(plan.expected_savings),
        },
    )


def recommendations_text(found: Sequence[CostRecommendation]) -> str:
    """Return recommendations as JSON of at most 8,000 characters: the first that fit."""
    parts: list[str] = []
    length = len("[]")
    for each in found:
        part = msgspec.json.encode(
            {
                "id": each.id,
                "type": each.type,
                "description": each.description,
                "potential_monthly_savings": each.potential_monthly_savings,
                "implementation_effort": each.implementation_effort,
            }
        ).decode()
        length += len(part) + 1
        if length > MOST_CHARACTERS:
            break
        parts.append(part)
    return f"[{','.join(parts)}]"
