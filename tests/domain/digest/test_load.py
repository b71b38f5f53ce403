"""Load: input when a request starts, output while it is made, sums exact."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction

from hypothesis import given

from shared.domain.digest.load import SUMS
from shared.domain.record.request import RequestRecord
from shared.domain.timeline import MINUTE_US, minute_of
from tests.domain.digest.digest_factories import at, days, digested, end, lines, place, start
from tests.domain.factories import MINUTE, T0

T0_M = minute_of(T0)


def by_minute(*records: RequestRecord) -> dict[int, tuple[int, ...]]:
    sections, index = digested(*records)
    found = lines(sections["load"], index, *SUMS)
    return {minute - T0_M: sums for (_, minute), sums in found.items()}


def test_output_is_spread_evenly_from_the_first_token_on() -> None:
    record = at(
        T0 + timedelta(seconds=30),
        duration_ms=150_000,
        time_to_first_token_ms=30_000,
        input_tokens=100,
        cached_input_tokens=40,
        cache_write_tokens=7,
        output_tokens=120,
    )
    assert by_minute(record) == {
        0: (1, 60, 40, 7, 0),
        1: (0, 0, 0, 0, 60),
        2: (0, 0, 0, 0, 60),
    }


def test_tokens_that_do_not_divide_are_given_out_whole() -> None:
    found = by_minute(at(T0, duration_ms=180_000, output_tokens=100))
    assert [found[minute][-1] for minute in range(3)] == [33, 33, 34]


def test_an_answer_in_no_time_counts_in_its_minute() -> None:
    assert by_minute(at(T0, duration_ms=0, output_tokens=5)) == {0: (1, 0, 0, 0, 5)}


def test_a_first_token_after_the_end_is_taken_for_the_end() -> None:
    record = at(T0, duration_ms=1000, time_to_first_token_ms=90_000, output_tokens=5)
    assert by_minute(record) == {0: (1, 0, 0, 0, 5)}


def test_what_started_the_day_before_counts_there() -> None:
    midnight = T0.replace(hour=0)
    found = by_minute(at(midnight - MINUTE, duration_ms=120_000, input_tokens=9, output_tokens=10))
    first = minute_of(midnight) - T0_M
    assert found == {first - 1: (1, 9, 0, 0, 5), first: (0, 0, 0, 0, 5)}


def test_the_deployment_that_served_takes_the_load_of_all_applications() -> None:
    records = [
        at(T0, deployment="a", deployment_served="b", application=name, input_tokens=1)
        for name in ("x", "y")
    ]
    sections, _ = digested(*records, at(T0, deployment="b", input_tokens=2))
    assert sections["load"].sums["uncached_input"].tolist() == [4]


@given(days)
def test_minutes_add_up_exactly_and_are_within_a_token_of_even(
    records: list[RequestRecord],
) -> None:
    sections, index = digested(*records)
    load = sections["load"]
    assert load.total("requests") == len(records)
    assert load.total("output") == sum(each.output_tokens or 0 for each in records)
    assert load.total("uncached_input") + load.total("cached_input") == sum(
        max(each.input_tokens or 0, each.cached_input_tokens or 0) for each in records
    )
    expected: Counter[tuple[tuple[str, str], int]] = Counter()
    touched: Counter[tuple[tuple[str, str], int]] = Counter()
    for each in records:
        for minute, share in even(each).items():
            expected[place(each)[:2], minute] += share
            touched[place(each)[:2], minute] += 1
    found = {
        (key[:2], minute): sums[0] for (key, minute), sums in lines(load, index, "output").items()
    }
    for key, share in expected.items():
        assert abs(found.get(key, 0) - share) < touched[key] + 1e-6
    assert found.keys() <= expected.keys()


def even(record: RequestRecord) -> dict[int, Fraction]:
    made = record.output_tokens or 0
    first = round((record.time_to_first_token_ms or 0) * 1000)
    begin = min(start(record) + first, end(record))
    if begin == end(record):
        return {begin // MINUTE_US: Fraction(made)}
    shares = {}
    for minute in range(begin // MINUTE_US, (end(record) - 1) // MINUTE_US + 1):
        low, high = max(begin, minute * MINUTE_US), min(end(record), (minute + 1) * MINUTE_US)
        shares[minute] = Fraction(made * (high - low), end(record) - begin)
    return shares
