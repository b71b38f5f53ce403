"""The contract of `Sessions`, on memory and on Azurite."""

from collections import deque
from typing import Any

import msgspec
import pytest

from shared.adapters import session_rows as rows
from shared.adapters import tables as layout
from shared.adapters.creating_tables import CreatingTables
from shared.adapters.entity import Tables
from shared.adapters.entity_limits import check_entity
from shared.adapters.session_store import SessionStore
from shared.domain.record.request import RequestRecord
from shared.domain.record.sealed_record import sealed
from shared.domain.record.session import Ending, Outcome, Session, session_id_at
from shared.domain.timeline import minute_of
from shared.errors import Stale
from shared.services.session_ports import OpenSession
from tests.adapters.storage_factories import gathered
from tests.adapters.watched_tables import WatchedTables
from tests.domain.factories import HASH_KEY, MINUTE, T0, request

_HOUR = minute_of(T0)


@pytest.fixture
def store(tables: Tables) -> SessionStore:
    return SessionStore(CreatingTables(tables))


def _session(number: int = 1, *, minutes: int = 0, **fields: Any) -> Session:
    at = T0 + minutes * MINUTE
    record = request(**({"deployment": "mini", "start_time": at, "duration_ms": 0.0} | fields))
    return Session(session_id_at(at, f"{number:016x}"), at, sealed(record, HASH_KEY))


def _ended(session: Session, **fields: Any) -> Session:
    record = msgspec.structs.replace(session.start.record, duration_ms=5.0, **fields)
    outcome = Outcome(sealed(record, HASH_KEY), Ending.GIVEN, session.started_at + MINUTE)
    return msgspec.structs.replace(session, outcome=outcome)


def _open(session: Session) -> OpenSession:
    labels = (("deployment", "mini"), ("model", "gpt-5-mini"))
    ended = session.outcome.ended_at if session.outcome else None
    return OpenSession(session.session_id, labels, session.started_at, ended)


async def _end(store: SessionStore, ended: Session) -> None:
    read = await store.get(ended.session_id)
    assert read is not None
    await store.end(read, ended)


async def test_what_is_not_stored_is_not_there(store: SessionStore) -> None:
    assert await store.get(_session().session_id) is None
    assert await store.open_sessions(_HOUR, _HOUR + 60) == []
    assert await store.drop(_HOUR, _HOUR + 60) == 0
    await store.close(_session().session_id)


async def test_a_new_session_is_open(store: SessionStore) -> None:
    session = _session(user="alice", tags={"team": "web"})
    await store.insert(session)
    read = await store.get(session.session_id)
    assert read is not None
    assert read.session == session
    assert await store.open_sessions(_HOUR, _HOUR + 60) == [_open(session)]


async def test_a_session_inserted_again_is_one(store: SessionStore) -> None:
    await store.insert(_session())
    await store.insert(_session())
    with pytest.raises(Stale):
        await store.insert(_session(model="another"))
    assert await store.open_sessions(_HOUR, _HOUR + 60) == [_open(_session())]


async def test_an_ended_session_stays_open_until_it_is_closed(store: SessionStore) -> None:
    ended = _ended(_session())
    await store.insert(_session())
    await _end(store, ended)
    read = await store.get(ended.session_id)
    assert read is not None
    assert read.session == ended
    assert await store.open_sessions(_HOUR, _HOUR + 60) == [_open(ended)]
    await store.close(ended.session_id)
    await store.close(ended.session_id)
    assert await store.open_sessions(_HOUR, _HOUR + 60) == []
    assert await store.get(ended.session_id) == read


async def test_of_two_outcomes_the_first_holds(store: SessionStore) -> None:
    await store.insert(_session())
    read = await store.get(_session().session_id)
    assert read is not None
    first = _ended(_session(), output_tokens=1)
    await store.end(read, first)
    with pytest.raises(Stale):
        await store.end(read, _ended(_session(), output_tokens=2))
    now = await store.get(first.session_id)
    assert now is not None
    assert now.session == first


async def test_a_closed_session_takes_no_outcome(store: SessionStore) -> None:
    await store.insert(_session())
    read = await store.get(_session().session_id)
    assert read is not None
    await store.close(_session().session_id)
    with pytest.raises(Stale):
        await store.end(read, _ended(_session()))
    assert await store.get(_session().session_id) == read


async def test_open_sessions_are_found_by_the_hours_they_started_in(store: SessionStore) -> None:
    sessions = [_session(n, minutes=m) for n, m in ((1, -1), (2, 0), (3, 59), (4, 60), (5, 900))]
    for session in sessions:
        await store.insert(session)
    _, second, third, fourth, _ = map(_open, sessions)
    assert await store.open_sessions(_HOUR, _HOUR + 60) == [second, third]
    assert await store.open_sessions(_HOUR + 30, _HOUR + 61) == [second, third, fourth]
    assert await store.open_sessions(_HOUR, _HOUR) == []


async def test_whole_hours_are_dropped(store: SessionStore) -> None:
    for n in range(120):
        await store.insert(_session(n))
    await store.insert(_session(200, minutes=60))
    assert await store.drop(_HOUR - 600, _HOUR + 60) == 240
    assert await store.get(_session(7).session_id) is None
    assert await store.open_sessions(_HOUR, _HOUR + 61) == [_open(_session(200, minutes=60))]
    assert await store.drop(_HOUR - 600, _HOUR + 60) == 0


async def test_sessions_are_erased_by_their_labels(store: SessionStore) -> None:
    theirs, ended = _session(1, application="bot"), _session(2, application="bot")
    other = _session(3)
    for each in (theirs, ended, other):
        await store.insert(each)
    await _end(store, _ended(ended))
    gone = ("application", "bot")
    assert await store.erase(_HOUR, _HOUR + 60, lambda labels: gone in labels) == 2
    assert await store.get(theirs.session_id) is None
    assert await store.get(ended.session_id) is None
    assert await store.open_sessions(_HOUR, _HOUR + 60) == [_open(other)]
    assert await store.erase(_HOUR, _HOUR + 60, lambda labels: gone in labels) == 0


async def test_dropping_what_somebody_else_drops_goes_on(tables: Tables) -> None:
    watched = WatchedTables(tables)
    store = SessionStore(CreatingTables(watched))
    for n in range(3):
        await store.insert(_session(n))

    async def close_one() -> None:
        await tables.delete(layout.SESSIONS, rows.open_key(_session(1).session_id))

    watched.before["transact"] = deque([close_one])
    assert await store.drop(_HOUR, _HOUR + 60) == 6
    assert await gathered(tables.query(layout.SESSIONS, rows.partition_of("2026112310"))) == []


def test_the_longest_session_fits_a_row() -> None:
    longest = "\U0001f600" * 256
    texts = {
        field.name: longest
        for field in msgspec.structs.fields(RequestRecord)
        if "str" in str(field.type) and field.name not in ("tags", "start_time")
    }
    tags = {f"{n}" + longest[:127]: longest[:128] for n in range(8)}
    session = _session(**texts, tags=tags)
    ended = _ended(session)
    check_entity(rows.session_row(ended, "etag"))
    check_entity(rows.open_row(ended))
