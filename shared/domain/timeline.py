"""Minutes, buckets, hours and days on the UTC time line, as integers.

A *minute* is the number of whole minutes since 1970-01-01T00:00Z; windows are half-open and
aligned to that epoch. A *bucket* is the 5 minutes that one chunk partition and one rollup cover,
named by its first minute.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

MINUTE_US = 60_000_000
BUCKET_M = 5
HOUR_M = 60
DAY_M = 1440
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The seconds may be left out; datetime.fromisoformat alone would also read week dates.
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[tT ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"([zZ]|[+-][0-9]{2}:[0-9]{2})"
)


def micros(moment: datetime) -> int:
    """Return microseconds since the epoch of an aware datetime."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def minute_of(moment: datetime) -> int:
    """Return the minute that holds an aware datetime."""
    return micros(moment) // MINUTE_US


def instant(minute: int) -> datetime:
    """Return the moment at which a minute begins, UTC."""
    return EPOCH + timedelta(minutes=minute)


def floor_to(minute: int, step_m: int) -> int:
    """Return the start of the step of step_m minutes that holds the minute."""
    return minute - minute % step_m


def rfc3339(moment: datetime) -> str:
    """Return an aware datetime as RFC 3339 in UTC with `Z`, fractions only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def rfc3339_minute(minute: int) -> str:
    """Return the start of a minute as RFC 3339."""
    return rfc3339(instant(minute))


def parse_rfc3339(text: str) -> datetime:
    """Return the moment a text names, in UTC.

    Raises:
        ValueError: not RFC 3339, or without an offset.
    """
    refused = f"expected an RFC 3339 time with an offset, got {text!r:.60}"
    if not _RFC3339.fullmatch(text):
        raise ValueError(refused)
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(refused) from error


def day_of(minute: int) -> date:
    """Return the UTC day that holds a minute."""
    return instant(minute).date()


def day_start(day: date) -> int:
    """Return the first minute of a UTC day."""
    return (day - EPOCH.date()).days * DAY_M


def day_key(minute: int) -> str:
    """Return the UTC day of a minute as yyyyMMdd."""
    return _day_text(minute // DAY_M)


@lru_cache(maxsize=128)
def _day_text(day: int) -> str:
    return f"{instant(day * DAY_M):%Y%m%d}"
