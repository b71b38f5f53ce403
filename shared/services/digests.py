"""Making daily digests from a day's chunks.

A day is made once all its minutes are rolled up, hour by hour, and goes on where the last run
stopped. The versions of the day's rollups tell cheaply whether late data came since; then it is
made anew, until the day is sealed.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from shared.domain.deployment.deployment import QuotaBook
from shared.domain.digest.day import ANSWERS, PREFIXES, DayDigest
from shared.domain.label import DEPLOYMENT, MODEL, RESOURCE
from shared.domain.model_naming import day_end, renamed_labels
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import DAY_M, day_key, floor_to, micros, minute_of
from shared.errors import InvalidInput
from shared.services.digest_ports import DigestHead, Digests, Stage
from shared.services.digest_steps import STEPS, take_step
from shared.services.ports import Chunks, Cursors, Rollups
from shared.services.pricing import PricingLoader
from shared.services.rollup import COMPLETE_THROUGH, SEALED_THROUGH

_LOOK_BACK_D = 62
_DAY_DIGITS = 8


class Outcome(StrEnum):
    """What came of a day."""

    UNCHANGED = "unchanged"
    EMPTY = "empty"
    BUILT = "built"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class DigestPorts:
    """What digests are made from, and where they are kept.

    Attributes:
        chunks: raw records.
        rollups: what tells that late data came.
        cursors: how far rollups are, and which days are sealed.
        digests: where digests are kept.
        load_pricing: what is known of deployments, by which models are named.
    """

    chunks: Chunks
    rollups: Rollups
    cursors: Cursors
    digests: Digests
    load_pricing: PricingLoader


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a run may take.

    Attributes:
        timer: a monotonic clock, seconds.
        until_s: its time when the run has to stop; the hour under way is finished.
    """

    timer: Callable[[], float]
    until_s: float

    @property
    def left(self) -> bool:
        """Tell whether there is time for another hour."""
        return self.timer() < self.until_s


async def make_digests(*, now: datetime, ports: DigestPorts, budget: Budget) -> dict[str, Outcome]:
    """Make the digests of days that have none, oldest first, then of those that got late data.

    Args:
        now: the clock, UTC.
        ports: what it works on.
        budget: how long it may take; the next run goes on.

    Returns:
        Day (yyyyMMdd) -> what came of it, of the days that were looked at and not as they were.

    Raises:
        Stale: another run is at it.
    """
    complete = await ports.cursors.read(COMPLETE_THROUGH)
    sealed = await ports.cursors.read(SEALED_THROUGH)
    end = floor_to(min(minute_of(now), complete.minute if complete else 0), DAY_M)
    days = [day for day in map(day_of, await ports.chunks.days()) if day < end]
    stored = {day for day in days if await ports.digests.head(day, Stage.FINISHED)}
    # A day looks at what the one before saw last: of those missing, the oldest comes first.
    order = [*sorted({*days} - stored), *sorted(stored, reverse=True)]
    done: dict[str, Outcome] = {}
    for day in order:
        if not budget.left:
            break
        if sealed is not None and day < sealed.minute and day in stored:
            continue
        outcome = await build_day(day, now=now, ports=ports, budget=budget)
        if outcome is not Outcome.UNCHANGED:
            done[day_key(day)] = outcome
    return done


async def build_day(day: int, *, now: datetime, ports: DigestPorts, budget: Budget) -> Outcome:
    """Make one day's digest as far as time allows, unless it is up to date.

    Args:
        day: the minute it begins.
        now: the clock, UTC.
        ports: what it works on.
        budget: how long it may take; a run that stopped is gone on with.

    Raises:
        Stale: another run is at it, or chunks were dropped meanwhile.
    """
    deployments = await ports.load_pricing.deployments()
    version = await _version(day, ports.rollups, deployments)
    if not version:
        return Outcome.EMPTY
    before = await ports.digests.head(day, Stage.FINISHED)
    if before is not None and before.version == version:
        return Outcome.UNCHANGED
    digest, work = await begun(day, version, ports)
    steps = work.steps
    while steps < STEPS and (budget.left or steps == work.steps):
        await take_step(digest, day, steps, ports.chunks, deployments)
        steps += 1
    head = DigestHead(work.version, steps, micros(now), etag=work.etag)
    if steps < STEPS:
        await ports.digests.write(day, Stage.WORK, head, digest.blocks(finished=False))
        return Outcome.STOPPED
    digest.finish()
    finished = DigestHead(work.version, steps, micros(now), etag=before.etag if before else None)
    await ports.digests.write(day, Stage.FINISHED, finished, digest.blocks(finished=True))
    if work.etag is not None:
        await ports.digests.drop(day, Stage.WORK)
    return Outcome.BUILT


async def forget_digests(before: datetime, *, digests: Digests) -> int:
    """Delete the digests of days before a time; return how many entities that were.

    Looks two months back, for runs that did not happen.
    """
    end = floor_to(minute_of(before), DAY_M)
    gone = 0
    for day in range(end - _LOOK_BACK_D * DAY_M, end, DAY_M):
        for stage in Stage:
            if await digests.head(day, stage):
                gone += await digests.drop(day, stage) + 1
    return gone


def day_of(text: str) -> int:
    """Return the minute at which a day begins.

    Args:
        text: yyyyMMdd or yyyy-MM-dd.

    Raises:
        InvalidInput: no such day.
    """
    compact = text.replace("-", "")
    try:
        if len(compact) != _DAY_DIGITS or not compact.isdecimal():
            raise ValueError(text)
        return minute_of(datetime.strptime(compact, "%Y%m%d").replace(tzinfo=UTC))
    except ValueError as error:
        raise InvalidInput.at("day", f"expected a day as 2026-11-23, got {text!r:.40}") from error


async def begun(day: int, version: str, ports: DigestPorts) -> tuple[DayDigest, DigestHead]:
    """Return what an earlier run left, else a day begun after the one before.

    Args:
        day: the minute it begins.
        version: of the day's rollups; empty to begin it anew, not to be stored.
        ports: where it is, and the day before.
    """
    work = await ports.digests.read(day, Stage.WORK) if version else None
    if work is not None:
        head, blocks = work
        return DayDigest(blocks), head
    before = await ports.digests.read(day - DAY_M, Stage.FINISHED, (ANSWERS, PREFIXES))
    return DayDigest(None, before[1] if before else None), DigestHead(version, 0, 0)


async def _version(day: int, rollups: Rollups, deployments: QuotaBook) -> str:
    """Return what changes with a record of the day or a model's name; empty without records."""
    found = [
        (kind, start, version)
        for kind in Kind
        for start, version in sorted(
            (await rollups.versions(kind, Grain.BUCKET, day, day + DAY_M)).items()
        )
    ]
    if not found:
        return ""
    renamed = await _renamed(day, rollups, deployments)
    text = repr([found, renamed] if renamed else found)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


async def _renamed(day: int, rollups: Rollups, deployments: QuotaBook) -> list[tuple[str, ...]]:
    """Return the day's deployments whose name was told for a model, with that model."""
    if not deployments.explained:
        return []
    whole = await rollups.read_range(Kind.REQUEST, Grain.DAY, day, day + DAY_M, {"n"})
    pairs = (
        (labels, renamed_labels(labels, deployments, day_end(day)))
        for part in whole.values()
        for labels in part.labels
    )
    return sorted(
        {
            (own.get(RESOURCE, ""), own.get(DEPLOYMENT, ""), dict(better)[MODEL])
            for labels, better in pairs
            if better is not labels
            for own in (dict(labels),)
        }
    )
