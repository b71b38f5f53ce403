"""The rows of the table `sessions`.

A session's id begins with the hour it started in, which is its partition (`yyyyMMddHH`). It has the
row `<session_id>`, and as long as its record is not known to be stored also `open|<session_id>`.
"""

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from shared.adapters.entity import Entity, Value
from shared.domain.label import Labels
from shared.domain.record.session import Outcome, Session, progress_labels
from shared.domain.timeline import EPOCH, HOUR_M, floor_to, instant, micros
from shared.services.session_ports import OpenSession, StoredSession

OPEN_FIRST = "open|"
OPEN_END = "open}"

_HOUR_DIGITS = 10
_session = msgspec.json.Decoder(Session)
_outcome = msgspec.json.Decoder(Outcome)
_labels = msgspec.json.Decoder(Labels)


def partition_of(session_id: str) -> str:
    """Return the partition that holds a session."""
    return session_id[:_HOUR_DIGITS]


def partitions(first: int, end: int) -> Iterator[str]:
    """Yield the partitions of the hours that minutes [first, end) touch."""
    for hour in range(floor_to(first, HOUR_M), end, HOUR_M):
        yield f"{instant(hour):%Y%m%d%H}"


def session_row(session: Session, etag: str | None = None) -> Entity:
    """Return a session's row."""
    start = msgspec.structs.replace(session, outcome=None)
    columns = {"start": msgspec.json.encode(start)}
    if session.outcome is not None:
        columns["outcome"] = msgspec.json.encode(session.outcome)
    return Entity(partition_of(session.session_id), session.session_id, columns, etag)


def session_of(entity: Entity) -> StoredSession:
    """Return the session of a row."""
    session = _session.decode(entity.properties["start"])  # type: ignore[arg-type]
    if "outcome" in entity.properties:
        outcome = _outcome.decode(entity.properties["outcome"])  # type: ignore[arg-type]
        session = msgspec.structs.replace(session, outcome=outcome)
    return StoredSession(session, entity.etag)


def open_row(session: Session) -> Entity:
    """Return the row that says that a session is open."""
    labels = msgspec.json.encode(progress_labels(session.start.record)).decode()
    columns: dict[str, Value] = {"labels": labels, "started_us": micros(session.started_at)}
    if session.outcome is not None:
        columns["ended_us"] = micros(session.outcome.ended_at)
    row = f"{OPEN_FIRST}{session.session_id}"
    return Entity(partition_of(session.session_id), row, columns)


def open_key(session_id: str) -> Entity:
    """Return the key of the row that says that a session is open."""
    return Entity(partition_of(session_id), f"{OPEN_FIRST}{session_id}")


def open_session_of(entity: Entity) -> OpenSession:
    """Return the open session of a row."""
    columns = entity.properties
    ended = columns.get("ended_us")
    return OpenSession(
        entity.row.removeprefix(OPEN_FIRST),
        _labels.decode(str(columns["labels"])),
        EPOCH + timedelta(microseconds=int(columns["started_us"])),
        None if ended is None else EPOCH + timedelta(microseconds=int(ended)),
    )


def labels_of(entity: Entity) -> Labels:
    """Return the labels of the session that a row, of either kind, is about."""
    if entity.row.startswith(OPEN_FIRST):
        return open_session_of(entity).labels
    return progress_labels(session_of(entity).session.start.record)
