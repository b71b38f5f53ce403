"""Recommendations: listed, and marked as applied."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.domain.recommendation import lifecycle
from shared.domain.recommendation.recommendation import Application, Recommendation, Status
from shared.domain.record.request import Moment
from shared.domain.timeline import rfc3339
from shared.services.paging import latest_first
from shared.services.ports import Documents
from shared.services.recommendation_store import (
    RecommendationPorts,
    change,
    load_recommendations,
    not_found,
)


class AppliedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Says that a recommendation was followed; `at` is now unless given, `by` may be left out."""

    # `detected` stands for what requests showed.
    by: Annotated[str, Meta(min_length=1, max_length=256, pattern=r"^(?!detected$)")] = ""
    at: Moment | None = None
    comment: Annotated[str, Meta(max_length=2_048)] = ""


class RecommendationPage(msgspec.Struct, frozen=True):
    """A part of the list of recommendations.

    Attributes:
        recommendations: the latest to be proposed first.
        next: where the rest begins; None where this is all.
    """

    recommendations: list[Recommendation]
    next: str | None


async def list_recommendations(
    model: str | None,
    statuses: Collection[Status],
    *,
    limit: int,
    after: str | None,
    documents: Documents,
) -> RecommendationPage:
    """Return recommendations as they are stored, the latest to be proposed first.

    Args:
        model: exact name; None is any.
        statuses: which ones.
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there; None begins.
        documents: where they are.
    """
    placed = {
        f"{rfc3339(each.proposed_at)}|{each.id}": each
        for each in await load_recommendations(documents)
        if each.status in statuses and model in (None, each.model)
    }
    return RecommendationPage(*latest_first(placed, limit=limit, after=after))


async def mark_applied(
    identity: str, body: AppliedBody, *, now: datetime, ports: RecommendationPorts
) -> Recommendation:
    """Note that somebody followed a recommendation; the same once more changes nothing.

    Args:
        identity: which.
        body: who and when.
        now: the clock, UTC.
        ports: where they are.

    Raises:
        NotFound: there is none of this id.
        InvalidInput: it was followed in the future, or more than four weeks ago.
        Conflict: it was followed otherwise, or is no longer proposed.
        Stale: it kept changing.
    """

    def decide(before: Recommendation | None) -> Recommendation:
        if before is None:
            raise not_found(identity)
        known = before.applied.at if before.applied else now
        at = known if body.at is None else body.at.astimezone(UTC)
        return lifecycle.applied(before, Application(body.by, at, body.comment), now)

    return await change(identity, decide, ports)
