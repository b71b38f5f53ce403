"""A whole day: the same bytes however it was cut, exact sums when something is too many."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.digest import outputs, rows, sightings, users
from shared.domain.digest.day import DayDigest, index_of, sections_of
from shared.domain.label import OTHER
from shared.domain.record.request import RequestRecord
from shared.domain.timeline import DAY_M, HOUR_M
from tests.domain.digest.digest_factories import (
    DAY_START,
    at,
    buckets_of,
    day_requests,
    days,
    digest_day,
    digested,
    take_hour,
)
from tests.domain.factories import T0

some = st.lists(day_requests(), min_size=1, max_size=12)


@given(days, st.sets(st.integers(0, 23)))
def test_a_day_gone_on_with_from_its_blocks_has_the_same_bytes(
    records: list[RequestRecord], stops: set[int]
) -> None:
    buckets = buckets_of(records)
    digest = DayDigest()
    for hour in range(24):
        take_hour(digest, buckets, DAY_START + hour * HOUR_M)
        if hour in stops:
            digest = DayDigest(digest.blocks(finished=False))
    digest.finish()
    assert digest.blocks(finished=True) == digest_day(DayDigest(), buckets)


@given(some, some)
def test_chunks_of_a_bucket_add_up_to_one(
    first: list[RequestRecord], second: list[RequestRecord]
) -> None:
    apart = sections_of(digest_day(DayDigest(), buckets_of(first, second)))
    together = sections_of(digest_day(DayDigest(), buckets_of([*first, *second])))
    for name in ("load", "cache_hits", "prefix", "outputs", "users"):
        totals = [
            {each: tally.total(each) for each in tally.sums}
            for tally in (apart[name], together[name])
        ]
        assert totals[0] == totals[1]


def test_series_past_the_bound_give_up_their_application_then_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows, "MAX_SERIES", 2)
    records = [
        at(T0 + timedelta(seconds=n), application=f"a{n}", model=f"m{n}", input_tokens=1)
        for n in range(6)
    ]
    sections, index = digested(*records)
    assert index.places == [
        ("", "m0", "m0", "a0"),
        ("", "m1", "m1", "a1"),
        ("", "m2", "m2", OTHER),
        ("", "m3", "m3", OTHER),
        (OTHER, OTHER, OTHER, OTHER),
    ]
    assert sections["load"].total("uncached_input") == 6


def test_users_past_the_bound_are_cut_each_hour_and_the_loss_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(users, "MAX_COUNTED", 2)
    records = [at(T0, user=f"u{n}", input_tokens=10 * n) for n in range(1, 5)]
    sections, index = digested(*records)
    assert sections["users"].total("input") == 100
    assert index.short_by_tokens == 20


def test_limits_past_the_bound_are_cut_within_the_day_and_sums_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outputs, "MAX_ROWS", 1)
    monkeypatch.setattr(outputs, "TOP_WITHIN_DAY", 1)
    records = [at(T0, max_tokens=limit, output_tokens=3) for limit in (5, 5, 6, 7)]
    found = digested(*records)[0]["outputs"]
    assert found.keys["limit"].tolist() == [outputs.OTHER_LIMIT, 5]
    assert found.sums["requests"].tolist() == [2, 2]


def test_an_empty_day_has_empty_sections() -> None:
    blocks = digest_day(DayDigest(), {}, DAY_START + DAY_M)
    assert not any(map(len, sections_of(blocks).values()))
    assert index_of(blocks).requests == 0


def test_a_look_back_cut_short_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "MAX_KEPT", 1)
    records = [at(T0 + timedelta(minutes=n), prompt_hash=f"p{n}") for n in (0, 10, 20)]
    _, index = digested(*records)
    # The second of the three is the last forgotten, at the hour's end.
    assert index.look_back_us == 40 * 60_000_000 - 1_000_000
    assert digested(*records[:1])[1].look_back_us == 86_400_000_000
