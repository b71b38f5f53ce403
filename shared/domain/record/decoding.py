"""JSON batches to typed records: all at once when they are clean, else item by item with reasons.

The fast way decodes the whole batch strictly. Where that fails, every item is decoded by itself, so
that one bad record costs only itself and the answer can name the place, what was expected and what
came.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from shared.domain.record.decode_words import expectation, value_at
from shared.errors import Fault, InvalidInput

MAX_ITEMS = 5_000
DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_PLACE = re.compile(r"(.*?)(?: - at (`key` in )?`\$?([^`]*)`)?", re.DOTALL)
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNKNOWN = "contains unknown"
_NAMED = re.compile(rf"Object ({_UNKNOWN}|missing required) field `(.*)`", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rejection:
    """An item that is not stored.

    Attributes:
        index: its position in the batch.
        path: where, as `requests[3].duration_ms`.
        reason: what was expected and what came, or a code of the contract.
        detail: more on a reason that is a code; empty for others.
    """

    index: int
    path: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Decoded[T]:
    """A batch after decoding.

    Attributes:
        batch_id: the client's, or None.
        items: the records that decoded.
        positions: each record's index in the batch as sent.
        rejected: the others.
        unknown_fields: name -> how many items had it.
        total: items in the batch.
    """

    batch_id: str | None
    items: Sequence[T]
    positions: Sequence[int]
    rejected: list[Rejection]
    unknown_fields: dict[str, int] = field(default_factory=dict)
    total: int = 0


class BatchDecoder[T: msgspec.Struct]:
    """Decodes `{"batch_id": ..., "<name>": [item, ...]}` for one type of item."""

    def __init__(self, name: str, item: type[T]) -> None:
        """Prepare the decoders of a batch whose items stand under `name`."""
        self._name = name
        fields = msgspec.structs.fields(item)
        self._fields = {field.encode_name for field in fields}
        self._choices = {field.encode_name: _choices(field.type) for field in fields}
        strict = msgspec.defstruct(
            f"Strict{item.__name__}",
            [
                (each.name, each.type, each.default)
                if not each.required
                else (each.name, each.type)
                for each in fields
            ],
            bases=(item,),
            frozen=True,
            gc=False,
            forbid_unknown_fields=True,
        )
        envelope = msgspec.defstruct(
            "Envelope",
            [(name, list[strict]), ("batch_id", str | None, None)],  # type: ignore[valid-type]
            forbid_unknown_fields=True,
        )
        self._fast = msgspec.json.Decoder(envelope)
        self._loose = msgspec.json.Decoder(dict[str, msgspec.Raw])
        self._items = msgspec.json.Decoder(list[msgspec.Raw])
        self._one: msgspec.json.Decoder[T] = msgspec.json.Decoder(strict)

    def decode(self, body: bytes, *, strict: bool = False) -> Decoded[T]:
        """Return the batch's records.

        Args:
            body: the JSON as sent.
            strict: refuse items that have unknown fields.

        Raises:
            InvalidInput: not JSON, not this shape, or too many items.
        """
        try:
            batch: Any = self._fast.decode(body)
        except DECODE_ERRORS:
            return self._item_by_item(body, strict=strict)
        return self.whole(getattr(batch, self._name), batch.batch_id)

    def whole(self, items: Sequence[T], batch_id: str | None) -> Decoded[T]:
        """Return a batch in which every item decoded; raises as `decode` does."""
        self._check_count(len(items))
        return Decoded(_checked_batch_id(batch_id), items, range(len(items)), [], {}, len(items))

    def _item_by_item(self, body: bytes, *, strict: bool) -> Decoded[T]:
        outer = self._outer(body)
        unknown = Counter(name for name in outer if name not in (self._name, "batch_id"))
        if unknown and strict:
            raise InvalidInput.at(next(iter(unknown)), "unknown field")
        batch_id, raws = _batch_id_in(outer), self._raw_items(outer)
        items: list[T] = []
        positions: list[int] = []
        rejected: list[Rejection] = []
        for index, raw in enumerate(raws):
            try:
                known, extra = self._fields_apart(raw)
                items.append(self._one.decode(known if extra and not strict else raw))
            except DECODE_ERRORS as error:
                rejected.append(self._rejection(index, raw, str(error)))
                continue
            positions.append(index)
            unknown.update(extra)
        return Decoded(batch_id, items, positions, rejected, dict(unknown), len(raws))

    def _outer(self, body: bytes) -> dict[str, msgspec.Raw]:
        try:
            outer = self._loose.decode(body)
        except DECODE_ERRORS as error:
            raise InvalidInput.at("body", f"expected a JSON object ({error})") from error
        if self._name not in outer:
            raise InvalidInput.at(self._name, "required, but missing")
        return outer

    def _raw_items(self, outer: Mapping[str, msgspec.Raw]) -> list[msgspec.Raw]:
        raw = outer[self._name]
        try:
            raws = self._items.decode(raw)
        except DECODE_ERRORS as error:
            reason = f"expected an array, got {value_at(raw, '')}"
            raise InvalidInput.at(self._name, reason) from error
        self._check_count(len(raws))
        return raws

    def _check_count(self, count: int) -> None:
        if count > MAX_ITEMS:
            raise InvalidInput.at(self._name, f"expected at most {MAX_ITEMS} items, got {count}")

    def _fields_apart(self, raw: msgspec.Raw) -> tuple[bytes, list[str]]:
        """Return an item's known fields as JSON, and the names of the others."""
        outer = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        extra = [name for name in outer if name not in self._fields]
        for name in extra:
            del outer[name]
        return msgspec.json.encode(outer), extra

    def _rejection(self, index: int, raw: msgspec.Raw, message: str) -> Rejection:
        fault = fault_of(message, raw)
        choices = self._choices.get(fault.path)
        if choices:
            fault = fault_of(message, raw, choices)
        base = f"{self._name}[{index}]"
        path = f"{base}.{fault.path}" if fault.path else base
        return Rejection(index, path, fault.reason)


def fault_of(message: str, raw: bytes | msgspec.Raw, choices: Sequence[str] = ()) -> Fault:
    """Return what a msgspec message says in our words: field, what was expected, what came.

    Args:
        message: of the error.
        raw: the JSON it is about.
        choices: the texts allowed where the field is an enumeration.
    """
    found = _PLACE.fullmatch(message)
    text, in_keys, place = (found[1], found[2], found[3] or "") if found else (message, None, "")
    named = _NAMED.fullmatch(text)
    if named:
        reason = "unknown field" if named[1] == _UNKNOWN else "required, but missing"
        return Fault(f"{place}.{named[2]}".strip("."), reason)
    reason = expectation(text, choices)
    if in_keys or place.endswith("[...]"):
        each = "key" if in_keys else "value"
        reason = reason.replace("expected", f"expected each {each} to be", 1)
        place = place.removesuffix("[...]")
    came = value_at(raw, place)
    return Fault(place.strip("."), f"{reason}, got {came}" if came else reason)


def _choices(kind: Any) -> tuple[str, ...]:
    return tuple(kind) if isinstance(kind, type) and issubclass(kind, StrEnum) else ()


def _batch_id_in(outer: Mapping[str, msgspec.Raw]) -> str | None:
    raw = outer.get("batch_id", msgspec.Raw(b"null"))
    try:
        return _checked_batch_id(msgspec.json.decode(raw, type=str | None))
    except DECODE_ERRORS as error:
        raise _bad_batch_id(raw) from error


def _checked_batch_id(batch_id: Any) -> str | None:
    if batch_id is None or (isinstance(batch_id, str) and _BATCH_ID.fullmatch(batch_id)):
        return batch_id
    raise _bad_batch_id(msgspec.json.encode(batch_id))


def _bad_batch_id(raw: bytes | msgspec.Raw) -> InvalidInput:
    return InvalidInput.at(
        "batch_id", f"expected 1 to 64 of A-Z a-z 0-9 _ -, got {value_at(raw, '')}"
    )
