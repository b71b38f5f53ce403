"""What to do after a try to notify a channel: it is told, try again later, or give up.

Told is any 2xx. Worth another try are calls that got no answer and the answers 408, 425, 429 and
5xx; after 30 s * 2^n, 15 minutes at most, less up to a fifth that follows from the dispatch, so
that many do not come back at the same second. A `Retry-After` is waited for, up to 15 minutes.
Every other answer is final, and so is the eighth failure: 36 to 46 minutes after the first where
the receiver names no wait, an hour and three quarters at most where it does.
Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

FIRST_DELAY_S = 30
MAX_DELAY_S = 900
MAX_FAILURES = 8
GAVE_UP = "gave_up"

_JITTER = 0.2
_RETRIED = (408, 425, 429)


class Problem(StrEnum):
    """Why a call got no answer."""

    UNREACHABLE = "unreachable"
    ADDRESS_REFUSED = "address_refused"
    NOT_CONFIGURED = "not_configured"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one call.

    Attributes:
        status: HTTP status; None where there was no answer.
        answer: the beginning of the answer's body.
        retry_after: that header as it came; empty where there was none.
        elapsed_ms: how long it took.
        problem: why there was no answer; None where there was one.
        error: the same in words that name no more than the host or a setting; empty for none.
    """

    status: int | None = None
    answer: str = ""
    retry_after: str = ""
    elapsed_ms: float = 0.0
    problem: Problem | None = None
    error: str = ""

    @property
    def sent(self) -> bool:
        """Tell whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Another try after `delay_s` seconds."""

    delay_s: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No other try; `reason` is what the history says."""

    reason: str


def after(reply: Reply, failures: int, key: str, now: datetime) -> TryAgain | GiveUp | None:
    """Return what follows from a reply; None where the receiver has taken it.

    Args:
        reply: of the latest try.
        failures: tries in a row that failed, this one included.
        key: of the dispatch; the same key and failures give the same delay.
        now: the clock, UTC, for a `Retry-After` that names a date.
    """
    if reply.sent:
        return None
    if reply.problem is Problem.ADDRESS_REFUSED:
        return GiveUp(Problem.ADDRESS_REFUSED)
    if reply.status is not None and not _is_retried(reply.status):
        return GiveUp(refusal(reply.status))
    if failures >= MAX_FAILURES:
        return GiveUp(GAVE_UP)
    return TryAgain(_asked_s(reply.retry_after, now) or backoff_s(failures, key))


def refusal(status: int | None) -> str:
    """Return what the history says of alerts that a receiver refused with a status."""
    return f"refused_{status}"


def backoff_s(failures: int, key: str) -> int:
    """Return the seconds until the next try after so many failures, one or more."""
    delay_s = min(FIRST_DELAY_S << (failures - 1), MAX_DELAY_S)
    digest = hashlib.blake2b(f"{key} {failures}".encode(), digest_size=4).digest()
    return round(delay_s * (1 - _JITTER * int.from_bytes(digest) / 2**32))


def _is_retried(status: int) -> bool:
    return status in _RETRIED or status >= 500


def _asked_s(header: str, now: datetime) -> int | None:
    """Return the seconds that a `Retry-After` asks for, None where it says nothing useful."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), MAX_DELAY_S)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(0, min(round((moment - now).total_seconds()), MAX_DELAY_S))
