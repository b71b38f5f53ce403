"""Durations by outcome, against counting one by one; buckets hold what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.digest.durations import (
    FAILED,
    FIRST_TOKEN,
    STREAMED,
    SUMS,
    UNKNOWN,
    WHOLE,
    bucket_of,
    longest_us,
)
from shared.domain.digest.setting_lines import outcome_times
from shared.domain.record.error_class import ErrorClass
from shared.domain.record.request import RequestRecord
from tests.domain.digest.digest_factories import at, days, digested, lines, ok, place
from tests.domain.factories import T0, ints


@given(days)
def test_durations_are_those_counted_one_by_one(records: list[RequestRecord]) -> None:
    sections, index = digested(*records)
    expected: dict[tuple[object, ...], list[int]] = {}

    def add(record: RequestRecord, group: int, duration_ms: float) -> None:
        us = round(duration_ms * 1000)
        key = (place(record), group, int(bucket_of(ints(us))[0]))
        counted = expected.setdefault(key, [0, 0])
        counted[0] += 1
        counted[1] += us

    for each in records:
        group = {None: UNKNOWN, False: WHOLE, True: STREAMED}[each.stream]
        if not ok(each):
            group = FAILED[ErrorClass.QUOTA if each.status_code == 429 else ErrorClass.SERVER]
        add(each, group, each.duration_ms)
        if ok(each) and each.time_to_first_token_ms is not None:
            add(each, FIRST_TOKEN, each.time_to_first_token_ms)
    found = lines(sections["durations"], index, *SUMS)
    assert found == {key: tuple(counted) for key, counted in expected.items()}


@given(st.integers(1, 7 * 24 * 3_600_000_000))
def test_a_bucket_ends_at_most_a_twentieth_above_what_it_holds(us: int) -> None:
    longest = float(longest_us(bucket_of(ints(us)))[0])
    assert us <= longest * (1 + 1e-9)
    assert longest <= us * 1.045


def test_outcomes_are_told_with_their_quantiles() -> None:
    records = [at(T0, duration_ms=1000.0 * n, stream=True) for n in range(1, 101)]
    records += [at(T0, duration_ms=60_000.0, error_type="timeout")]
    sections, index = digested(*records)
    streamed, timeout = outcome_times(sections["durations"], index)
    assert (streamed.outcome, streamed.requests) == ("ok_streamed", 100)
    assert streamed.mean_ms == 50_500.0
    for share, value in ((50, streamed.p50_ms), (95, streamed.p95_ms), (99, streamed.p99_ms)):
        assert share * 1000 <= value <= share * 1045
    assert (timeout.outcome, timeout.requests) == ("timeout", 1)
    assert timeout.p50_ms == pytest.approx(60_000, rel=0.045)
    assert np.isclose(timeout.mean_ms, 60_000)
