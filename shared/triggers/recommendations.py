"""HTTP functions for recommendations, and what the hourly timer does about them."""

import logging
from datetime import datetime

import azure.functions as func

from shared.bootstrap import App, app
from shared.domain.recommendation.recommendation import Recommendation, Status
from shared.errors import InvalidInput
from shared.services.recommendation_store import RecommendationPorts
from shared.services.recommendations import (
    AppliedBody,
    RecommendationPage,
    list_recommendations,
    mark_applied,
)
from shared.services.verification import get_recommendation, judge_applied
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@endpoint(
    blueprint,
    "GET",
    "v1/recommendations",
    summary="Recommendations, the latest to be proposed first.",
    answer=RecommendationPage,
    query={
        "model": "exact name",
        "status": "`proposed`, `applied`, `verified`, `refuted`, `inconclusive`, `superseded`, "
        "`expired`, or several by comma; all unless given",
        "limit": "100 unless given, 1,000 at most",
        "next": "of an earlier answer",
    },
)
async def get_recommendations(call: Call) -> Answer:
    """List recommendations."""
    return Answer(
        await list_recommendations(
            call.query.get("model"),
            _statuses(call),
            limit=call.limit(),
            after=call.query.get("next"),
            documents=app().documents,
        )
    )


@endpoint(
    blueprint,
    "GET",
    "v1/recommendations/{id}",
    summary="A recommendation: what it takes to see it work or, once applied, the verdict so far.",
    answer=Recommendation,
)
async def get_one_recommendation(call: Call) -> Answer:
    """Return a recommendation."""
    ports = ports_of(app())
    return Answer(await get_recommendation(call.segment("id"), now=call.now, ports=ports))


@endpoint(
    blueprint,
    "POST",
    "v1/recommendations/{id}/applied",
    summary="Say that a recommendation was followed, so that it is judged.",
    request=AppliedBody,
    answer=Recommendation,
)
async def post_recommendation_applied(call: Call) -> Answer:
    """Mark a recommendation as applied."""
    body = call.decoded(AppliedBody) if call.raw_body else AppliedBody()
    return Answer(await mark_applied(call.segment("id"), body, now=call.now, ports=ports_of(app())))


async def judge_recommendations(now: datetime) -> None:
    """Judge what was applied: for the hourly timer."""
    told = await judge_applied(now=now, ports=ports_of(app()))
    logger.info("judged recommendations: verdicts=%d", len(told))


def ports_of(parts: App) -> RecommendationPorts:
    """Return what recommendations work on."""
    return RecommendationPorts(
        parts.reading,
        parts.documents,
        parts.alerts,
        parts.telemetry.enabled,
        parts.settings.environment,
    )


def _statuses(call: Call) -> list[Status]:
    words = call.names("status") or list(Status)
    unknown = [word for word in words if word not in list(Status)]
    if unknown:
        listed = ", ".join(Status)
        raise InvalidInput.at("status", f"expected some of {listed}, got {unknown[0]!r:.60}")
    return [Status(word) for word in words]
