"""The rows of the table `alerts` about notifications: dispatches on their way, and what was told.

`dispatch|{due}|{dispatch_id}` holds a dispatch (zlib-compressed JSON, as every body of this table)
and in the column `progress` how far its delivery is; without that column nothing was done yet.
`told|{alert_id}|{time}|{channel}|{dispatch_id}` is the history, by alert.
"""

import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from shared.adapters.alert_rows import (
    PART_BYTES,
    PARTITION,
    blocks,
    joined,
    packed,
    stamp,
)
from shared.adapters.entity import Entity, Value
from shared.domain.alert.alert import Notification
from shared.domain.notification.delivery import NOT_BEGUN, Progress
from shared.domain.notification.dispatch import Dispatch, new_dispatch
from shared.errors import TooLarge

DISPATCH_PREFIX = "dispatch|"
TOLD_PREFIX = "told|"
PROGRESS = "progress"

_NOTE = "note"
_BLOCK = re.compile(r"b\d+")
_dispatch = msgspec.json.Decoder(Dispatch)
_progress = msgspec.json.Decoder(Progress)
_notification = msgspec.json.Decoder(Notification)


def dispatch_row(dispatch: Dispatch) -> Entity:
    """Return a dispatch as it waits to be sent.

    Raises:
        TooLarge: it does not fit a row; see `dispatch_rows`.
    """
    body = packed(dispatch)
    if len(body) > PART_BYTES:
        raise TooLarge(f"dispatch {dispatch.dispatch_id}: {len(body)} bytes, {PART_BYTES} at most")
    return Entity(PARTITION, dispatch_key(dispatch.dispatch_id, dispatch.due_at), blocks(body))


def dispatch_rows(dispatch: Dispatch) -> list[Entity]:
    """Return the rows of a dispatch: one, or those of its halves where it is too large for one."""
    try:
        return [dispatch_row(dispatch)]
    except TooLarge:
        if len(dispatch.told) == 1:
            raise
    middle = len(dispatch.told) // 2
    halves = (dispatch.told[:middle], dispatch.told[middle:])
    return [
        row
        for told in halves
        for row in dispatch_rows(
            new_dispatch(
                dispatch.channel,
                dispatch.group,
                dispatch.due_at,
                told,
                environment=dispatch.environment,
            )
        )
    ]


def dispatch_key(dispatch_id: str, due_at: datetime) -> str:
    """Return the key of a dispatch's row."""
    return f"{dispatches_from(due_at)}{dispatch_id}"


def dispatches_from(due_at: datetime) -> str:
    """Return where the dispatches due at a time begin."""
    return f"{DISPATCH_PREFIX}{stamp(due_at)}|"


def id_and_due(row: str) -> tuple[str, datetime]:
    """Return what a dispatch row's key names."""
    _, due, dispatch_id = row.split("|")
    return dispatch_id, datetime.strptime(due, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def dispatch_of(entity: Entity) -> Dispatch:
    """Return the dispatch of a row."""
    return _dispatch.decode(zlib.decompress(joined(_body(entity))))


def progress_of(entity: Entity) -> Progress:
    """Return how far the dispatch of a row is."""
    text = entity.properties.get(PROGRESS)
    return NOT_BEGUN if text is None else _progress.decode(str(text))


def with_progress(dispatch: Dispatch, progress: Progress, etag: str | None) -> Entity:
    """Return a dispatch's row with its progress."""
    row = dispatch_row(dispatch)
    column = {PROGRESS: msgspec.json.encode(progress).decode()}
    return Entity(row.partition, row.row, {**row.properties, **column}, etag)


def told_row(alert_id: str, dispatch: Dispatch, notification: Notification) -> Entity:
    """Return an entry of an alert's history."""
    row = told_key(alert_id, dispatch, notification.time)
    return Entity(PARTITION, row, {_NOTE: msgspec.json.encode(notification).decode()})


def untold_row(alert_id: str, notification: Notification) -> Entity:
    """Return an entry of an alert's history about word that no dispatch was made of."""
    place = f"{stamp(notification.time)}|{notification.channel}|untold"
    note = msgspec.json.encode(notification).decode()
    return Entity(PARTITION, f"{history_of(alert_id)}{place}", {_NOTE: note})


def told_key(alert_id: str, dispatch: Dispatch, time: datetime) -> str:
    """Return the key of what a dispatch told of an alert."""
    place = f"{stamp(time)}|{dispatch.channel}|{dispatch.dispatch_id}"
    return f"{history_of(alert_id)}{place}"


def history_of(alert_id: str) -> str:
    """Return what the keys of an alert's history begin with."""
    return f"{TOLD_PREFIX}{alert_id}|"


def told_before(row: str, moment: datetime) -> bool:
    """Tell whether a history row's key is of a time before another."""
    return row.split("|")[2] < stamp(moment)


def notification_of(entity: Entity) -> Notification:
    """Return what a history row says."""
    return _notification.decode(str(entity.properties[_NOTE]))


def _body(entity: Entity) -> Mapping[str, Value]:
    return {name: value for name, value in entity.properties.items() if _BLOCK.fullmatch(name)}
