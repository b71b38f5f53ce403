"""What verification reads: the hours of what a recommendation is about, before and after it."""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from shared.domain import label
from shared.domain.metric.merging import merged
from shared.domain.metric.names import QUALITY_PREFIX
from shared.domain.recommendation.recommendation import Advice, Application, Target, promise_of
from shared.domain.rollup.measures import MEASURES
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import HOUR_M, minute_of
from shared.domain.verification.hours import WEEK_H, Hours
from shared.domain.verification.judging import judge
from shared.domain.verification.matching import HISTORY_WEEKS, JUDGED_WEEKS, Change
from shared.domain.verification.rollup_hours import hours_from, kind_of, measures_of
from shared.domain.verification.sample_size import required_samples
from shared.domain.verification.verdict import Metric, Needs, Verdict, wanted_percent
from shared.services.reading import Freshness, ReadPorts, freshness, read_span


@dataclass(frozen=True, slots=True)
class Course:
    """How far an applied recommendation has come.

    Attributes:
        made: when the change was.
        elapsed_h: whole hours since then that are completely rolled up.
    """

    made: Change
    elapsed_h: int


def course_of(applied: Application, fresh: Freshness) -> Course:
    """Return how far a recommendation has come that was applied; a begun hour counts as neither."""
    minute = minute_of(applied.at)
    whole = applied.at.second == applied.at.microsecond == minute % HOUR_M == 0
    before = minute // HOUR_M
    after = before if whole else before + 1
    through = after if fresh.through is None else fresh.through // HOUR_M
    elapsed = min(max(through - after, 0), JUDGED_WEEKS * WEEK_H)
    return Course(Change(before, after), elapsed)


async def read_guard(
    advice: Advice, course: Course, fresh: Freshness, reading: ReadPorts
) -> Verdict | None:
    """Return what became of what must not get worse; nothing was promised of it."""
    if advice.guard is None:
        return None
    unpromised = replace(advice, expected_improvement=None)
    return await read_verdict(unpromised, advice.guard, course, fresh, reading)


async def read_verdict(
    advice: Advice, target: Target, course: Course, fresh: Freshness, reading: ReadPorts
) -> Verdict:
    """Return what became of a target, by the looks that are due."""
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


async def read_needs(advice: Advice, reading: ReadPorts, *, now: datetime) -> Needs | None:
    """Return what it takes to see what is promised; None where nothing measured is."""
    promise = promise_of(advice)
    if advice.target is None or promise is None:
        return None
    end = minute_of(now) // HOUR_M
    first = end - HISTORY_WEEKS * WEEK_H
    fresh = await freshness(reading)
    history = await _hours(advice, advice.target, first, end, fresh, reading)
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
