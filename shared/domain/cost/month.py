"""Which span costs are asked for: a range like everywhere, or a UTC month."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from shared.domain.span import Span, span_of
from shared.domain.timeline import micros, minute_of
from shared.errors import InvalidInput

THIS_MONTH = "month"
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_MINUTE_US = 60_000_000


def cost_span(query: Mapping[str, str], now: datetime) -> Span:
    """Return the span that `period`, `range`, or `start` and `end` name; seven days unless given.

    Args:
        query: the query parameters.
        now: where a range, and the current month, ends.

    Raises:
        InvalidInput: not a period or range, several of them, or a month that has not begun.
    """
    period = query.get("period")
    if period is None:
        return span_of(query, now, default="7d")
    given = [name for name in ("range", "start", "end") if name in query]
    if given:
        raise InvalidInput.at("period", f"expected either period or {given[0]}")
    if period == THIS_MONTH:
        period = f"{now:%Y-%m}"
    found = _MONTH.fullmatch(period)
    if found is None:
        reason = f"expected `{THIS_MONTH}` or a month as 2026-11, got {period!r:.40}"
        raise InvalidInput.at("period", reason)
    year, month = int(found[1]), int(found[2])
    if year < 1970:
        raise InvalidInput.at("period", f"expected a month from 1970 on, got {period}")
    first = datetime(year, month, 1, tzinfo=UTC)
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    if first >= now:
        raise InvalidInput.at("period", f"{period} has not begun")
    end = -(-micros(min(after, now)) // _MINUTE_US)
    return Span(minute_of(first), max(end, minute_of(first) + 1))
