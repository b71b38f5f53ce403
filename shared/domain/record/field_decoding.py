"""A JSON object read field by field, so that one answer names all that is wrong with it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from shared.domain.record.decoding import DECODE_ERRORS, fault_of
from shared.errors import Fault, InvalidInput

NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


class FieldDecoder:
    """Reads objects that have these fields and no others."""

    def __init__(
        self,
        fields: Mapping[str, Any],
        *,
        required: Collection[str],
        words: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Prepare the decoders.

        Args:
            fields: name -> type.
            required: names of those that have to be there.
            words: field -> the words that it, or each entry of it, may be.
        """
        self._decoders = {name: msgspec.json.Decoder(kind) for name, kind in fields.items()}
        self._required = tuple(required)
        self._words = {name: tuple(kind) for name, kind in (words or {}).items()}

    def decode(self, body: bytes | msgspec.Raw) -> tuple[dict[str, Any], list[Fault]]:
        """Return the fields that are as they should be, and a fault for each of the others.

        Raises:
            InvalidInput: not a JSON object.
        """
        try:
            raw = _OBJECT.decode(body)
        except DECODE_ERRORS as error:
            raise InvalidInput.at("body", f"expected a JSON object ({error})") from error
        faults = [
            Fault(name, "required, but missing") for name in self._required if name not in raw
        ]
        values: dict[str, Any] = {}
        for name, text in raw.items():
            if name not in self._decoders:
                faults.append(Fault(name, "unknown field"))
                continue
            try:
                values[name] = self._decoders[name].decode(text)
            except DECODE_ERRORS as error:
                faults.append(self._fault(name, text, str(error)))
        return values, faults

    def _fault(self, name: str, text: msgspec.Raw, message: str) -> Fault:
        fault = fault_of(message, text, self._words.get(name, ()))
        place = fault.path if fault.path.startswith("[") else f".{fault.path}"
        return Fault(f"{name}{place}".rstrip("."), fault.reason)


def refusal(faults: Sequence[Fault]) -> InvalidInput:
    """Return the error that names every fault."""
    return InvalidInput("; ".join(f"{each.path}: {each.reason}" for each in faults), faults)


def name_faults(name: str, stated: str) -> Iterator[Fault]:
    """Yield what is wrong with a name of the route, which the body may repeat.

    Args:
        name: from the route.
        stated: in the body; the same where it states none.
    """
    if not NAME.fullmatch(name):
        yield Fault("name", f"expected 1 to 128 of A-Z a-z 0-9 _ -, got {name!r:.140}")
    if stated != name:
        yield Fault("name", f"expected {name!r:.140} as in the route")
