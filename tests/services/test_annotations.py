"""Annotations: made, listed by kind and time, taken back."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.document_store import DocumentStore
from shared.adapters.memory import MemoryTables
from shared.domain.annotation.annotation import Annotation, AnnotationKind, incidents_of
from shared.domain.span import Span
from shared.domain.timeline import minute_of
from shared.errors import InvalidInput, NotFound
from shared.services.annotations import (
    AnnotationPage,
    annotations_on,
    delete_annotation,
    list_annotations,
    make_annotation,
)
from tests.domain.factories import T0

HOUR = timedelta(hours=1)
START = minute_of(T0)


@pytest.fixture
def documents() -> DocumentStore:
    return DocumentStore(CreatingTables(MemoryTables()))


async def _made(documents: DocumentStore, **fields: Any) -> Annotation:
    body = {"kind": "release", "start": T0, "text": "v2", "by": "ada"} | fields
    return await make_annotation(msgspec.json.encode(body), documents=documents)


async def _listed(
    documents: DocumentStore,
    first: int = START - 60,
    end: int = START + 60,
    kinds: tuple[AnnotationKind, ...] = tuple(AnnotationKind),
    limit: int = 100,
    after: str | None = None,
) -> AnnotationPage:
    return await list_annotations(
        kinds, Span(first, end), limit=limit, after=after, documents=documents
    )


async def test_the_latest_comes_first_and_pages_follow(documents: DocumentStore) -> None:
    made = [await _made(documents, start=T0 + at * timedelta(minutes=1)) for at in range(5)]

    found, after = [], None
    while True:
        page = await _listed(documents, limit=2, after=after)
        found += page.annotations
        after = page.next
        if after is None:
            break

    assert found == made[::-1]


async def test_only_the_kinds_asked_for_are_listed(documents: DocumentStore) -> None:
    await _made(documents)
    incident = await _made(documents, kind="incident")

    found = await _listed(documents, kinds=(AnnotationKind.INCIDENT,))

    assert found.annotations == [incident]


@pytest.mark.parametrize(
    ("kind", "end", "first", "last", "seen"),
    [
        pytest.param("release", None, 0, 1, True, id="a moment within"),
        pytest.param("release", None, 1, 2, False, id="a moment before"),
        pytest.param("release", None, -1, 0, False, id="a moment after"),
        pytest.param("release", 90, 1, 2, True, id="goes on into it"),
        pytest.param("release", 30, 1, 2, False, id="over before it"),
        pytest.param("incident", None, 5, 6, True, id="an incident without an end"),
    ],
)
async def test_what_is_about_a_span_is_listed(
    documents: DocumentStore, kind: str, end: int | None, first: int, last: int, seen: bool
) -> None:
    over = None if end is None else T0 + end * timedelta(minutes=1)
    await _made(documents, kind=kind, end=over)

    found = await _listed(documents, START + first * 60, START + last * 60)

    assert bool(found.annotations) == seen


async def test_one_that_is_taken_back_is_gone(documents: DocumentStore) -> None:
    made = await _made(documents)
    await delete_annotation(made.id, documents=documents)

    assert (await _listed(documents)).annotations == []
    with pytest.raises(NotFound, match=made.id):
        await delete_annotation(made.id, documents=documents)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"kind": "party"}, "kind"),
        ({"start": "2026-11-23T10:00:00"}, "start"),
        ({"end": T0 - HOUR}, "end"),
        ({"text": ""}, "text"),
        ({"by": 7}, "by"),
        ({"labels": {"model": "\u0007"}}, "labels"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_fault_is_named_by_its_field(
    documents: DocumentStore, fields: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await _made(documents, **fields)

    assert [fault.path for fault in refused.value.faults] == [path]


async def test_incidents_alone_are_left_out_of_baselines(documents: DocumentStore) -> None:
    release = await _made(documents)
    over = await _made(documents, kind="incident", end=T0 + HOUR, labels={"model": "a"})
    going_on = await _made(documents, kind="incident")

    first, second = incidents_of([release, over, going_on], T0 + 2 * HOUR)

    assert (first.first, first.end) == (START, START + 61)
    assert first.concerns({"model": "a", "deployment": "x"})
    assert not first.concerns({"model": "b"})
    assert second.end == START + 121


@pytest.mark.parametrize(
    ("series", "noted"),
    [
        ({}, ["all", "shop", "shop on mini"]),
        ({"application": "shop"}, ["all", "shop", "shop on mini"]),
        ({"application": "desk"}, ["all"]),
        ({"application": "shop", "model": "gpt-5"}, ["all", "shop"]),
    ],
)
async def test_what_is_noted_on_series_leaves_out_what_is_about_others(
    documents: DocumentStore, series: dict[str, str], noted: list[str]
) -> None:
    shop = {"application": "shop"}
    for at, (text, labels) in enumerate(
        [("shop on mini", shop | {"model": "mini"}), ("shop", shop), ("all", {})]
    ):
        start = T0 - at * timedelta(minutes=1)
        await _made(documents, text=text, labels=labels, start=start)
    await _made(documents, text="too late", start=T0 + HOUR)
    found = await annotations_on(series, Span(START - 60, START + 60), documents=documents)
    assert [each.text for each in found] == noted
