"""Reading what advice is concluded from: digests of whole days, rollups of the last week, prices.

A model that is new has no digest yet, or too little in those there are. Days that are not digested
are then looked at as far as they go, today's first, without storing anything: while there are at
most a million requests in them, and within a time budget.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.advice.ground import FEWEST, Limits
from shared.domain.advice.history import SECTIONS, DayFacts, Work, histories
from shared.domain.advice.quota_use import MEASURES as QUOTA_MEASURES
from shared.domain.advice.quota_use import QuotaUse, quota_use
from shared.domain.advice.scope import Scope
from shared.domain.advice.traffic import MEASURES, Traffic, traffics
from shared.domain.advice.window import ENOUGH, LONGEST_D, WEEK_D
from shared.domain.deployment.deployment import QuotaBook
from shared.domain.digest.day import INDEX, Blocks, index_of, sections_of
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import DAY_M, floor_to, minute_of
from shared.services.digest_ports import Stage
from shared.services.digest_reading import read_digest
from shared.services.digests import Budget, DigestPorts
from shared.services.reading import ReadPorts, freshness, read_span
from shared.services.recommendation_store import RecommendationPorts

_MOST_UNDIGESTED = 1_000_000
_WANTED = (INDEX, *SECTIONS)


@dataclass(frozen=True, slots=True)
class AdvicePorts:
    """What advice is concluded from, and where it goes.

    Attributes:
        reading: rollups.
        digests: daily digests, and what they are made from.
        load_pricing: what tokens cost, and what is known of deployments.
        limits: what is too much, whatever is normal.
        recommendations: where they are.
    """

    reading: ReadPorts
    digests: DigestPorts
    load_pricing: Callable[[], Awaitable[Pricing]]
    limits: Limits
    recommendations: RecommendationPorts


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to conclude from.

    Attributes:
        works: what digests tell of each scope, of four weeks at most.
        traffic: what rollups tell of the last week, of deployments and their applications.
        pricing: what tokens cost, and what is known of deployments.
        quota_use: deployment -> minutes of the last day.
        now: the clock, UTC.
    """

    works: Mapping[Scope, Work]
    traffic: Mapping[Scope, Traffic]
    pricing: Pricing
    quota_use: Mapping[str, QuotaUse]
    now: datetime


async def read_material(
    *, now: datetime, ports: AdvicePorts, budget: Budget, model: str | None = None
) -> Material:
    """Return what there is to conclude from.

    Args:
        now: the clock, UTC.
        ports: where from.
        budget: how long looking at days without a digest may take.
        model: the only one that is asked about; None is every one.
    """
    today = floor_to(minute_of(now), DAY_M)
    days = range(today - LONGEST_D * DAY_M, today + DAY_M, DAY_M)
    parts, pricing, facts = await asyncio.gather(
        _rollups(today, now, ports.reading),
        ports.load_pricing(),
        _read_facts(days, model, ports),
    )
    traffic = await asyncio.to_thread(traffics, parts)
    works = await asyncio.to_thread(histories, facts, model)
    asked = [scope for scope in traffic if model in (None, scope.model)]
    if any(_is_new(traffic[scope], works.get(scope)) for scope in asked):
        missing = [day for day in days if day // DAY_M not in {each.day for each in facts}]
        found = await _undigested(missing[::-1], traffic, now, ports, budget)
        facts = sorted([*facts, *found], key=lambda each: each.day)
        works = await asyncio.to_thread(histories, facts, model)
    use = await _quota_use(pricing.deployments, now, ports.reading)
    return Material(works, traffic, pricing, use, now)


async def _rollups(today: int, now: datetime, reading: ReadPorts) -> list[Rollup]:
    fresh = await freshness(reading)
    first = today - WEEK_D * DAY_M
    end = minute_of(now) + 1
    return await read_span(Kind.REQUEST, first, end, fresh, reading, only=MEASURES)


async def _quota_use(quotas: QuotaBook, now: datetime, reading: ReadPorts) -> dict[str, QuotaUse]:
    """Return how much of their quotas deployments took in the last day, where any is known."""
    known = (config for dated in quotas.dated.values() for config in dated)
    if not any(config.tpm_quota or config.rpm_quota for config in known):
        return {}
    fresh, end = await freshness(reading), minute_of(now) + 1
    first, only = end - DAY_M, QUOTA_MEASURES
    parts = await read_span(
        Kind.REQUEST, first, end, fresh, reading, only=only, coarsest=Grain.BUCKET
    )
    return await asyncio.to_thread(quota_use, parts, quotas)


async def _read_facts(days: Sequence[int], model: str | None, ports: AdvicePorts) -> list[DayFacts]:
    """Return the digests there are; of one model only those of a week, where that is enough."""
    week = days[-WEEK_D - 1 :]
    lately = await asyncio.to_thread(_facts, await _stored(week, ports))
    if model is not None:
        works = await asyncio.to_thread(histories, lately, model)
        if sum(each.hours.total("requests") for each in works.values()) >= ENOUGH:
            return lately
    earlier = await _stored(days[: -WEEK_D - 1], ports)
    return [*await asyncio.to_thread(_facts, earlier), *lately]


async def _stored(days: Iterable[int], ports: AdvicePorts) -> dict[int, Blocks]:
    """Return the blocks of the days that have a digest."""
    store, wanted = ports.digests.digests, list(days)
    read = await asyncio.gather(*(store.read(day, Stage.FINISHED, _WANTED) for day in wanted))
    return {day: each[1] for day, each in zip(wanted, read, strict=True) if each is not None}


def _facts(stored: Mapping[int, Blocks]) -> list[DayFacts]:
    return [
        DayFacts(day // DAY_M, index_of(blocks), sections_of(blocks))
        for day, blocks in sorted(stored.items())
    ]


def _is_new(traffic: Traffic, work: Work | None) -> bool:
    """Tell whether there is much of a scope in rollups, and too little of it in digests."""
    known = work.hours.total("requests") if work is not None else 0
    return known < FEWEST <= traffic.total("n")


async def _undigested(
    days: Iterable[int],
    traffic: Mapping[Scope, Traffic],
    now: datetime,
    ports: AdvicePorts,
    budget: Budget,
) -> list[DayFacts]:
    """Return days without a digest as far as they go, the latest first, within bounds."""
    requests: dict[int, int] = {}
    for scope, own in traffic.items():
        if not scope.application:
            for day, n in zip(own.rows.slots.tolist(), own.daily("n").tolist(), strict=True):
                requests[day] = requests.get(day, 0) + n
    found, left = [], _MOST_UNDIGESTED
    for day in days:
        left -= requests.get(day, 0)
        if not requests.get(day) or left < 0 or not budget.left:
            continue
        made = await read_digest(day, now=now, ports=ports.digests, budget=budget, only=_WANTED)
        found += _facts({day: made.blocks} if made else {})
    return found
