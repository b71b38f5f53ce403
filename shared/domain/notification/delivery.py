"""How far the delivery of a dispatch is, and what a message about it may do.

A queue message is only a wake-up: the dispatch's row holds the truth. Whoever works on it claims it
for a while, so that a message that came twice does not send twice; messages are numbered, so that
one that was overtaken does nothing; and a row whose message did not come to work 20 minutes after
it should have is given another one.
"""

from datetime import datetime, timedelta

import msgspec

QUEUE = "notifications"
POISON_QUEUE = "notifications-poison"

SENT = ""
CLAIM_S = 120
LOST_AFTER = timedelta(minutes=20)
# Messages are sent ahead of their time by this much at most.
AHEAD = timedelta(hours=1)


class Message(msgspec.Struct, frozen=True):
    """A queue message.

    Attributes:
        dispatch_id: which dispatch.
        due_at: when that was due, UTC; with the id it finds the row.
        attempt: number of the message, counted from 1.
    """

    dispatch_id: str
    due_at: datetime
    attempt: int = 1


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the delivery of one dispatch is.

    Attributes:
        attempt: number of the message under way.
        failures: tries in a row that failed.
        outcomes: what came of the calls that are done, in order: empty for sent, else the reason.
        expected_at: when the message under way should be at work; None where none was sent.
        claimed_until: until then somebody is at it; None where nobody is.
    """

    attempt: int = 1
    failures: int = 0
    outcomes: tuple[str, ...] = ()
    expected_at: datetime | None = None
    claimed_until: datetime | None = None

    def needs_message(self, due_at: datetime, now: datetime) -> bool:
        """Tell whether a message is to be sent: none was yet, or the one that was got lost."""
        if self.expected_at is None:
            return due_at <= now + AHEAD
        return now >= self.expected_at + LOST_AFTER

    def expecting(self, moment: datetime) -> "Progress":
        """Return the progress with a message of this number under way."""
        return msgspec.structs.replace(self, expected_at=moment)

    def busy_s(self, now: datetime) -> int:
        """Return for how many seconds, rounded up, somebody else is at it; 0 for nobody."""
        if self.claimed_until is None or self.claimed_until <= now:
            return 0
        return -((now - self.claimed_until) // timedelta(seconds=1))

    def claimed(self, attempt: int, now: datetime) -> "Progress":
        """Return the progress as whoever works on a message of this number leaves it meanwhile."""
        until = now + timedelta(seconds=CLAIM_S)
        return msgspec.structs.replace(self, attempt=attempt, expected_at=now, claimed_until=until)

    def waiting(self, outcomes: tuple[str, ...], *, failures: int, until: datetime) -> "Progress":
        """Return the progress with the next message under way and nobody at it."""
        return Progress(self.attempt + 1, failures, outcomes, until)


NOT_BEGUN = Progress()
