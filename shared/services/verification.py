"""Judging recommendations that were applied, by what requests were like before and after."""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from shared.domain import label
from shared.domain.event import Event
from shared.domain.metric.merging import merged
from shared.domain.metric.names import QUALITY_PREFIX
from shared.domain.recommendation.event import recommendation_event
from shared.domain.recommendation.lifecycle import expired, judged
from shared.domain.recommendation.recommendation import (
    Advice,
    Application,
    Recommendation,
    Status,
    Target,
    promise_of,
)
from shared.domain.rollup.measures import MEASURES
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import HOUR_M, minute_of
from shared.domain.verification.hours import WEEK_H, Hours
from shared.domain.verification.judging import is_over, judge, latest_look
from shared.domain.verification.matching import HISTORY_WEEKS, JUDGED_WEEKS, Change
from shared.domain.verification.rollup_hours import hours_from, kind_of, measures_of
from shared.domain.verification.sample_size import required_samples
from shared.domain.verification.verdict import Metric, Needs, Verdict, wanted_percent
from shared.errors import NotFound
from shared.services.reading import Freshness, ReadPorts, freshness, read_span
from shared.services.recommendations import (
    RecommendationPorts,
    change,
    find_recommendation,
    load_recommendations,
)


@dataclass(frozen=True, slots=True)
class _Course:
    """How far an applied recommendation has come.

    Attributes:
        made: when the change was.
        elapsed_h: whole hours since then that are completely rolled up.
    """

    made: Change
    elapsed_h: int


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
        return replace(found, needs=await _needs(found, now, ports.reading))
    if found.status is Status.APPLIED and found.applied and found.target:
        fresh = await freshness(ports.reading)
        course = _course(found.applied, fresh)
        verdict = await _verdict(found, found.target, course, fresh, ports.reading)
        guard = await _guard(found, course, fresh, ports.reading)
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
            raise NotFound(f"recommendation {found.id} does not exist")
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
    course = _course(applied, fresh)
    is_last = is_over(course.elapsed_h)
    if found.target is None:
        return judged(found, None, is_last=is_last, now=now)
    seen = found.measured.looked_after_days if found.measured else None
    if latest_look(course.elapsed_h) == seen:
        return found
    verdict = await _verdict(found, found.target, course, fresh, reading)
    guard = await _guard(found, course, fresh, reading)
    return judged(found, verdict, guard, is_last=is_last, now=now)


def _course(applied: Application, fresh: Freshness) -> _Course:
    minute = minute_of(applied.at)
    whole = applied.at.second == applied.at.microsecond == minute % HOUR_M == 0
    before = minute // HOUR_M
    after = before if whole else before + 1
    through = after if fresh.through is None else fresh.through // HOUR_M
    elapsed = min(max(through - after, 0), JUDGED_WEEKS * WEEK_H)
    return _Course(Change(before, after), elapsed)


async def _guard(
    advice: Advice, course: _Course, fresh: Freshness, reading: ReadPorts
) -> Verdict | None:
    """Return what became of what must not get worse; nothing was promised of it."""
    if advice.guard is None:
        return None
    unpromised = replace(advice, expected_improvement=None)
    return await _verdict(unpromised, advice.guard, course, fresh, reading)


async def _verdict(
    advice: Advice, target: Target, course: _Course, fresh: Freshness, reading: ReadPorts
) -> Verdict:
    first = course.made.after - HISTORY_WEEKS * WEEK_H
    end = course.made.after + course.elapsed_h
    hours = await _hours(advice, target, first, end, fresh, reading)
    return judge(
        target.metric,
        hours,
        course.made,
        elapsed_h=course.elapsed_h,
        promise=promise_of(advice),
    )


async def _needs(advice: Advice, now: datetime, reading: ReadPorts) -> Needs | None:
    promise = promise_of(advice)
    if advice.target is None or promise is None:
        return None
    end = minute_of(now) // HOUR_M
    first = end - HISTORY_WEEKS * WEEK_H
    history = await _hours(advice, advice.target, first, end, await freshness(reading), reading)
    metric = advice.target.metric
    return required_samples(metric, wanted_percent(metric, promise), history, now_h=end)


async def _hours(
    advice: Advice, target: Target, first_h: int, end_h: int, fresh: Freshness, reading: ReadPorts
) -> Hours:
    """Return the hours [first_h, end_h) of what a recommendation is about."""
    kind, only = kind_of(target.metric), measures_of(target.metric)
    rollups = await read_span(
        kind,
        first_h * HOUR_M,
        end_h * HOUR_M,
        fresh,
        reading,
        only=only,
        coarsest=Grain.HOUR,
    )
    scored = {label.METRIC_NAME: QUALITY_PREFIX + target.score} if target.score else {}
    own = merged(rollups, MEASURES[kind], (), scored | _where(advice, target), only)
    if target.metric is Metric.QUALITY and not len(own) and not target.whole_application:
        # Scores need not say of which deployment or application they are.
        own = merged(rollups, MEASURES[kind], (), scored | {label.MODEL: advice.model}, only)
    return hours_from(target.metric, [own], with_lengths=target.adjust_for_lengths)


def _where(advice: Advice, target: Target) -> dict[str, str]:
    """Return the labels of the requests that count."""
    if target.whole_application:
        return {label.APPLICATION: advice.application}
    found = {
        label.MODEL: advice.model,
        label.DEPLOYMENT: advice.deployment,
        label.APPLICATION: advice.application,
    }
    return {name: text for name, text in found.items() if text}
