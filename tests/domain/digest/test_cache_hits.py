"""Would-be cache hits and reused prefixes, against a search through all requests."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given

from shared.domain.digest import sightings
from shared.domain.digest.cache_hits import SUMS, WINDOWS_US
from shared.domain.digest.day import DayDigest, sections_of
from shared.domain.digest.prefix import SUMS as PREFIX_SUMS
from shared.domain.digest.prefix import WINDOWS_US as PREFIX_WINDOWS_US
from shared.domain.digest.sightings import Sightings
from shared.domain.packing import NULL
from shared.domain.record.request import RequestRecord
from shared.domain.timeline import DAY_M
from tests.domain.digest.digest_factories import (
    DAY_START,
    at,
    buckets_of,
    days,
    digest_day,
    digested,
    end,
    lines,
    ok,
    place,
    start,
)
from tests.domain.factories import T0, ints

SECOND = timedelta(seconds=1)
MINUTE_US = 60_000_000


def hits(*records: RequestRecord) -> list[int]:
    sections, _ = digested(*records)
    return [sections["cache_hits"].total(f"hits_{window}") for window in WINDOWS_US]


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (timedelta(0), [0, 0, 0]),
        (SECOND, [1, 1, 1]),
        (300 * SECOND, [1, 1, 1]),
        (301 * SECOND, [0, 1, 1]),
        (3600 * SECOND, [0, 1, 1]),
        (3601 * SECOND, [0, 0, 1]),
    ],
    ids=["not-ended-before", "at-once", "at-5m", "past-5m", "at-1h", "past-1h"],
)
def test_a_prompt_hits_within_each_window(gap: timedelta, expected: list[int]) -> None:
    first = at(T0, prompt_hash="p")
    assert hits(first, at(T0 + SECOND + gap, prompt_hash="p")) == expected


def test_another_model_a_failure_and_another_prompt_fill_nothing() -> None:
    again = at(T0 + 60 * SECOND, prompt_hash="p")
    assert hits(at(T0, prompt_hash="q"), again) == [0, 0, 0]
    assert hits(at(T0, prompt_hash="p", model="other"), again) == [0, 0, 0]
    assert hits(at(T0, prompt_hash="p", status_code=500), again) == [0, 0, 0]


def test_a_prompt_answered_yesterday_hits_today() -> None:
    midnight = T0.replace(hour=0)
    yesterday = buckets_of([at(midnight - timedelta(hours=2), prompt_hash="p")])
    today = buckets_of(
        [at(midnight + timedelta(hours=h), prompt_hash="p", model="m") for h in (1,)],
        [at(midnight + timedelta(hours=h), prompt_hash="p") for h in (21,)],
    )
    before = digest_day(DayDigest(), yesterday, DAY_START - DAY_M)
    found = sections_of(digest_day(DayDigest(None, before), today))["cache_hits"]
    assert [found.total(f"hits_{window}") for window in WINDOWS_US] == [0, 0, 1]


@given(days)
def test_hits_are_those_that_a_search_through_all_requests_finds(
    records: list[RequestRecord],
) -> None:
    sections, index = digested(*records)
    expected: dict[tuple[object, ...], Counter[str]] = {}
    for each in records:
        if each.prompt_hash is None or not ok(each):
            continue
        last = last_end(each, records, lambda r: (r.prompt_hash, r.model))
        sums = expected.setdefault((place(each),), Counter())
        sums["requests"] += 1
        for window, window_us in WINDOWS_US.items():
            if last is not None and start(each) - last <= window_us:
                sums[f"hits_{window}"] += 1
                sums[f"input_{window}"] += each.input_tokens or 0
                sums[f"output_{window}"] += each.output_tokens or 0
                sums[f"duration_us_{window}"] += end(each) - start(each)
    assert lines(sections["cache_hits"], index, *SUMS) == {
        key: tuple(sums[name] for name in SUMS) for key, sums in expected.items()
    }


@given(days)
def test_reused_prefixes_are_those_that_a_search_finds(records: list[RequestRecord]) -> None:
    sections, index = digested(*records)
    expected: dict[tuple[object, ...], Counter[str]] = {}
    for each in records:
        if each.prefix_hash is None or not ok(each):
            continue
        last = last_end(each, records, lambda r: (r.prefix_hash, place(r)[:3]))
        sums = expected.setdefault((place(each),), Counter())
        sums["requests"] += 1
        sums["input"] += each.input_tokens or 0
        sums["cached_input"] += each.cached_input_tokens or 0
        for window, window_us in PREFIX_WINDOWS_US.items():
            if last is not None and start(each) - last <= window_us:
                sums[f"seen_{window}"] += 1
                sums[f"input_{window}"] += each.input_tokens or 0
    assert lines(sections["prefix"], index, *PREFIX_SUMS) == {
        key: tuple(sums[name] for name in PREFIX_SUMS) for key, sums in expected.items()
    }


def last_end(record, records, key) -> int | None:  # type: ignore[no-untyped-def]
    ends = [
        end(each)
        for each in records
        if ok(each) and key(each) == key(record) and end(each) < start(record)
    ]
    return max(ends, default=None)


def test_beyond_the_bound_the_oldest_hashes_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "MAX_KEPT", 2)
    seen = Sightings(10**12)
    seen.see(ints(1, 2, 3), ints(10, 20, 30))
    seen.settle(10**11)
    assert seen.ages_us(ints(1, 2, 3), ints(50, 50, 50)).tolist() == [NULL, 30, 20]
    assert seen.forgotten_us == 20


def test_sightings_older_than_the_look_back_are_dropped() -> None:
    seen = Sightings(60 * MINUTE_US)
    seen.see(ints(1, 2), ints(0, 50 * MINUTE_US))
    seen.settle(100 * MINUTE_US)
    assert seen.columns()["keys"].tolist() == [2]


def test_a_long_request_may_miss_an_answer_and_never_invents_one() -> None:
    early, late = at(T0, prompt_hash="p"), at(T0 + timedelta(minutes=30), prompt_hash="p")
    long = at(T0 + timedelta(minutes=15), duration_ms=2 * 3_600_000, prompt_hash="p")
    # The later one hits the first; the long one ends after both and finds only the later.
    assert hits(early, late, long) == [0, 1, 1]
