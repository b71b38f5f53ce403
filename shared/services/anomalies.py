"""Scoring anomalies: every step of every series once, in order, as it becomes complete.

A run goes on where the last one ended, a day of steps at a time. First come the boards that are
stored already, by a run that broke off or runs beside this one; then the steps without one are
scored and their boards stored, and last what is remembered of the series. A board is inserted and
never replaced, so records that come late change reports, not scores, and whoever loses a race
leaves the work to the winner.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.anomaly.board import Board
from shared.domain.anomaly.scoreboard import Scoreboard
from shared.domain.anomaly.values import MEASURES, step_values
from shared.domain.anomaly.watch import STEP_M
from shared.domain.deployment.deployment import QuotaBook
from shared.domain.model_naming import named
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import DAY_M, HOUR_M, floor_to
from shared.errors import Stale
from shared.services.anomaly_ports import Anomalies, StoredShard
from shared.services.ports import Cursor, Cursors, Rollups
from shared.services.pricing import PricingLoader
from shared.services.rollup import COMPLETE_THROUGH

SCORED_THROUGH = "scored_through"
LOOK_BACK_D = 30


@dataclass(frozen=True, slots=True)
class ScoringPorts:
    """What scoring works on.

    Attributes:
        rollups: where values come from.
        anomalies: where scores go.
        cursors: how far rollups are complete, and scores.
        load_pricing: what is known of deployments, by which models are named.
    """

    rollups: Rollups
    anomalies: Anomalies
    cursors: Cursors
    load_pricing: PricingLoader


@dataclass(slots=True)
class ScoringRun:
    """What a run did.

    Attributes:
        through: every step that ends by this minute is scored; None before the first rollup.
        steps: scored by this run.
        values: scored by this run.
        followed: steps that had a board already.
        watched: series watched.
        left_out: series that there was no room for in the last step.
        stale: True where another run is at it.
        elapsed_s: how long it took.
    """

    through: int | None = None
    steps: int = 0
    values: int = 0
    followed: int = 0
    watched: int = 0
    left_out: int = 0
    stale: bool = False
    elapsed_s: float = 0.0


async def score_anomalies(
    *, ports: ScoringPorts, timer: Callable[[], float], budget_s: float
) -> ScoringRun:
    """Score the steps that are complete.

    Args:
        ports: what it works on.
        timer: a monotonic clock, seconds.
        budget_s: how long it may take; the rest is left to the next run.

    Returns:
        What was done; a second run changes nothing.
    """
    began, run = timer(), ScoringRun()
    complete = await ports.cursors.read(COMPLETE_THROUGH)
    cursor = await ports.cursors.read(SCORED_THROUGH)
    run.through = cursor.minute if cursor else None
    if complete is not None:
        end = floor_to(complete.minute, STEP_M)
        try:
            await _catch_up(end, cursor, run, ports, lambda: timer() - began < budget_s)
        except Stale:
            run.stale = True
    run.elapsed_s = timer() - began
    return run


async def _catch_up(
    end: int,
    cursor: Cursor | None,
    run: ScoringRun,
    ports: ScoringPorts,
    in_time: Callable[[], bool],
) -> None:
    if cursor is not None and cursor.minute >= end:
        return
    stored = {each.number: each for each in await ports.anomalies.shards()}
    scoreboard = Scoreboard({number: each.shard for number, each in stored.items()})
    at = max(scoreboard.behind, end - LOOK_BACK_D * DAY_M)
    if cursor is None and not stored:
        at = await _beginning(at, end, ports.rollups)
    while at < end and in_time():
        until = min(floor_to(at, DAY_M) + DAY_M, end)
        await _score_day(at, until, scoreboard, run, ports)
        await _keep(scoreboard, stored, ports.anomalies)
        at, run.through, run.watched = until, until, scoreboard.watched
    if run.through is not None and (cursor is None or run.through > cursor.minute):
        etag = cursor.etag if cursor else None
        await ports.cursors.write(SCORED_THROUGH, Cursor(run.through, {}, etag))


async def _beginning(first: int, end: int, rollups: Rollups) -> int:
    """Return the first hour from a minute on in which anything arrived."""
    hours = [
        hour
        for kind in Kind
        for hour in await rollups.versions(kind, Grain.HOUR, floor_to(first, HOUR_M), end)
    ]
    return max(min(hours, default=end), first)


async def _score_day(
    first: int, end: int, scoreboard: Scoreboard, run: ScoringRun, ports: ScoringPorts
) -> None:
    """Bring the scoreboard from a minute to another of the same day."""
    for board in await ports.anomalies.boards(first, end):
        scoreboard.follow(board)
        run.followed += 1
        first = board.end
    if first >= end:
        return
    deployments = await ports.load_pricing.deployments()
    requests, metrics = await asyncio.gather(
        *(_read(kind, first, end, ports.rollups, deployments) for kind in Kind)
    )
    boards = await asyncio.to_thread(_scored, first, end, requests, metrics, scoreboard)
    await ports.anomalies.add_boards(boards)
    run.steps += len(boards)
    run.values += sum(len(board.series) for board in boards)
    run.left_out = boards[-1].left_out


async def _read(
    kind: Kind, first: int, end: int, rollups: Rollups, deployments: QuotaBook
) -> list[Rollup]:
    found = await rollups.read_range(kind, Grain.BUCKET, first, end, MEASURES[kind])
    return named(list(found.values()), deployments)


def _scored(
    first: int, end: int, requests: list[Rollup], metrics: list[Rollup], scoreboard: Scoreboard
) -> list[Board]:
    values = step_values(requests, metrics)
    return [scoreboard.score(step, values.get(step, {})) for step in range(first, end, STEP_M)]


async def _keep(
    scoreboard: Scoreboard, stored: dict[int, StoredShard], anomalies: Anomalies
) -> None:
    """Store the shards that hold for later than they were stored for."""
    for number in sorted(scoreboard.changed):
        before = stored.get(number)
        kept = StoredShard(number, scoreboard.shards[number], before.etag if before else None)
        stored[number] = await anomalies.keep_shard(kept)
    scoreboard.changed.clear()
