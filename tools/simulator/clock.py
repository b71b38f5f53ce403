"""Moments as the simulator counts them: whole milliseconds since 1970, UTC."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

MINUTE_MS = 60_000


def to_ms(moment: datetime) -> int:
    """Return an aware datetime as milliseconds since 1970.

    Raises:
        ValueError: the datetime has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"expected a time with a time zone, got {moment.isoformat()}")
    return round(moment.timestamp() * 1000)


def from_ms(moment_ms: int) -> datetime:
    """Return milliseconds since 1970 as an aware datetime in UTC."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC)


def to_text(moments_ms: NDArray[np.int64]) -> list[str]:
    """Return moments as RFC 3339 text with milliseconds and `Z`."""
    moments = moments_ms.astype("datetime64[ms]")
    return [str(moment) for moment in np.datetime_as_string(moments, timezone="UTC")]
