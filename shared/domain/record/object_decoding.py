"""JSON bodies that are one object to a typed one, every fault named by its field.

What holds everywhere: unknown fields are passed over and named, unless the caller is strict; texts
have no control characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from shared.domain.record.checks import CONTROL
from shared.domain.record.decode_words import shortened
from shared.domain.record.decoding import DECODE_ERRORS, fault_of
from shared.errors import Fault, InvalidInput


def refused(faults: Sequence[Fault]) -> InvalidInput:
    """Return the error for an object with these faults, at least one."""
    first = faults[0]
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return InvalidInput(f"{first}{more}", faults)


class ObjectDecoder[T: msgspec.Struct]:
    """Decodes bodies of one type."""

    def __init__(self, kind: type[T], *, entries: Mapping[str, Any] | None = None) -> None:
        """Prepare the decoder.

        Args:
            kind: the type of the body.
            entries: field that is an object -> type of its values, each of which is to be named
                where it is at fault.
        """
        self._names = {field.encode_name for field in msgspec.structs.fields(kind)}
        self._whole = msgspec.json.Decoder(kind)
        self._raw = msgspec.json.Decoder(dict[str, msgspec.Raw])
        self._entries = {
            name: msgspec.json.Decoder(value) for name, value in (entries or {}).items()
        }

    def decode(self, body: bytes, *, strict: bool) -> tuple[T, dict[str, int]]:
        """Return the object, and its unknown fields with how often each came: once.

        Args:
            body: the JSON as sent.
            strict: refuse unknown fields.

        Raises:
            InvalidInput: not JSON or not of this type, by field.
        """
        try:
            found = self._whole.decode(body)
            outer = self._raw.decode(body)
        except DECODE_ERRORS as error:
            raise refused(self._faults(body, str(error))) from error
        unknown = {name: 1 for name in outer if name not in self._names}
        if unknown and strict:
            raise refused([Fault(name, "unknown field") for name in unknown])
        faults = [fault for name in self._names for fault in _control_faults(found, name)]
        if faults:
            raise refused(faults)
        return found, unknown

    def _faults(self, body: bytes, message: str) -> list[Fault]:
        fault = fault_of(message, body)
        decoder = self._entries.get(fault.path)
        named = list(_entry_faults(body, fault.path, decoder)) if decoder else []
        return named or [Fault(fault.path or "body", fault.reason)]


def _entry_faults(body: bytes, field: str, decoder: msgspec.json.Decoder[Any]) -> Iterator[Fault]:
    try:
        outer = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        entries = msgspec.json.decode(outer[field], type=dict[str, msgspec.Raw])
    except DECODE_ERRORS:
        return
    for name, raw in entries.items():
        try:
            decoder.decode(raw)
        except DECODE_ERRORS as error:
            yield Fault(f"{field}.{name}", fault_of(str(error), raw).reason)


def _control_faults(found: msgspec.Struct, field: str) -> Iterator[Fault]:
    value = getattr(found, field)
    texts = [value] if isinstance(value, str) else []
    if isinstance(value, dict):
        texts = [text for pair in value.items() for text in pair if isinstance(text, str)]
    for text in texts:
        if CONTROL.search(text):
            came = shortened(repr(text))
            yield Fault(field, f"expected no control characters, got {came}")
