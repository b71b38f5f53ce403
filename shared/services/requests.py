"""Looking up raw requests, newest first: from an alert to the very calls behind it."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

import msgspec

from shared.domain import label
from shared.domain.model_naming import assumes, named_batch
from shared.domain.price.pricing import Pricing
from shared.domain.record.chunk import StoredChunk
from shared.domain.record.columns import end_us
from shared.domain.record.rows import RowFilter, request_rows
from shared.domain.rollup.measures import Kind
from shared.domain.span import Span
from shared.domain.timeline import BUCKET_M, floor_to
from shared.errors import InvalidInput
from shared.services.ports import Chunks, Cursors
from shared.services.pricing import PricingLoader
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
    load_pricing: PricingLoader,
) -> dict[str, Any]:
    """Return raw requests that ended in a span, newest first.

    A deployment's name sent for the model is `model_sent`, and `model` what that deployment serves;
    where nobody knows what it serves, `model_assumed` is true.

    Args:
        span: minutes looked at.
        wanted: which requests.
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there.
        chunks: where they are.
        cursors: how far rollups are.
        load_pricing: what is known of deployments and models.
    """
    pricing = await load_pricing()
    before = _place(after)
    found: list[tuple[Place, dict[str, Any]]] = []
    last = floor_to(span.end - 1, BUCKET_M)
    for bucket in range(last, floor_to(span.first, BUCKET_M) - 1, -BUCKET_M):
        keys = await chunks.keys(Kind.REQUEST, bucket)
        for group in batched(keys, _GROUP, strict=False):
            found += _matching(await chunks.fetch(group), wanted, before, pricing)
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
    chunks: Sequence[StoredChunk], wanted: RowFilter, before: Place | None, pricing: Pricing
) -> Iterator[tuple[Place, dict[str, Any]]]:
    for chunk in chunks:
        minute, sent = chunk.key.bucket, chunk.batch()
        batch = named_batch(sent, pricing.deployments, minute)
        index = wanted.matches(batch)
        if len(index) == 0:
            continue
        places = [
            (end, chunk.key.row, at)
            for end, at in zip(end_us(batch)[index].tolist(), index.tolist(), strict=True)
        ]
        rows = request_rows(batch.rows(index))
        told = sent.rows(index).texts(label.MODEL)
        for place, row, model in zip(places, rows, told, strict=True):
            if before is None or place < before:
                yield place, row | _naming(row, model, pricing, minute)


def _naming(
    row: Mapping[str, Any], sent: str | None, pricing: Pricing, minute: int
) -> dict[str, Any]:
    """Return how a row came to its model, where that is not simply what was sent."""
    if sent != row["model"]:
        return {"model_sent": sent}
    named = {name: row[name] for name in (label.RESOURCE, label.MODEL) if name in row}
    named[label.DEPLOYMENT] = row.get("deployment_served") or row[label.DEPLOYMENT]
    assumed = assumes(named, pricing.deployments, pricing.names, minute)
    return {"model_assumed": True} if assumed else {}


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
