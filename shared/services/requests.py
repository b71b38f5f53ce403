"""Looking up raw requests, newest first: from an alert to the very calls behind it."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any

import msgspec

from shared.domain.record.chunk import StoredChunk
from shared.domain.record.columns import end_us
from shared.domain.record.rows import RowFilter, request_rows
from shared.domain.rollup.measures import Kind
from shared.domain.span import Span
from shared.domain.timeline import BUCKET_M, floor_to
from shared.errors import InvalidInput
from shared.services.ports import Chunks, Cursors
from shared.services.rollup import COMPLETE_THROUGH

LONGEST_S = 3_660
_GROUP = 50

# Newest first: (end, chunk's row, index in the chunk), all descending.
type Place = tuple[int, str, int]


async def find_requests(
    span: Span,
    wanted: RowFilter,
    *,
    limit: int,
    after: str | None,
    chunks: Chunks,
    cursors: Cursors,
) -> dict[str, Any]:
    """Return raw requests that ended in a span, newest first.

    Args:
        span: minutes looked at.
        wanted: which requests.
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there.
        chunks: where they are.
        cursors: how far rollups are.
    """
    before = _place(after)
    found: list[tuple[Place, dict[str, Any]]] = []
    last = floor_to(span.end - 1, BUCKET_M)
    for bucket in range(last, floor_to(span.first, BUCKET_M) - 1, -BUCKET_M):
        keys = await chunks.keys(Kind.REQUEST, bucket)
        for group in batched(keys, _GROUP, strict=False):
            found += _matching(await chunks.fetch(group), wanted, before)
            found.sort(key=lambda each: each[0], reverse=True)
            del found[limit + 1 :]
        if len(found) > limit:
            break
    cursor = await cursors.read(COMPLETE_THROUGH)
    page = found[:limit]
    return {
        **span.described(cursor.minute if cursor else None),
        "requests": [row for _, row in page],
        "next": _token(page[-1][0]) if len(found) > limit else None,
    }


def _matching(
    chunks: Sequence[StoredChunk], wanted: RowFilter, before: Place | None
) -> Iterator[tuple[Place, dict[str, Any]]]:
    for chunk in chunks:
        batch = chunk.batch()
        index = wanted.matches(batch)
        if len(index) == 0:
            continue
        places = [
            (end, chunk.key.row, at)
            for end, at in zip(end_us(batch)[index].tolist(), index.tolist(), strict=True)
        ]
        rows = request_rows(batch.rows(index))
        for place, row in zip(places, rows, strict=True):
            if before is None or place < before:
                yield place, row


def _token(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _place(token: str | None) -> Place | None:
    if token is None:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=tuple[int, str, int])
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise InvalidInput.at("next", "expected the `next` of an earlier answer") from error
