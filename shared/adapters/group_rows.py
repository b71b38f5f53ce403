"""The rows of the table `alerts` between evaluation and channels: notices, and groups of alerts.

`notice|{time}|{event_id}` is a decision to tell that no group has taken in yet; `groups|{part}`
holds where all groups stand, in as many parts as it takes, the first of which guards them all.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from shared.adapters.alert_rows import PART_BYTES, PARTITION, blocks, joined, packed, stamp
from shared.adapters.entity import Entity
from shared.domain.notification.group import Group
from shared.domain.notification.notice import AlertNotice

# One range of keys holds both, so that one query reads both.
GROUPS_PREFIX = "groups|"
NOTICE_PREFIX = "notice|"


class _Groups(msgspec.Struct, frozen=True):
    groups: tuple[Group, ...]


_groups = msgspec.json.Decoder(_Groups)
_notice = msgspec.json.Decoder(AlertNotice)


def notice_row(notice: AlertNotice) -> Entity:
    """Return a notice as it waits to be taken in."""
    return Entity(PARTITION, notice_key(notice), blocks(packed(notice)))


def notice_key(notice: AlertNotice) -> str:
    """Return the key of a notice's row."""
    return f"{NOTICE_PREFIX}{stamp(notice.told.time)}|{notice.event_id}"


def notice_of(entity: Entity) -> AlertNotice:
    """Return the notice of a row."""
    return _notice.decode(zlib.decompress(joined(entity.properties)))


def end_of_notices(through: datetime) -> str:
    """Return the key after the notices of a time and those before."""
    return f"{NOTICE_PREFIX}{stamp(through + timedelta(seconds=1))}"


def group_rows(groups: Sequence[Group], etag: str | None) -> list[Entity]:
    """Return the rows of all groups; the first one carries the ETag that guards them."""
    body = packed(_Groups(tuple(groups)))
    parts = [body[at : at + PART_BYTES] for at in range(0, len(body), PART_BYTES)]
    return [
        Entity(PARTITION, group_row(at), blocks(part), None if at else etag)
        for at, part in enumerate(parts)
    ]


def group_row(part: int) -> str:
    """Return the key of one part of the groups."""
    return f"{GROUPS_PREFIX}{part:03}"


def groups_of(parts: Sequence[Entity]) -> tuple[Group, ...]:
    """Return the groups that rows hold, given in order of their parts."""
    return _groups.decode(zlib.decompress(b"".join(joined(p.properties) for p in parts))).groups
