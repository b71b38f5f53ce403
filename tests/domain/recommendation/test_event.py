"""What Application Insights is told of a recommendation."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.domain.recommendation.event import recommendation_event
from shared.domain.recommendation.recommendation import Status
from shared.domain.verification.verdict import Metric
from tests.domain.recommendation_factories import standing, verdict
from tests.domain.rule_factories import T0

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (Status.PROPOSED, "recommendation.proposed"),
        (Status.VERIFIED, "recommendation.verified"),
        (Status.REFUTED, "recommendation.refuted"),
    ],
)
def test_an_event_tells_of_a_status(status: Status, name: str) -> None:
    found = replace(standing(status), measured=verdict(), decided_at=T0 + DAY)
    event = recommendation_event(found, "test")
    assert event is not None
    assert event.name == name
    assert event.properties == {
        "event_id": event.event_id,
        "schema": "1",
        "environment": "test",
        "id": found.id,
        "category": "model_optimization",
        "priority": "high",
        "model": "gpt-5-mini",
        "description": "Lower the reasoning effort",
        "unit": "percent",
    }
    assert event.measurements == {"expected_low": 10, "expected_high": 40, "measured": 20}


@pytest.mark.parametrize(
    "status", [Status.APPLIED, Status.INCONCLUSIVE, Status.SUPERSEDED, Status.EXPIRED]
)
def test_of_other_statuses_nobody_is_told(status: Status) -> None:
    assert recommendation_event(standing(status), "test") is None


def test_a_second_try_has_the_same_event_id() -> None:
    first = replace(standing(Status.VERIFIED), decided_at=T0 + DAY)
    second = replace(first, decided_at=T0 + 2 * DAY)
    ids = {recommendation_event(each, "test").event_id for each in (first, second)}  # type: ignore[union-attr]
    assert len(ids) == 1


def test_better_quality_is_measured_above_zero() -> None:
    better = verdict(metric=Metric.QUALITY, effect_percent=5.0)
    event = recommendation_event(replace(standing(Status.VERIFIED), measured=better), "test")
    assert event is not None
    assert event.measurements["measured"] == 5
