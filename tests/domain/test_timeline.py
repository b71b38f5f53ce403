"""Moments, minutes and texts convert exactly, and only RFC 3339 with an offset is read."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.timeline import (
    day_key,
    floor_to,
    instant,
    micros,
    minute_of,
    parse_rfc3339,
    rfc3339,
    rfc3339_minute,
)
from tests.domain.factories import MINUTE, T0

offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=offsets)  # noqa: DTZ001


@given(moments)
def test_a_moment_is_read_back_from_its_text(moment: datetime) -> None:
    assert parse_rfc3339(rfc3339(moment)) == moment
    assert rfc3339(moment).endswith("Z")
    assert parse_rfc3339(moment.isoformat().lower()) == moment


@given(moments)
def test_a_minute_holds_its_moments(moment: datetime) -> None:
    minute = minute_of(moment)
    assert instant(minute) <= moment < instant(minute + 1)
    assert micros(instant(minute)) == minute * 60_000_000


@given(st.integers(-(10**8), 10**8), st.sampled_from([1, 5, 60, 1440]))
def test_a_step_begins_at_a_multiple_of_its_length(minute: int, step_m: int) -> None:
    start = floor_to(minute, step_m)
    assert start % step_m == 0
    assert start <= minute < start + step_m


def test_a_text_has_fractions_only_where_there_are_any() -> None:
    assert rfc3339(T0) == "2026-11-23T10:00:00Z"
    assert rfc3339(T0 + timedelta(milliseconds=250)) == "2026-11-23T10:00:00.250000Z"
    assert rfc3339_minute(minute_of(T0) + 1) == "2026-11-23T10:01:00Z"
    assert parse_rfc3339("2026-11-23T11:00:00.25+01:00") == T0 + timedelta(milliseconds=250)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-23",
        "2026-11-23T10:00:00",
        "2026-11-23T10:00:00+0100",
        "2026-11-23T25:00:00Z",
        "2026-02-30T10:00:00Z",
        "2026-11-23T10:00:60Z",
        "2026-11-23T10:00:00Z\n",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-11-23T10:00:00Zé",
        "\uff12\uff10\uff12\uff16-11-23T10:00:00Z",
        "2026-W48-1T10:00:00Z",
        "20261123T100000Z",
    ],
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an RFC 3339 time with an offset, got"):
        parse_rfc3339(text)


@given(st.text(max_size=30).map(lambda text: text + "Z"))
def test_any_text_is_a_moment_in_utc_or_refused(text: str) -> None:
    try:
        found = parse_rfc3339(text)
    except ValueError:
        return
    assert found.tzinfo is UTC


def test_a_day_is_named_in_utc() -> None:
    midnight = T0.replace(hour=0)
    assert day_key(minute_of(midnight - MINUTE)) == "20261122"
    assert day_key(minute_of(midnight)) == "20261123"
