"""Silences: made, listed, ended early, and forgotten a month after their end."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from shared.adapters.document_store import DocumentStore
from shared.adapters.memory import MemoryTables
from shared.domain.alert.view import Stage
from shared.domain.muting.silence import Silence
from shared.domain.timeline import minute_of
from shared.errors import InvalidInput, NotFound
from shared.services.ports import Cursor
from shared.services.silences import (
    COLLECTION,
    KEPT,
    SilenceState,
    SilenceView,
    end_silence,
    forget_silences,
    list_silences,
    load_silences,
    make_silence,
    with_silenced,
)
from tests.domain.dispatch_factories import alert
from tests.domain.rule_factories import MINUTE, T0

HOUR = timedelta(hours=1)


@pytest.fixture
async def documents() -> DocumentStore:
    tables = MemoryTables()
    await tables.create_table(COLLECTION)
    return DocumentStore(tables)


async def _post(
    documents: DocumentStore,
    *,
    now: datetime = T0,
    evaluated: Cursor | None = None,
    **fields: Any,
) -> SilenceView:
    body = {"matchers": {"model": "gpt-5"}, "ends_at": T0 + HOUR, "by": "ada"} | fields
    return await make_silence(
        msgspec.json.encode(body), now=now, evaluated=evaluated, documents=documents
    )


async def _listed(
    documents: DocumentStore, *states: SilenceState, now: datetime = T0
) -> list[tuple[str, str]]:
    page = await list_silences(
        list(states or SilenceState), limit=100, after=None, now=now, documents=documents
    )
    return [(each.comment, each.state) for each in page.silences]


async def test_a_silence_holds_from_the_next_evaluation_on(documents: DocumentStore) -> None:
    evaluated = Cursor(minute_of(T0) - 2)

    first = await _post(documents, evaluated=evaluated)
    ahead = await _post(documents, evaluated=Cursor(minute_of(T0) + 5))
    before_any = await _post(documents)

    assert first.starts_at == T0 - MINUTE
    assert (ahead.starts_at, before_any.starts_at) == (T0, T0)
    assert len({each.id for each in await load_silences(documents)}) == 3


async def test_silences_are_listed_with_where_they_stand(documents: DocumentStore) -> None:
    await _post(documents, comment="over", starts_at=T0 - HOUR, ends_at=T0 + MINUTE)
    await _post(documents, comment="on")
    await _post(documents, comment="later", starts_at=T0 + MINUTE * 30)
    now = T0 + MINUTE

    assert await _listed(documents, now=now) == [
        ("later", "pending"),
        ("on", "active"),
        ("over", "expired"),
    ]
    assert await _listed(documents, SilenceState.ACTIVE, now=now) == [("on", "active")]


async def test_a_list_goes_on_where_a_page_ended(documents: DocumentStore) -> None:
    for at in range(5):
        await _post(documents, starts_at=T0 + at * MINUTE)
    every: list[SilenceView] = []
    after: str | None = None

    for _ in range(3):
        page = await list_silences(
            list(SilenceState), limit=2, after=after, now=T0, documents=documents
        )
        every += page.silences
        after = page.next

    assert [each.starts_at for each in every] == [T0 + at * MINUTE for at in (4, 3, 2, 1, 0)]
    assert after is None


async def test_a_silence_ends_when_it_is_deleted_and_stays_for_the_record(
    documents: DocumentStore,
) -> None:
    made = await _post(documents)

    await end_silence(made.id, now=T0 + MINUTE, documents=documents)
    await end_silence(made.id, now=T0 + 2 * MINUTE, documents=documents)

    (kept,) = await load_silences(documents)
    assert kept.ends_at == T0 + MINUTE
    assert await _listed(documents, now=T0 + MINUTE) == [("", "expired")]


async def test_one_that_has_not_begun_never_does(documents: DocumentStore) -> None:
    made = await _post(documents, starts_at=T0 + 30 * MINUTE)

    await end_silence(made.id, now=T0 + MINUTE, documents=documents)

    (kept,) = await load_silences(documents)
    assert (kept.starts_at, kept.ends_at) == (T0 + MINUTE, T0 + MINUTE)


async def test_one_that_does_not_exist_cannot_be_ended(documents: DocumentStore) -> None:
    with pytest.raises(NotFound, match="silence nope does not exist"):
        await end_silence("nope", now=T0, documents=documents)


async def test_silences_are_forgotten_a_month_after_their_end(documents: DocumentStore) -> None:
    await _post(documents, comment="old")
    await _post(documents, comment="new", ends_at=T0 + HOUR + MINUTE)

    now = T0 + HOUR + KEPT + timedelta(seconds=1)
    assert await forget_silences(now - KEPT, documents=documents) == 1

    assert [each.comment for each in await load_silences(documents)] == ["new"]


async def test_one_that_is_wrong_is_not_stored(documents: DocumentStore) -> None:
    with pytest.raises(InvalidInput, match="matchers"):
        await _post(documents, matchers={})

    assert await load_silences(documents) == []


@pytest.mark.parametrize(
    ("stage", "minutes", "silenced"),
    [
        (Stage.FIRING, 0, True),
        (Stage.PENDING, 0, True),
        (Stage.RESOLVED, 0, False),
        (Stage.FIRING, -1, False),
        (Stage.FIRING, 60, False),
    ],
)
def test_an_alert_is_silenced_while_a_silence_matches(
    stage: Stage, minutes: int, silenced: bool
) -> None:
    silence = Silence(
        id="s", matchers={"model": "gpt-5"}, starts_at=T0, ends_at=T0 + HOUR, by="ada"
    )

    seen = with_silenced(alert(state=stage), [silence], T0 + minutes * MINUTE)

    assert seen.silenced is silenced
