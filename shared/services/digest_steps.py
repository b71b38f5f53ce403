"""A day in 48 steps: 24 hours of scores, then 24 hours of requests, which the scores are joined to.

While one bucket is summed the next one is fetched. A bucket's chunks are held at once, as only all
of them tell which of the requests reported twice count.
"""

import asyncio

from shared.domain.deployment.deployment import QuotaBook
from shared.domain.digest.day import DayDigest
from shared.domain.digest.rows import digest_batch, score_batch
from shared.domain.model_naming import named_batch
from shared.domain.record.chunk import StoredChunk, read_together
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M
from shared.errors import Stale
from shared.services.ports import Chunks

_HOURS = DAY_M // HOUR_M
STEPS = 2 * _HOURS


def steps_until(day: int, minute: int) -> list[int]:
    """Return the steps that hold what was recorded of a day before a minute."""
    hours = min(-(-(minute + 1 - day) // HOUR_M), _HOURS)
    return [*range(hours), *range(_HOURS, _HOURS + hours)]


def reached(day: int, step: int) -> int:
    """Return the minute before which all requests are in a digest after a step."""
    return day + max(step + 1 - _HOURS, 0) * HOUR_M


async def take_step(
    digest: DayDigest, day: int, step: int, chunks: Chunks, deployments: QuotaBook
) -> None:
    """Take an hour of scores or requests into a digest, models named by their deployments.

    Raises:
        Stale: chunks were dropped meanwhile.
    """
    kind = Kind.METRIC if step < _HOURS else Kind.REQUEST
    first = day + step % _HOURS * HOUR_M
    end = first + HOUR_M
    ahead = await _fetched(kind, first, chunks)
    for bucket in range(first, end, BUCKET_M):
        following = bucket + BUCKET_M
        fetch = _fetched(kind, following, chunks) if following < end else _nothing()
        _, ahead = await asyncio.gather(
            asyncio.to_thread(_add, digest, kind, following, ahead, deployments), fetch
        )
    if kind is Kind.REQUEST:
        await asyncio.to_thread(digest.end_hour, end)


def _add(
    digest: DayDigest, kind: Kind, end: int, found: list[StoredChunk], deployments: QuotaBook
) -> None:
    if kind is Kind.METRIC:
        digest.add_scores([score_batch(chunk) for chunk in found])
        return
    minute = end - BUCKET_M
    batches = [named_batch(digest_batch(chunk), deployments, minute) for chunk in found]
    digest.add_requests(batches, end)


async def _fetched(kind: Kind, bucket: int, chunks: Chunks) -> list[StoredChunk]:
    found: list[StoredChunk] = []
    keys = await chunks.keys(kind, bucket)
    for group in read_together(keys):
        found += await chunks.fetch(group)
    if len(found) < len(keys):
        raise Stale("chunks were dropped while they were read")
    return sorted(found, key=lambda chunk: (chunk.received_us, chunk.key.row))


async def _nothing() -> list[StoredChunk]:
    return []
