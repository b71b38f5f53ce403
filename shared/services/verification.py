"""Judging recommendations that were applied, by what requests were like before and after."""

from datetime import datetime

from msgspec.structs import replace

from shared.domain.event import Event
from shared.domain.recommendation.event import recommendation_event
from shared.domain.recommendation.lifecycle import expired, judged
from shared.domain.recommendation.recommendation import Application, Recommendation, Status
from shared.domain.verification.judging import is_over, latest_look
from shared.services.reading import Freshness, ReadPorts, freshness
from shared.services.recommendation_store import (
    RecommendationPorts,
    change,
    find_recommendation,
    load_recommendations,
    not_found,
)
from shared.services.verification_reading import (
    course_of,
    read_guard,
    read_needs,
    read_verdict,
)


async def get_recommendation(
    identity: str, *, now: datetime, ports: RecommendationPorts
) -> Recommendation:
    """Return a recommendation with what is known today, which is not stored.

    Of a proposed one that is what it takes to see the improvement; of an applied one the verdict so
    far.

    Args:
        identity: which.
        now: the clock, UTC.
        ports: where they are, and what they are judged by.

    Raises:
        NotFound: there is none of this id.
    """
    found = await find_recommendation(identity, ports.documents)
    if found.status is Status.PROPOSED:
        return replace(found, needs=await read_needs(found, ports.reading, now=now))
    if found.status is Status.APPLIED and found.applied and found.target:
        fresh = await freshness(ports.reading)
        course = course_of(found.applied, fresh)
        verdict = await read_verdict(found, found.target, course, fresh, ports.reading)
        guard = await read_guard(found, course, fresh, ports.reading)
        return replace(
            found,
            measured=verdict,
            guarded=guard,
            rules_out_expected=verdict.rules_out_expected,
        )
    return found


async def judge_applied(*, now: datetime, ports: RecommendationPorts) -> list[Event]:
    """Judge every applied recommendation that is due for a look, and let old proposals expire.

    Running it again at once changes nothing.

    Args:
        now: the clock, UTC.
        ports: what it works on.

    Returns:
        The events of the verdicts that were reached, which are in the outbox where they lead
        anywhere.

    Raises:
        Stale: a recommendation kept changing; those before it are done.
    """
    fresh = await freshness(ports.reading)
    told: list[Event] = []
    for found in await load_recommendations(ports.documents):
        after = found
        if found.status is Status.PROPOSED:
            after = expired(found, now)
        elif found.status is Status.APPLIED and found.applied:
            after = await _judged(found, found.applied, fresh, now, ports.reading)
        if after == found:
            continue
        stored = await _replace(found, after, ports)
        event = recommendation_event(stored, ports.environment)
        if event is not None and stored == after:
            told.append(event)
    return told


async def _replace(
    found: Recommendation, after: Recommendation, ports: RecommendationPorts
) -> Recommendation:
    """Store what follows from a recommendation, unless that was changed meanwhile."""

    def decide(before: Recommendation | None) -> Recommendation:
        if before is None:
            raise not_found(found.id)
        return after if before == found else before

    return await change(found.id, decide, ports)


async def _judged(
    found: Recommendation,
    applied: Application,
    fresh: Freshness,
    now: datetime,
    reading: ReadPorts,
) -> Recommendation:
    """Return an applied recommendation after the looks that are due, read for only where any is."""
    course = course_of(applied, fresh)
    is_last = is_over(course.elapsed_h)
    if found.target is None:
        return judged(found, None, is_last=is_last, now=now)
    seen = found.measured.looked_after_days if found.measured else None
    if latest_look(course.elapsed_h) == seen:
        return found
    verdict = await read_verdict(found, found.target, course, fresh, reading)
    guard = await read_guard(found, course, fresh, reading)
    return judged(found, verdict, guard, is_last=is_last, now=now)
