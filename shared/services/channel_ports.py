"""What notifying channels needs from the outside, beside the ports every service shares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.domain.alert.alert import Notification
from shared.domain.notification.delivery import NOT_BEGUN, Progress
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.retry import Reply
from shared.services.ports import Documents


@dataclass(frozen=True, slots=True)
class Waiting:
    """A dispatch that is not finished, without what it tells.

    Attributes:
        dispatch_id: which one.
        due_at: when it is to be sent, UTC, in whole seconds.
        progress: how far it is.
    """

    dispatch_id: str
    due_at: datetime
    progress: Progress = NOT_BEGUN


@dataclass(frozen=True, slots=True)
class StoredDispatch:
    """A dispatch as it was read.

    Attributes:
        dispatch: what is to be told.
        progress: how far that is.
        etag: version as read.
    """

    dispatch: Dispatch
    progress: Progress = NOT_BEGUN
    etag: str | None = None


class Dispatches(Protocol):
    """Dispatches on their way, and the history of what was told of each alert."""

    async def due(self, before: datetime) -> list[Waiting]:
        """Return the unfinished dispatches due before a time, the oldest first."""

    async def get(self, dispatch_id: str, due_at: datetime) -> StoredDispatch | None:
        """Return a dispatch, None for one that is finished."""

    async def save(self, stored: StoredDispatch) -> StoredDispatch:
        """Store the progress of a dispatch as its ETag allows, else raise `Stale`."""

    async def was_told(self, dispatch: Dispatch) -> bool:
        """Tell whether the history already says what came of a dispatch."""

    async def finish(self, stored: StoredDispatch, history: Sequence[Notification]) -> None:
        """Take a dispatch away and keep what came of it.

        Args:
            stored: the dispatch, its progress with every outcome; it goes even where somebody
                has changed its progress meanwhile.
            history: one for each alert that it tells, in order.
        """

    async def history(self, alert_id: str) -> list[Notification]:
        """Return what channels were told of an alert, the oldest first."""

    async def forget_history(self, before: datetime) -> int:
        """Delete what was told before a time; return how many entries that were."""


class Queue(Protocol):
    """Messages that wake a function up."""

    async def send(self, text: str, *, delay_s: int) -> None:
        """Send a message that is delivered `delay_s` seconds from now, at least once.

        Raises:
            Unavailable: it was not sent.
        """


@dataclass(frozen=True, slots=True)
class Post:
    """One HTTP call to a receiver.

    Attributes:
        url: checked, see `channel_url`.
        body: JSON.
        headers: beyond the content type.
    """

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Webhooks(Protocol):
    """Receivers on the web."""

    async def post(self, call: Post) -> Reply:
        """Make a call; whatever comes of it is the reply."""


@dataclass(frozen=True, slots=True)
class ChannelPorts:
    """What channels work with.

    Attributes:
        documents: has the channels.
        dispatches: has what is to be told.
        queue: wakes `deliver_notifications` up.
        webhooks: makes the calls.
        secret: app setting by name; None where it is not set.
        allow_private: whether http and addresses that are not public may be called.
        environment: where the monitor runs.
    """

    documents: Documents
    dispatches: Dispatches
    queue: Queue
    webhooks: Webhooks
    secret: Callable[[str], str | None]
    allow_private: bool
    environment: str
