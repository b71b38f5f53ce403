"""Answers of HTTP functions: JSON bodies, and the one place where errors become statuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import azure.functions as func
import msgspec

from shared.errors import (
    Conflict,
    InvalidInput,
    MonitorError,
    NotFound,
    Stale,
    TooLarge,
    Unavailable,
    UnsupportedMedia,
)

JSON = "application/json"

_STATUS: dict[type[MonitorError], tuple[int, str]] = {
    InvalidInput: (400, "invalid_input"),
    NotFound: (404, "not_found"),
    Conflict: (409, "conflict"),
    Stale: (409, "conflict"),
    TooLarge: (413, "too_large"),
    UnsupportedMedia: (415, "unsupported_media_type"),
    Unavailable: (503, "unavailable"),
}

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler returns.

    Attributes:
        body: anything msgspec encodes as JSON; None for an empty body; of another media type the
            bytes themselves.
        status: HTTP status.
        headers: further headers.
        media_type: of the body.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON


def http_response(answer: Answer) -> func.HttpResponse:
    """Return the answer as the host takes it."""
    plain = answer.media_type != JSON
    return func.HttpResponse(
        b"" if answer.body is None else answer.body if plain else _encode(answer.body),
        status_code=answer.status,
        headers=dict(answer.headers),
        mimetype=answer.media_type,
    )


def error_answer(error: MonitorError) -> Answer:
    """Return the contract's error body for one of our errors."""
    kinds = (kind for kind in type(error).__mro__ if kind in _STATUS)
    status, code = _STATUS[next(kinds, Unavailable)]
    faults = error.faults if isinstance(error, InvalidInput) else ()
    details = [
        {"path": fault.path, "reason": fault.reason}
        | ({"detail": fault.detail} if fault.detail else {})
        for fault in faults
    ]
    headers = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after_s)
    body = {"error": {"code": code, "message": str(error), "details": details}}
    return Answer(body, status, headers)
