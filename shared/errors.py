"""Every error this project raises on purpose, in one tree.

`triggers/responses.py` maps each class to an HTTP status; timers let them escape, so that the host
records the failure and the next tick tries again.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input.

    Attributes:
        path: where, as `requests[3].duration_ms`; empty for the body as a whole.
        reason: what was expected and what came, or a code of the contract.
        detail: more on a reason that is a code; empty for others.
    """

    path: str
    reason: str
    detail: str = ""

    def __str__(self) -> str:
        """Return it as a message has it."""
        return f"{self.path}: {self.reason}" + (f" ({self.detail})" if self.detail else "")


class MonitorError(Exception):
    """The root: something went wrong that the caller or the operator can act on."""


class InvalidInput(MonitorError):
    """The caller sent something that cannot be accepted as it is."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        """Keep the message and the faults that led to it."""
        super().__init__(message)
        self.faults = tuple(faults)

    @classmethod
    def at(cls, path: str, reason: str) -> "InvalidInput":
        """Return the error for a single fault."""
        return cls(f"{path}: {reason}", [Fault(path, reason)])


class NotFound(MonitorError):
    """What the caller named does not exist."""


class Conflict(MonitorError):
    """The request contradicts what is already stored."""


class TooLarge(MonitorError):
    """The body exceeds a stated limit."""


class UnsupportedMedia(MonitorError):
    """The content type or encoding is not one this route reads."""


class Unavailable(MonitorError):
    """A dependency did not answer; the same request may succeed later."""

    def __init__(self, message: str, *, retry_after_s: int = 5) -> None:
        """Keep how many seconds the client should wait."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class MissingTable(Unavailable):
    """A table does not exist (yet); creating it makes the same call succeed."""


class Stale(MonitorError):
    """Stored state changed since it was read; read again and decide again."""


class AlreadyStored(MonitorError):
    """An insert met an entity with the same key."""
