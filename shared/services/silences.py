"""Silences: made, ended early, listed, and kept for the record for a month after their end."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from shared.domain.alert.view import Alert, Stage
from shared.domain.muting.muting import labels_of
from shared.domain.muting.silence import Silence
from shared.domain.muting.silence_input import parse_silence
from shared.domain.timeline import instant, rfc3339
from shared.errors import NotFound, Stale
from shared.services.paging import latest_first
from shared.services.ports import Cursor, Document, Documents

COLLECTION = "silences"
KEPT = timedelta(days=30)

_TRIES = 5
_ID_BYTES = 8
_decode = msgspec.json.Decoder(Silence).decode


class SilenceState(StrEnum):
    """Where a silence stands at a time."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


class SilenceView(msgspec.Struct, frozen=True):
    """A silence as people see it; see `Silence`."""

    id: str
    matchers: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    by: str
    comment: str
    state: SilenceState


class SilencePage(msgspec.Struct, frozen=True):
    """A part of the list of silences.

    Attributes:
        silences: the latest to start first.
        next: where the rest begins; None where this is all.
    """

    silences: list[SilenceView]
    next: str | None


async def load_silences(documents: Documents) -> list[Silence]:
    """Return every silence that is kept."""
    return [_decode(document.body) for document in await documents.list(COLLECTION)]


async def list_silences(
    states: list[SilenceState],
    *,
    limit: int,
    after: str | None,
    now: datetime,
    documents: Documents,
) -> SilencePage:
    """Return silences, the latest to start first.

    Args:
        states: which ones.
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there; None begins.
        now: the clock, UTC.
        documents: where they are.
    """
    seen = [_view(each, now) for each in await load_silences(documents)]
    placed = {_place(each): each for each in seen if each.state in states}
    return SilencePage(*latest_first(placed, limit=limit, after=after))


async def make_silence(
    body: bytes, *, now: datetime, evaluated: Cursor | None, documents: Documents
) -> SilenceView:
    """Store a silence.

    Args:
        body: the JSON as sent.
        now: the clock, UTC.
        evaluated: how far evaluation is. It trails the clock by a minute or two, so a silence that
            does not say when it starts holds from the next evaluation on, or it would still let
            through what its maker already sees.
        documents: where silences are kept.

    Raises:
        InvalidInput: malformed, by field.
    """
    following = now if evaluated is None else instant(evaluated.minute + 1)
    silence = parse_silence(
        body,
        identity=secrets.token_hex(_ID_BYTES),
        now=now,
        default_start=min(now, following),
    )
    await documents.put(COLLECTION, Document(silence.id, msgspec.json.encode(silence)))
    return _view(silence, now)


async def end_silence(identity: str, *, now: datetime, documents: Documents) -> None:
    """End a silence now; one that is over stays as it is.

    Raises:
        NotFound: there is none of this id.
        Stale: somebody else kept changing it.
    """
    for _ in range(_TRIES):
        stored = await documents.get(COLLECTION, identity)
        if stored is None:
            raise NotFound(f"silence {identity} does not exist")
        silence = _decode(stored.body)
        if silence.ends_at <= now:
            return
        ended = replace(silence, starts_at=min(silence.starts_at, now), ends_at=now)
        try:
            await documents.put(
                COLLECTION, Document(identity, msgspec.json.encode(ended), stored.etag)
            )
        except Stale:
            continue
        return
    raise Stale(f"silence {identity} kept changing, try again")


async def forget_silences(before: datetime, *, documents: Documents) -> int:
    """Delete the silences that ended before a time; return how many that were."""
    old = [
        document
        for document in await documents.list(COLLECTION)
        if _decode(document.body).ends_at < before
    ]
    for document in old:
        await documents.delete(COLLECTION, document)
    return len(old)


def with_silenced(alert: Alert, silences: list[Silence], now: datetime) -> Alert:
    """Return an alert that says whether a silence holds it back; one that is over is never."""
    if alert.state is Stage.RESOLVED:
        return alert
    labels = labels_of(alert)
    return replace(alert, silenced=any(each.mutes(labels, now) for each in silences))


def _view(silence: Silence, now: datetime) -> SilenceView:
    if silence.ends_at <= now:
        state = SilenceState.EXPIRED
    else:
        state = SilenceState.ACTIVE if silence.starts_at <= now else SilenceState.PENDING
    return SilenceView(**msgspec.structs.asdict(silence), state=state)


def _place(silence: SilenceView) -> str:
    """Return a text that sorts silences by their start, the same on every call."""
    return f"{rfc3339(silence.starts_at)}|{silence.id}"
