"""Moments become microseconds, many at once as one by one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.record.moments import micros_of
from shared.domain.timeline import micros
from tests.domain.factories import T0

NAIVE = T0.replace(tzinfo=None)

offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(NAIVE.replace(year=2), NAIVE.replace(year=9998), timezones=offsets)
usual = st.datetimes(NAIVE.replace(year=1971), NAIVE.replace(year=2100), timezones=offsets)
seconds = usual.map(lambda moment: moment.replace(microsecond=0))


@given(st.lists(usual | seconds, min_size=16, max_size=40))
def test_many_moments_are_exact_to_the_microsecond(drawn: list[datetime]) -> None:
    assert micros_of(drawn).tolist() == [micros(moment) for moment in drawn]


@given(st.lists(moments | seconds, max_size=40))
def test_any_moments_are_exact_however_far_and_few(drawn: list[datetime]) -> None:
    assert micros_of(drawn).tolist() == [micros(moment) for moment in drawn]


@pytest.mark.parametrize("year", [1969, 1970, 2105, 2107, 2514, 2515])
@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
def test_the_edges_of_the_encodings_are_exact(year: int, microsecond: int) -> None:
    drawn = [T0] * 20 + [datetime(year, 6, 1, 0, 0, 1, microsecond, tzinfo=UTC)]
    assert micros_of(drawn).tolist() == [micros(moment) for moment in drawn]


def test_a_list_too_long_for_the_short_header_is_exact() -> None:
    assert set(micros_of([T0] * 65_536).tolist()) == {micros(T0)}
