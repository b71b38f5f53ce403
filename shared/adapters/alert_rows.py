"""The rows of the table `alerts`: states of rules, resolved alerts and the outbox.

All of them share one partition, because a change has to be stored in one transaction. Bodies are
zlib-compressed JSON in blocks of 64 KiB; a state too large for one row continues in further ones.
"""

import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from shared.adapters.entity import MAX_PROPERTY_BYTES, Entity, Value
from shared.domain.alert.alert import RuleState
from shared.domain.alert.view import Alert
from shared.domain.event import Event

PARTITION = "live"
STATE_PREFIX = "state|"
OUTBOX_PREFIX = "outbox|"
RESOLVED_PREFIX = "resolved|"
PART_BYTES = 8 * MAX_PROPERTY_BYTES

_LEVEL = 6
_state = msgspec.json.Decoder(RuleState)
_alert = msgspec.json.Decoder(Alert)
_event = msgspec.json.Decoder(Event)


def end_of(prefix: str) -> str:
    """Return the first row key after all that begin with a prefix."""
    return f"{prefix}~"


def state_rows(state: RuleState, etag: str | None) -> list[Entity]:
    """Return the rows of a rule's state; the first one carries the ETag that guards them all."""
    body = packed(state)
    parts = [body[at : at + PART_BYTES] for at in range(0, len(body), PART_BYTES)]
    return [
        Entity(PARTITION, state_row(state.rule.name, at), blocks(part), None if at else etag)
        for at, part in enumerate(parts)
    ]


def state_row(rule: str, part: int) -> str:
    """Return the key of one part of a rule's state."""
    return f"{STATE_PREFIX}{rule}|{part}"


def rule_and_part(row: str) -> tuple[str, int]:
    """Return what a state row's key names."""
    _, rule, part = row.split("|")
    return rule, int(part)


def state_of(parts: Sequence[Entity]) -> RuleState:
    """Return the state that a rule's rows hold, given in order of their parts."""
    return _state.decode(zlib.decompress(b"".join(joined(part.properties) for part in parts)))


def event_row(event: Event) -> Entity:
    """Return an event as it waits in the outbox."""
    row = f"{OUTBOX_PREFIX}{stamp(event.time)}|{event.event_id}"
    return Entity(PARTITION, row, blocks(packed(event)))


def event_of(entity: Entity) -> Event:
    """Return the event of an outbox row."""
    return _event.decode(zlib.decompress(joined(entity.properties)))


def resolved_row(alert: Alert) -> Entity:
    """Return a resolved alert as it is kept."""
    if alert.resolved_at is None:
        raise ValueError(f"alert {alert.alert_id} is not resolved")
    row = f"{resolved_key(alert.resolved_at)}|{alert.alert_id}"
    return Entity(PARTITION, row, blocks(packed(alert)))


def resolved_key(moment: datetime) -> str:
    """Return where the alerts resolved at a time begin."""
    return f"{RESOLVED_PREFIX}{stamp(moment)}"


def alert_of_row(entity: Entity) -> Alert:
    """Return the alert of a resolved row."""
    return _alert.decode(zlib.decompress(joined(entity.properties)))


def stamp(moment: datetime) -> str:
    """Return a time as it stands in keys, in whole seconds."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def packed(body: msgspec.Struct) -> bytes:
    """Return a body as it is stored."""
    return zlib.compress(msgspec.json.encode(body), _LEVEL)


def blocks(body: bytes) -> dict[str, Value]:
    """Return the columns that hold a packed body."""
    size = MAX_PROPERTY_BYTES
    return {f"b{at // size}": body[at : at + size] for at in range(0, len(body), size)}


def joined(properties: Mapping[str, Value]) -> bytes:
    """Return the packed body that columns hold."""
    blocks = [properties[f"b{at}"] for at in range(len(properties))]
    return b"".join(block for block in blocks if isinstance(block, bytes))
