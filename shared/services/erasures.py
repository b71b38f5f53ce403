"""Orders to erase an application's data: given, listed, looked at."""

import secrets
from datetime import datetime

import msgspec

from shared.domain.erasure.erasure import Erased, Erasure, ErasureState, parse_erasure
from shared.domain.erasure.matching import requests_of
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import DAY_M, day_key, floor_to, micros, minute_of
from shared.errors import NotFound
from shared.services.erasure_ports import ErasurePorts
from shared.services.erasure_state import named_in
from shared.services.paging import latest_first
from shared.services.ports import Document, Documents

COLLECTION = "erasures"
_ID_BYTES = 8
_decode = msgspec.json.Decoder(Erasure).decode


class ErasureView(msgspec.Struct, frozen=True):
    """An erasure as people see it; see `Erasure`.

    Attributes:
        days_left: days still to be gone through; None before the first run.
        named_in: what people wrote that still names the application, as `rules/slow-checkout`;
            it stays until it is deleted by its own route. None in lists.
    """

    id: str
    application: str
    by: str
    comment: str
    state: ErasureState
    requested_at: datetime
    finished_at: datetime | None
    days_left: int | None
    erased: Erased
    shared_days: int
    named_in: list[str] | None = None


class ErasureList(msgspec.Struct, frozen=True):
    """A part of the list of erasures.

    Attributes:
        erasures: the latest ordered first.
        next: where the rest begins; None where this is all.
    """

    erasures: list[ErasureView]
    next: str | None


class ErasurePreview(msgspec.Struct, frozen=True):
    """What an erasure would delete, as far as requests are rolled up.

    Attributes:
        requests: of the application.
        days: on which there are any, yyyyMMdd.
        named_in: as in `ErasureView`.
    """

    application: str
    requests: int
    days: list[str]
    named_in: list[str]


async def order_erasure(body: bytes, *, now: datetime, documents: Documents) -> ErasureView:
    """Order that an application's data be deleted; the timer `erase_data` does it.

    An order for the same application that is not carried out yet is the answer itself.

    Raises:
        InvalidInput: malformed, by field.
    """
    # Ids sort by time, so that orders are carried out in the order they were given.
    identity = f"{micros(now):016x}-{secrets.token_hex(_ID_BYTES)}"
    wanted = parse_erasure(body, identity=identity, now=now)
    for known in await load_erasures(documents):
        if known.application == wanted.application and known.state is ErasureState.WAITING:
            return await _view_whole(known, documents)
    await documents.put(COLLECTION, Document(identity, msgspec.json.encode(wanted)))
    return await _view_whole(wanted, documents)


async def preview_erasure(body: bytes, *, now: datetime, ports: ErasurePorts) -> ErasurePreview:
    """Return what an erasure would delete, and delete nothing.

    Raises:
        InvalidInput: malformed, by field.
    """
    wanted = parse_erasure(body, identity="", now=now)
    end = floor_to(minute_of(now), DAY_M) + DAY_M
    first = end - (ports.kept_days + 1) * DAY_M
    found = await ports.refresh.rollups.read_range(Kind.REQUEST, Grain.DAY, first, end, only={"n"})
    counts = {day: requests_of([each], wanted.application) for day, each in sorted(found.items())}
    return ErasurePreview(
        wanted.application,
        sum(counts.values()),
        [day_key(day) for day, count in counts.items() if count],
        await named_in(wanted.application, ports.documents),
    )


def decode_erasure(document: Document) -> Erasure:
    """Return the erasure that a document holds."""
    return _decode(document.body)


async def load_erasures(documents: Documents) -> list[Erasure]:
    """Return every erasure, the first ordered first."""
    return [decode_erasure(each) for each in await documents.list(COLLECTION)]


async def list_erasures(*, limit: int, after: str | None, documents: Documents) -> ErasureList:
    """Return erasures, the latest ordered first.

    Args:
        limit: how many at most.
        after: the `next` of an earlier answer, to go on from there; None begins.
        documents: where they are.
    """
    placed = {each.id: _view(each) for each in await load_erasures(documents)}
    return ErasureList(*latest_first(placed, limit=limit, after=after))


async def get_erasure(identity: str, *, documents: Documents) -> ErasureView:
    """Return one erasure.

    Raises:
        NotFound: there is none of this id.
    """
    stored = await documents.get(COLLECTION, identity)
    if stored is None:
        raise NotFound(f"erasure {identity} does not exist")
    return await _view_whole(decode_erasure(stored), documents)


async def _view_whole(erasure: Erasure, documents: Documents) -> ErasureView:
    named = await named_in(erasure.application, documents)
    return msgspec.structs.replace(_view(erasure), named_in=named)


def _view(erasure: Erasure) -> ErasureView:
    return ErasureView(
        erasure.id,
        erasure.application,
        erasure.by,
        erasure.comment,
        erasure.state,
        erasure.requested_at,
        erasure.finished_at,
        None if erasure.days is None else len(erasure.days),
        erasure.erased,
        erasure.shared_days,
    )
