"""A model request that is reported in two calls: when it starts, and when it is complete.

A session ends once: with the outcome that its client reports, or as abandoned an hour after its
start. What it keeps meanwhile is sealed (`sealed_record`).
"""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from shared.domain import label
from shared.domain.label import Labels
from shared.domain.record.error_class import ErrorClass
from shared.domain.record.request import MAX_DURATION_MS, RequestRecord
from shared.domain.record.sealed_record import SealedRecord
from shared.errors import InvalidInput

ABANDONED_AFTER = timedelta(hours=1)

_MS = timedelta(milliseconds=1)
_ID = re.compile(r"[0-9]{14}-[0-9a-f]{16}")
_LABELS = (label.RESOURCE, label.DEPLOYMENT, label.MODEL, label.APPLICATION, label.ENVIRONMENT)
# What only the answer tells: null when a session starts.
_ANSWERED = (
    "duration_ms",
    "time_to_first_token_ms",
    "output_tokens",
    "reasoning_tokens",
    "audio_output_tokens",
    "image_output_tokens",
    "error_type",
    "status_code",
    "finish_reason",
    "retry_after_ms",
    "response_bytes",
    "remaining_tokens",
    "limit_tokens",
)


def _optional(field: msgspec.structs.FieldInfo) -> tuple[str, Any, None]:
    return field.name, None if field.name in _ANSWERED else field.type | None, None


_MODEL, *_OTHERS = msgspec.structs.fields(RequestRecord)

# The bodies of the two calls: the fields of a request record, each where it may stand.
SessionStart = msgspec.defstruct(
    "SessionStart", [(_MODEL.name, _MODEL.type), *map(_optional, _OTHERS)], frozen=True
)
SessionCompletion = msgspec.defstruct(
    "SessionCompletion",
    [(field.name, field.type | None, None) for field in (_MODEL, *_OTHERS)],
    frozen=True,
)


class Ending(StrEnum):
    """How a session's duration came to be known."""

    GIVEN = "given"
    MEASURED = "measured"
    ABANDONED = "abandoned"


class Outcome(msgspec.Struct, frozen=True):
    """What became of a session; written once.

    Attributes:
        sealed: the complete request record.
        ending: where its duration is from.
        ended_at: the clock when the outcome was decided, UTC.
    """

    sealed: SealedRecord
    ending: Ending
    ended_at: datetime


class Session(msgspec.Struct, frozen=True):
    """A session as stored.

    Attributes:
        session_id: `yyyyMMddHHmmss-` and 16 hexadecimal digits.
        started_at: the clock of the start call, UTC.
        start: what that call said; its duration is 0.
        outcome: None while in progress.
    """

    session_id: str
    started_at: datetime
    start: SealedRecord
    outcome: Outcome | None = None


def session_id_at(now: datetime, noise: str) -> str:
    """Return the id of a session that starts at `now`; noise is 16 hexadecimal digits."""
    return f"{now.astimezone(UTC):%Y%m%d%H%M%S}-{noise}"


def is_session_id(text: str) -> bool:
    """Tell whether a text has the form of a session's id."""
    return _ID.fullmatch(text) is not None


def begun(start: msgspec.Struct, now: datetime) -> RequestRecord:
    """Return the record of a `SessionStart`; its duration is 0.

    Args:
        start: the body of the call.
        now: its start_time unless it has one.
    """
    return RequestRecord(**({"start_time": now} | _known(start) | {"duration_ms": 0.0}))


def completed(
    start: SealedRecord, completion: msgspec.Struct, now: datetime
) -> tuple[RequestRecord, Ending]:
    """Return a session's record with what its completion adds or corrects.

    Args:
        start: the record so far.
        completion: a `SessionCompletion`; null leaves what the start said.
        now: ends the request where the completion has no duration.

    Raises:
        InvalidInput: the measured duration is more than a record's may be.
    """
    known = _known(completion)
    record = msgspec.structs.replace(start.record, **known)
    if "duration_ms" in known:
        return record, Ending.GIVEN
    measured_ms = max(0.0, (now - record.start_time) / _MS)
    if measured_ms > MAX_DURATION_MS:
        reason = "required where start_time is more than 7 days ago"
        raise InvalidInput.at("duration_ms", reason)
    return msgspec.structs.replace(record, duration_ms=measured_ms), Ending.MEASURED


def abandoned(session: Session, now: datetime) -> Outcome:
    """Return the outcome of a session that nobody completed: an error after an hour."""
    record = msgspec.structs.replace(
        session.start.record,
        duration_ms=ABANDONED_AFTER / _MS,
        error_type=str(ErrorClass.ABANDONED),
    )
    sealed = SealedRecord(record, session.start.digests)
    return Outcome(sealed, Ending.ABANDONED, now)


def repeats(outcome: Outcome, again: Outcome) -> bool:
    """Tell whether an outcome says what an earlier one did; measured durations may differ."""
    if again.ending is not outcome.ending:
        return False
    if again.ending is Ending.GIVEN:
        return again.sealed == outcome.sealed
    record = msgspec.structs.replace(
        again.sealed.record, duration_ms=outcome.sealed.record.duration_ms
    )
    return SealedRecord(record, again.sealed.digests) == outcome.sealed


def progress_labels(record: RequestRecord) -> Labels:
    """Return the labels by which sessions in progress are counted; unknown ones are left out."""
    values = {name: getattr(record, name) for name in _LABELS}
    values[label.DEPLOYMENT] = record.deployment or record.model
    return tuple((name, text) for name, text in values.items() if text)


def _known(body: msgspec.Struct) -> dict[str, Any]:
    fields = msgspec.structs.asdict(body)
    return {name: value for name, value in fields.items() if value is not None}
