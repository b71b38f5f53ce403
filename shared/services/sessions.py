"""Model requests reported in two calls, and how their one record gets stored.

A session's end goes in three steps, each safe to repeat: the outcome is written to the session as
its ETag allows, the record is stored as a batch whose id is the session's, the session is closed.
Whatever stops in between, a retry or the sweeper makes whole: it meets the same record.
"""

import secrets
from datetime import datetime

import msgspec

from shared.domain.record.object_decoding import ObjectDecoder, refused
from shared.domain.record.request import RequestRecord
from shared.domain.record.sealed_record import sealed, with_digests
from shared.domain.record.session import (
    Ending,
    Outcome,
    Session,
    SessionCompletion,
    SessionStart,
    begun,
    completed,
    is_session_id,
    repeats,
    session_id_at,
)
from shared.domain.rollup.measures import Kind
from shared.errors import Conflict, Fault, NotFound, Stale
from shared.services.ingest import Columns, IngestAnswer, IngestPorts, request_columns
from shared.services.session_ports import Sessions, StoredSession
from shared.services.storing import store_batch

_TRIES = 5
_STARTS = ObjectDecoder(SessionStart)
_COMPLETIONS = ObjectDecoder(SessionCompletion)


class SessionAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the client of a start call is told."""

    session_id: str
    unknown_fields: dict[str, int] = {}


async def start_session(
    body: bytes, *, strict: bool, sessions: Sessions, ports: IngestPorts
) -> SessionAnswer:
    """Begin the session of a model request; see the HTTP contract.

    Raises:
        InvalidInput: malformed, or it says what only a completion can.
    """
    start, unknown = _STARTS.decode(body, strict=strict)
    now, key = ports.clock(), await ports.secrets.hash_key()
    record = begun(start, now)
    _columns(record, key, now, ports)
    session = Session(session_id_at(now, secrets.token_hex(8)), now, sealed(record, key))
    await sessions.insert(session)
    return SessionAnswer(session.session_id, unknown)


async def complete_session(
    session_id: str, body: bytes, *, strict: bool, sessions: Sessions, ports: IngestPorts
) -> IngestAnswer:
    """Store the record of a session, or tell that it is stored; see the HTTP contract.

    Raises:
        InvalidInput: malformed, or the complete record is not a valid one.
        NotFound: no such session.
        Conflict: it was completed before with other content, or is recorded as abandoned.
        Stale: its completion is under way elsewhere.
    """
    completion, unknown = _COMPLETIONS.decode(body, strict=strict)
    for _ in range(_TRIES):
        read = await sessions.get(session_id) if is_session_id(session_id) else None
        if read is None:
            raise NotFound(f"session {session_id} is not known")
        try:
            session = await _ended(read, completion, sessions, ports)
        except Stale:
            continue
        answer = await store_session(session, ports=ports)
        await sessions.close(session_id)
        return msgspec.structs.replace(answer, unknown_fields=unknown)
    raise Stale(f"session {session_id} keeps changing")


async def store_session(session: Session, *, ports: IngestPorts) -> IngestAnswer:
    """Store the record of a session that has an outcome; a second time is a duplicate.

    Raises:
        InvalidInput: its times are not acceptable.
        Conflict: something else is stored under its id.
    """
    outcome = session.outcome
    if outcome is None:
        raise ValueError(f"session {session.session_id} has no outcome")
    columns = _columns(outcome.sealed.record, b"", outcome.ended_at, ports)
    await ports.start.ensure(ports.clock())
    stored = await store_batch(
        Kind.REQUEST,
        with_digests(columns.batch, outcome.sealed.digests),
        columns.times,
        session.session_id,
        chunks=ports.chunks,
        dirty=ports.dirty,
        received=outcome.ended_at,
        clock=ports.clock,
    )
    return IngestAnswer(session.session_id, 1, [], stored.duplicate)


async def _ended(
    read: StoredSession, completion: msgspec.Struct, sessions: Sessions, ports: IngestPorts
) -> Session:
    """Return the session with the outcome that it has, or that the completion gives it."""
    session, now, key = read.session, ports.clock(), await ports.secrets.hash_key()
    if session.outcome is not None and session.outcome.ending is Ending.ABANDONED:
        raise Conflict(f"session {session.session_id}: not completed in time, it is recorded so")
    record, ending = completed(session.start, completion, now)
    outcome = Outcome(sealed(record, key, session.start), ending, now)
    if session.outcome is not None:
        if repeats(session.outcome, outcome):
            return session
        raise Conflict(f"session {session.session_id}: completed before with other content")
    _columns(record, key, now, ports)
    ended = msgspec.structs.replace(session, outcome=outcome)
    await sessions.end(read, ended)
    return ended


def _columns(record: RequestRecord, key: bytes, received: datetime, ports: IngestPorts) -> Columns:
    """Return a record's checked columns."""
    columns = request_columns([record], key, received, ports.retention)
    if columns is None:
        raise ValueError("a record has columns")
    if columns.faults:
        raise refused([Fault(fault.field, fault.reason) for fault in columns.faults])
    return columns
