"""Reading rollups of a span of time: days and hours where they are whole, buckets at the edges.

What has arrived but is not rolled up yet is counted too: buckets that are still open, and late ones
that are marked, are completed from their chunks while reading, without writing.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise

from shared.domain.deployment.deployment import QuotaBook
from shared.domain.model_naming import named
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import BUCKET_M, floor_to, minute_of
from shared.services.anomaly_ports import Boards
from shared.services.ports import Cursors, DirtyBuckets
from shared.services.pricing import PricingLoader
from shared.services.refresh import Counted, RefreshPorts, refresh
from shared.services.rollup import COMPLETE_THROUGH, ROLLED_THROUGH
from shared.services.storing import AHEAD, UNMARKED_M, Clock

# A backlog larger than this is left to the rollup timer: `data_through` tells how far it is.
MAX_LIVE_BUCKETS = 24
_DAYS_FROM_M = 2 * Grain.DAY.minutes


@dataclass(frozen=True, slots=True)
class ReadPorts:
    """What reading needs; the clock tells beyond which minute nothing can have arrived.

    Attributes:
        load_pricing: what models cost, and the deployments with their quotas.
        boards: anomaly scores.
    """

    refresh: RefreshPorts
    cursors: Cursors
    dirty: DirtyBuckets
    counted: Counted
    clock: Clock
    load_pricing: PricingLoader
    boards: Boards


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far rollups can be relied on.

    Attributes:
        through: every minute before this one is rolled up; None before the first run.
        marked_until: what waits in a bucket that ended by this minute has left a marker.
        newest: nothing that has been accepted ends in this minute or later.
        stale: kind -> marked buckets.
        deployments: what is known of them now; models are named by it.
    """

    through: int | None
    marked_until: int
    newest: int
    stale: dict[Kind, set[int]] = field(default_factory=dict)
    deployments: QuotaBook = field(default_factory=QuotaBook)

    def is_settled(self, kind: Kind, first: int, end: int) -> bool:
        """Tell whether nothing in [first, end) waits for a rollup.

        What arrives for a bucket within 5 minutes of its end leaves no marker, so the buckets that
        ended since then are looked at themselves.
        """
        if first >= self.newest:
            return True
        if end > self.marked_until:
            return False
        return not any(first <= bucket < end for bucket in self.stale.get(kind, ()))


async def freshness(ports: ReadPorts) -> Freshness:
    """Return how far rollups can be relied on, now."""
    complete, markers, deployments = await asyncio.gather(
        ports.cursors.read(COMPLETE_THROUGH), ports.dirty.list(), ports.load_pricing.deployments()
    )
    stale: dict[Kind, set[int]] = {}
    for marker in markers:
        stale.setdefault(marker.kind, set()).add(marker.bucket)
    newest = minute_of(ports.clock() + AHEAD) + BUCKET_M
    through = complete.minute if complete else None
    # Before the first run the rollup's cursor stands 15 minutes before the first record came.
    if through is None:
        rolled = await ports.cursors.read(ROLLED_THROUGH)
        marked_until = rolled.minute if rolled else 0
    else:
        marked_until = floor_to(through - UNMARKED_M, BUCKET_M)
    return Freshness(through, marked_until, newest, stale, deployments)


async def read_span(
    kind: Kind,
    first: int,
    end: int,
    fresh: Freshness,
    ports: ReadPorts,
    *,
    only: Collection[str] | None,
    coarsest: Grain = Grain.DAY,
) -> list[Rollup]:
    """Return the rollups of the minutes [first, end), models named.

    Args:
        kind: of the records.
        first: the first minute.
        end: the minute after the last.
        fresh: how far stored rollups can be relied on.
        ports: where from.
        only: the measures to read; None reads all.
        coarsest: the longest step that rows may have.
    """
    pieces = _pieces(kind, first, end, fresh, coarsest)
    found = await asyncio.gather(
        *(_read_piece(kind, piece, fresh, ports, only) for piece in pieces)
    )
    read = [
        rollup if grain is not Grain.BUCKET else rollup.between(first, end)
        for (grain, _, _), rollups in zip(pieces, found, strict=True)
        for rollup in rollups
    ]
    return named(read, fresh.deployments)


type Piece = tuple[Grain, int, int]


def _pieces(kind: Kind, first: int, end: int, fresh: Freshness, coarsest: Grain) -> list[Piece]:
    """Cut a span into runs of whole days, whole hours and buckets, as coarse as is settled."""
    grains = [Grain.HOUR, Grain.BUCKET]
    if coarsest is Grain.DAY and end - first >= _DAYS_FROM_M:
        grains.insert(0, Grain.DAY)
    if coarsest is Grain.BUCKET:
        grains = [Grain.BUCKET]
    pieces: list[Piece] = []
    at = floor_to(first, BUCKET_M)
    while at < end:
        grain = next(
            (
                grain
                for grain in grains[:-1]
                if at % grain.minutes == 0
                and at >= first
                and at + grain.minutes <= end
                and fresh.is_settled(kind, at, at + grain.minutes)
            ),
            Grain.BUCKET,
        )
        after = at + grain.minutes
        if pieces and pieces[-1][0] is grain and pieces[-1][2] == at:
            pieces[-1] = (grain, pieces[-1][1], after)
        else:
            pieces.append((grain, at, after))
        at = after
    return pieces


async def _read_piece(
    kind: Kind, piece: Piece, fresh: Freshness, ports: ReadPorts, only: Collection[str] | None
) -> list[Rollup]:
    grain, first, end = piece
    rollups = ports.refresh.rollups
    if grain is not Grain.BUCKET:
        return list((await rollups.read_range(kind, grain, first, end, only)).values())
    buckets = range(first, end, BUCKET_M)
    live = [b for b in buckets if not fresh.is_settled(kind, b, b + BUCKET_M)]
    live = live[-MAX_LIVE_BUCKETS:]
    stored: dict[int, Rollup] = {}
    for low, high in _gaps(live, first, end):
        stored |= await rollups.read_range(kind, Grain.BUCKET, low, high, only)
    fetched = await asyncio.gather(
        *(refresh(kind, b, ports.refresh, ports.counted, write=False) for b in live)
    )
    return [*stored.values(), *(each.rollup for each in fetched if each is not None)]


def _gaps(live: list[int], first: int, end: int) -> list[tuple[int, int]]:
    edges = [first, *(edge for bucket in live for edge in (bucket, bucket + BUCKET_M)), end]
    return [(low, high) for low, high in list(pairwise(edges))[::2] if low < high]
