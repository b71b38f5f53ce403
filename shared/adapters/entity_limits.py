"""The limits of Azure Table Storage, checked before a call: Azurite accepts what Azure refuses.

Azurite in turn counts an entity's 1 MiB in base64, so an entity has to fit in either accounting.
Source: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
"""

import re
from collections.abc import Sequence

import msgspec

from shared.adapters.entity import (
    MAX_ENTITY_BYTES,
    MAX_PROPERTIES,
    MAX_PROPERTY_BYTES,
    MAX_TRANSACTION_BYTES,
    MAX_TRANSACTION_ENTITIES,
    Entity,
    Op,
    Value,
)

MAX_KEY_BYTES = 1024
# What a transaction's operations may weigh on the wire, its own envelope left aside.
MAX_OPERATIONS_BYTES = MAX_TRANSACTION_BYTES - 1024
_SYSTEM_PROPERTIES = ("PartitionKey", "RowKey", "Timestamp")
_KEY_FORBIDDEN = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
# Request line, headers and boundary of one operation: about 400 bytes, and the account's address.
_OPERATION_BYTES = 768
# A key's character takes up to 9 bytes percent-encoded in the address and 4 in the JSON.
_KEY_CHARACTER_BYTES = 13


def size_bytes(entity: Entity) -> int:
    """Return what an entity weighs in Azure's accounting (UTF-16 text, 8 bytes a number)."""
    keys = _utf16_bytes(entity.partition) + _utf16_bytes(entity.row)
    columns = sum(8 + 2 * len(name) + _value_bytes(v) for name, v in entity.properties.items())
    return 4 + keys + columns


def wire_bytes(entity: Entity) -> int:
    """Return how many bytes, at most, an operation on an entity adds to a transaction's body."""
    keys = _KEY_CHARACTER_BYTES * (len(entity.partition) + len(entity.row))
    columns = sum(40 + 2 * len(name) + _json_bytes(v) for name, v in entity.properties.items())
    return _OPERATION_BYTES + keys + columns


def _ceiling_bytes(entity: Entity) -> int:
    """Return more than either accounting gives, without looking into texts: most are far below."""
    total = _OPERATION_BYTES + _KEY_CHARACTER_BYTES * (len(entity.partition) + len(entity.row))
    for name, value in entity.properties.items():
        length = len(value) if isinstance(value, (str, bytes)) else 5
        total += 46 + 2 * len(name) + 6 * length
    return total


def check_entity(entity: Entity) -> None:
    """Raise ValueError for an entity that Azure would refuse: a mistake of ours, not a caller's."""
    _check_key(entity.partition)
    _check_key(entity.row)
    if len(entity.properties) > MAX_PROPERTIES:
        raise ValueError(
            f"{entity.row}: {len(entity.properties)} columns, {MAX_PROPERTIES} at most"
        )
    for name, value in entity.properties.items():
        if not name.isidentifier() or name in _SYSTEM_PROPERTIES:
            raise ValueError(f"{entity.row}: {name!r} cannot name a column")
        if _value_bytes(value) > MAX_PROPERTY_BYTES:
            raise ValueError(f"{entity.row}.{name}: over {MAX_PROPERTY_BYTES} bytes")
    small = _ceiling_bytes(entity) <= MAX_ENTITY_BYTES
    if not small and max(size_bytes(entity), wire_bytes(entity)) > MAX_ENTITY_BYTES:
        raise ValueError(f"{entity.row}: over {MAX_ENTITY_BYTES} bytes")


def _check_key(key: str) -> None:
    if _KEY_FORBIDDEN.search(key) or _utf16_bytes(key) > MAX_KEY_BYTES:
        raise ValueError(f"key {key!r} is not one that Azure accepts")


def check_transaction(ops: Sequence[Op]) -> None:
    """Raise ValueError for a transaction that Azure would refuse."""
    if not 0 < len(ops) <= MAX_TRANSACTION_ENTITIES:
        raise ValueError(f"transaction of {len(ops)}, 1 to {MAX_TRANSACTION_ENTITIES} allowed")
    if len({op.entity.partition for op in ops}) > 1:
        raise ValueError("a transaction stays in one partition")
    if len({op.entity.row for op in ops}) < len(ops):
        raise ValueError("a transaction names each row once")
    if sum(_ceiling_bytes(op.entity) for op in ops) <= MAX_OPERATIONS_BYTES:
        return
    if sum(wire_bytes(op.entity) for op in ops) > MAX_OPERATIONS_BYTES:
        raise ValueError(f"transaction over {MAX_TRANSACTION_BYTES} bytes")


def _value_bytes(value: Value) -> int:
    match value:
        case bytes():
            return len(value)
        case str():
            return _utf16_bytes(value)
        case int() if not -(1 << 63) <= value < 1 << 63:
            raise ValueError(f"{value} does not fit 64 bits")
        case int() | float():
            return 8
        case _:
            raise ValueError(f"a column cannot hold {type(value).__name__}")


def _json_bytes(value: Value) -> int:
    match value:
        case bytes():
            return 4 * len(value) // 3 + 6
        case str():
            return len(msgspec.json.encode(value))
        case _:
            return 30


def _utf16_bytes(text: str) -> int:
    return 2 * len(text) if text.isascii() else len(text.encode("utf-16-le"))
