"""Times as the API writes them and as people read them."""

from datetime import UTC, datetime, timedelta


def to_api(moment: datetime) -> str:
    """Return RFC 3339 in UTC with `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_api(text: str | None) -> datetime | None:
    """Return a time of an answer; None where it has none."""
    return None if text is None else datetime.fromisoformat(text)


def clock(moment: datetime) -> str:
    """Return hour and minute, UTC."""
    return moment.astimezone(UTC).strftime("%H:%M")


def lasting(duration: timedelta) -> str:
    """Return a duration in whole minutes, or in hours and minutes: `28 min`, `1 h 02 min`."""
    minutes = round(duration.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"
