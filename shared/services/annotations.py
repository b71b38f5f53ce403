"""Annotations: made, listed and taken back."""

import secrets
from collections.abc import Collection, Mapping

import msgspec

from shared.domain.annotation.annotation import Annotation, AnnotationKind
from shared.domain.annotation.input import parse_annotation
from shared.domain.span import Span
from shared.domain.timeline import instant, rfc3339
from shared.errors import NotFound
from shared.services.paging import latest_first
from shared.services.ports import Document, Documents

COLLECTION = "annotations"
_ID_BYTES = 8
_decode = msgspec.json.Decoder(Annotation).decode


class AnnotationPage(msgspec.Struct, frozen=True):
    """A part of the list of annotations.

    Attributes:
        annotations: the latest to start first.
        next: where the rest begins; None where this is all.
    """

    annotations: list[Annotation]
    next: str | None


async def load_annotations(documents: Documents) -> list[Annotation]:
    """Return every annotation."""
    return [_decode(document.body) for document in await documents.list(COLLECTION)]


async def list_annotations(
    kinds: Collection[AnnotationKind],
    span: Span,
    *,
    limit: int,
    after: str | None,
    documents: Documents,
) -> AnnotationPage:
    """Return the annotations of a span of time, the latest to start first.

    Args:
        kinds: which ones.
        span: what they have to be about.
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there; None begins.
        documents: where they are.
    """
    first, end = instant(span.first), instant(span.end)
    placed = {
        f"{rfc3339(each.start)}|{each.id}": each
        for each in await load_annotations(documents)
        if each.kind in kinds and each.overlaps(first, end)
    }
    return AnnotationPage(*latest_first(placed, limit=limit, after=after))


async def annotations_on(
    series: Mapping[str, str], span: Span, *, documents: Documents
) -> list[Annotation]:
    """Return what was noted on series in a span, the first to start first.

    Args:
        series: labels that all of them have; what is about others is left out.
        span: minutes covered.
        documents: where annotations are.
    """
    first, end = instant(span.first), instant(span.end)
    found = [
        each
        for each in await load_annotations(documents)
        if each.overlaps(first, end)
        and all(series.get(name, text) == text for name, text in each.labels.items())
    ]
    return sorted(found, key=lambda each: (each.start, each.id))


async def make_annotation(body: bytes, *, documents: Documents) -> Annotation:
    """Store an annotation.

    Raises:
        InvalidInput: malformed, by field.
    """
    made = parse_annotation(body, identity=secrets.token_hex(_ID_BYTES))
    await documents.put(COLLECTION, Document(made.id, msgspec.json.encode(made)))
    return made


async def delete_annotation(identity: str, *, documents: Documents) -> None:
    """Take an annotation back.

    Raises:
        NotFound: there is none of this id.
    """
    stored = await documents.get(COLLECTION, identity)
    if stored is None:
        raise NotFound(f"annotation {identity} does not exist")
    await documents.delete(COLLECTION, stored)
