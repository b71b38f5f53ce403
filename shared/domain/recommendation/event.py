"""The events that tell Application Insights of recommendations, as the Events table names them."""

from datetime import datetime

from shared.domain.event import (
    RECOMMENDATION_PROPOSED,
    RECOMMENDATION_REFUTED,
    RECOMMENDATION_VERIFIED,
    Event,
    new_event,
)
from shared.domain.identity import identity_of
from shared.domain.recommendation.recommendation import Recommendation, Status
from shared.domain.timeline import rfc3339

_NAMES = {
    Status.PROPOSED: RECOMMENDATION_PROPOSED,
    Status.VERIFIED: RECOMMENDATION_VERIFIED,
    Status.REFUTED: RECOMMENDATION_REFUTED,
}


def recommendation_event(found: Recommendation, environment: str) -> Event | None:
    """Return what is told of a status; None for those that nobody is told of.

    The same proposal, or the same verdict on one application, has the same event_id. Expected and
    measured are in percent of getting better, expected in the unit that it was promised in, which
    is the property `unit`, empty where nothing was promised.

    Args:
        found: in its new status.
        environment: where the monitor runs.
    """
    name = _NAMES.get(found.status)
    if name is None:
        return None
    expected = found.expected_improvement
    return new_event(
        name,
        event_id=identity_of(found.id, name, rfc3339(_since(found))),
        time=found.decided_at or found.proposed_at,
        environment=environment,
        properties={
            "id": found.id,
            "category": found.category,
            "priority": found.priority,
            "model": found.model,
            "description": found.description,
            "unit": expected.unit if expected else "",
        },
        measurements={
            "expected_low": expected.low if expected else None,
            "expected_high": expected.high if expected else None,
            "measured": _improvement_percent(found),
        },
    )


def _since(found: Recommendation) -> datetime:
    """Return what tells this event from others of its name: the clock would not on a second try."""
    return found.applied.at if found.applied else found.proposed_at


def _improvement_percent(found: Recommendation) -> float | None:
    verdict = found.measured
    if verdict is None or verdict.effect_percent is None:
        return None
    better = -1 if verdict.metric.improves_downwards else 1
    return better * verdict.effect_percent
