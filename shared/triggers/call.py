"""One HTTP call, parsed: route, query and body, each fault named by its field."""

import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.domain.record.decoding import DECODE_ERRORS, fault_of
from shared.domain.timeline import parse_rfc3339
from shared.errors import InvalidInput, TooLarge, UnsupportedMedia
from shared.services.paging import by_name
from shared.triggers.responses import JSON

MAX_BODY_BYTES = 4 << 20
MAX_LIMIT = 1_000
PAGE = {"limit": "100 unless given, 1,000 at most", "next": "of an earlier answer"}


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call, parsed; reading a part that is not as it should be raises `InvalidInput`.

    Attributes:
        now: the clock, read once, UTC.
        path: route parameters, percent-decoded.
        query: query parameters; a repeated one joined by commas.
        headers: lower-case names.
        raw_body: the body as it came.
    """

    now: datetime
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw_body: bytes

    @property
    def content_type(self) -> str:
        """Return the body's media type, without parameters; JSON unless stated."""
        return self.headers.get("content-type", JSON).split(";")[0].strip().lower()

    def body(self, *, limit_bytes: int = MAX_BODY_BYTES, types: Collection[str] = (JSON,)) -> bytes:
        """Return the body, decompressed.

        Args:
            limit_bytes: what it may have at most, after decompression.
            types: media types that the route reads.

        Raises:
            UnsupportedMedia: another media type, or an encoding other than gzip.
            TooLarge: more than limit_bytes after decompression.
            InvalidInput: not valid gzip.
        """
        if self.content_type not in types:
            expected = " or ".join(types)
            raise UnsupportedMedia(f"content-type: expected {expected}, got {self.content_type}")
        encoding = self.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip"):
            raise UnsupportedMedia(f"content-encoding: expected gzip or none, got {encoding}")
        data = _gunzip(self.raw_body, limit_bytes) if encoding == "gzip" else self.raw_body
        if len(data) > limit_bytes:
            raise TooLarge(f"body: {limit_bytes} bytes at most (decompressed)")
        return data

    def model(self) -> str:
        """Return the model a route names: `{model}`, or `?model=` where the route says `-`."""
        model = self.segment("model")
        if model != "-":
            return model
        if "model" not in self.query:
            raise InvalidInput.at("model", "expected ?model=... where the path says '-'")
        return self.query["model"]

    def segment(self, name: str) -> str:
        """Return a route parameter; hosts differ in whether they decode `%2F` in one."""
        return self.path.get(name, "").replace("%2F", "/").replace("%2f", "/")

    def decoded[T](self, wanted: type[T]) -> T:
        """Return the JSON body as a type; unknown fields are passed over unless it forbids them.

        Raises:
            InvalidInput: not JSON, or not what the type says, by field.
        """
        body = self.body()
        try:
            return msgspec.json.decode(body, type=wanted)
        except msgspec.ValidationError as error:
            fault = fault_of(str(error), body)
            raise InvalidInput.at(fault.path or "body", fault.reason) from error
        except DECODE_ERRORS as error:
            raise InvalidInput.at("body", f"expected a JSON object ({error})") from error

    def accepted(self, types: Collection[str]) -> str | None:
        """Return the media type, of those given, that `Accept` names first; None for none."""
        stated = self.headers.get("accept", "").lower().split(",")
        wanted = (part.split(";")[0].strip() for part in stated)
        return next((each for each in wanted if each in types), None)

    def required(self, name: str) -> str:
        """Return a query parameter that must be there."""
        if not self.query.get(name):
            raise InvalidInput.at(name, "required, but missing")
        return self.query[name]

    def flag(self, name: str) -> bool:
        """Return a query parameter that is true or false; false unless given."""
        text = self.query.get(name, "false").lower()
        if text not in ("true", "false"):
            raise InvalidInput.at(name, f"expected true or false, got {text!r}")
        return text == "true"

    def names(self, name: str) -> list[str]:
        """Return a query parameter's comma-separated names."""
        return [part.strip() for part in self.query.get(name, "").split(",") if part.strip()]

    def number(self, name: str) -> float | None:
        """Return a query parameter as a number >= 0, None where absent."""
        text = self.query.get(name)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value < float("inf"):
            raise InvalidInput.at(name, f"expected a number >= 0, got {text!r}")
        return value

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Return a query parameter as a whole number within bounds."""
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            reason = f"expected a whole number from {low} to {high}, got {text!r}"
            raise InvalidInput.at(name, reason)
        return int(text)

    def moment(self, name: str, default: datetime) -> datetime:
        """Return a query parameter as a time, RFC 3339."""
        text = self.query.get(name)
        try:
            return default if text is None else parse_rfc3339(text.replace(" ", "+"))
        except ValueError as error:
            raise InvalidInput.at(name, str(error)) from error

    def limit(self) -> int:
        """Return how many items a list may have: 100 unless given, 1,000 at most."""
        return self.whole("limit", 100, 1, MAX_LIMIT)

    def page[T](self, items: Iterable[T], name: Callable[[T], str]) -> tuple[list[T], str | None]:
        """Return the part of a list, by name, that `limit` and `next` ask for, and its `next`."""
        return by_name(items, name, limit=self.limit(), after=self.query.get("next"))

    def choice[E: StrEnum](self, name: str, choices: type[E], default: E) -> E:
        """Return a query parameter that names one of several."""
        text = self.query.get(name)
        if text is None:
            return default
        try:
            return choices(text)
        except ValueError as error:
            listed = ", ".join(choices)
            raise InvalidInput.at(name, f"expected one of {listed}, got {text!r}") from error


def _gunzip(data: bytes, limit_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(data, limit_bytes + 1)
    except zlib.error as error:
        raise InvalidInput.at("body", f"expected valid gzip ({error})") from error
    if not unpacker.eof and len(plain) <= limit_bytes:
        raise InvalidInput.at("body", "expected valid gzip, got a truncated stream")
    return plain
