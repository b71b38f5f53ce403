"""The span of time that a query asks for, in whole UTC minutes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.timeline import MINUTE_US, micros, parse_rfc3339, rfc3339_minute
from shared.errors import InvalidInput

_NAMED_S = {"5m": 300, "1h": 3600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000}
_SECONDS = re.compile(r"[0-9]{1,10}")
MAX_SPAN_S = 5 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes [first, end).

    Attributes:
        first: the first minute.
        end: the minute after the last.
    """

    first: int
    end: int

    @property
    def seconds(self) -> int:
        """Return its length in seconds."""
        return (self.end - self.first) * 60

    def described(self, data_through: int | None) -> dict[str, str | int | None]:
        """Return the fields that every answer over time carries."""
        return {
            "start": rfc3339_minute(self.first),
            "end": rfc3339_minute(self.end),
            "time_range_seconds": self.seconds,
            "data_through": None if data_through is None else rfc3339_minute(data_through),
        }


def span_of(
    query: Mapping[str, str], now: datetime, *, default: str = "1h", longest_s: int = MAX_SPAN_S
) -> Span:
    """Return the span that `range`, or `start` and `end`, name.

    Args:
        query: the query parameters.
        now: where a range ends.
        default: the range where none is given.
        longest_s: the longest span allowed, seconds.

    Raises:
        InvalidInput: not a range, not times, or not in order.
    """
    if "start" in query or "end" in query:
        if "range" in query:
            raise InvalidInput.at("range", "expected either range or start and end")
        start = _moment(query, "start", None)
        end = _moment(query, "end", now)
    else:
        length_s = _range_seconds(query.get("range", default))
        end = now
        start_us = micros(now) - length_s * 1_000_000
        return _checked(start_us, micros(end), "range", longest_s)
    return _checked(micros(start), micros(end), "start", longest_s)


def _checked(start_us: int, end_us: int, field: str, longest_s: int) -> Span:
    if start_us >= end_us:
        raise InvalidInput.at(field, "expected a start before the end")
    if end_us - start_us > longest_s * 1_000_000:
        raise InvalidInput.at(field, f"expected a span of at most {longest_s} seconds")
    return Span(start_us // MINUTE_US, -(-end_us // MINUTE_US))


def _range_seconds(text: str) -> int:
    if text in _NAMED_S:
        return _NAMED_S[text]
    if not _SECONDS.fullmatch(text) or int(text) == 0:
        names = ", ".join(_NAMED_S)
        raise InvalidInput.at("range", f"expected {names} or seconds, got {text!r}")
    return int(text)


def _moment(query: Mapping[str, str], name: str, default: datetime | None) -> datetime:
    text = query.get(name)
    if text is None:
        if default is None:
            raise InvalidInput.at(name, "required where end is given")
        return default
    try:
        return parse_rfc3339(text.replace(" ", "+"))
    except ValueError as error:
        raise InvalidInput.at(name, str(error)) from error
