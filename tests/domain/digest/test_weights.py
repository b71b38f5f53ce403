"""What requests stand for: sums stay of what was reported, estimates stand beside them."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.digest.day import DayDigest, sections_of
from shared.domain.digest.load import SUMS as LOAD_SUMS
from shared.domain.digest.retries import Attempts
from shared.domain.digest.tally import Tally, merged, unseen_name
from shared.domain.digest.view import digest_view
from shared.domain.record.request import RequestRecord
from shared.domain.timeline import DAY_M
from tests.domain.digest.digest_factories import (
    DAY_START,
    at,
    buckets_of,
    days,
    digest_day,
    digested,
    lines,
    take_hour,
)
from tests.domain.factories import MINUTE, T0, ints

weights = st.integers(1, 5)


def weighing(records: Sequence[RequestRecord], weight: float | None) -> list[RequestRecord]:
    return [msgspec.structs.replace(each, sample_weight=weight) for each in records]


def blocks_of(records: Sequence[RequestRecord], stop: int) -> list[dict[str, bytes]]:
    """Return the blocks of a day after some hours, and when it is finished."""
    digest, buckets = DayDigest(), buckets_of(records)
    for hour in range(stop):
        take_hour(digest, buckets, DAY_START + hour * 60)
    half = digest.blocks(finished=False)
    return [half, digest_day(DayDigest(), buckets)]


@given(days, st.integers(0, 24))
def test_weights_of_one_leave_the_very_bytes(records: list[RequestRecord], stop: int) -> None:
    found = blocks_of(weighing(records, 1.0), stop)
    assert found == blocks_of(weighing(records, None), stop)
    for blocks in found:
        for tally in sections_of(blocks).values():
            assert not [name for name in tally.sums if name.startswith("unseen")]


@given(days)
def test_what_was_reported_stays_exact_whatever_it_stands_for(records: list[RequestRecord]) -> None:
    found, _ = digested(*records)
    plain, _ = digested(*weighing(records, None))
    for name, tally in plain.items():
        assert {each: found[name].total(each) for each in tally.sums} == {
            each: tally.total(each) for each in tally.sums
        }


@given(st.lists(st.tuples(days.map(lambda drawn: drawn[0]), weights), min_size=1, max_size=15))
def test_a_request_that_stands_for_some_counts_as_so_many(
    drawn: list[tuple[RequestRecord, int]],
) -> None:
    thinned = [each for record, n in drawn for each in weighing([record], float(n))]
    full = [each for record, n in drawn for each in weighing([record] * n, None)]
    (few, index), (many, _) = digested(*thinned), digested(*full)
    for name in ("outputs", "users", "user_tokens"):
        names = list(many[name].sums)
        estimated, counted = few[name].estimated(), many[name]
        assert lines(estimated, index, *names) == lines(counted, index, *names)
    load, whole = few["load"].estimated(), many["load"]
    assert lines(load, index, *LOAD_SUMS[:-1]) == lines(whole, index, *LOAD_SUMS[:-1])
    assert load.total("output") == whole.total("output")
    made, by_minute = lines(whole, index, "output"), lines(load, index, "output")
    # Each of the requests that one stands for would have been cut to whole tokens by itself.
    most = sum(n for _, n in drawn)
    for key in made.keys() | by_minute.keys():
        assert abs(made.get(key, (0,))[0] - by_minute.get(key, (0,))[0]) <= most


def test_a_minutes_estimate_is_never_below_none() -> None:
    load = digested(at(T0, duration_ms=180_000, output_tokens=100, sample_weight=0.01))[0]["load"]
    whole = load.estimated()
    assert whole.sums["output"].tolist() == [0, 0, 1]
    assert whole.total("requests") == 0


def test_hits_stand_for_as_many_as_their_requests() -> None:
    used = {"prompt_hash": "p", "prefix_hash": "q", "input_tokens": 100, "sample_weight": 10.0}
    sections, _ = digested(at(T0, **used), at(T0 + MINUTE, output_tokens=7, **used))
    hits, prefix = (sections[name] for name in ("cache_hits", "prefix"))
    assert [hits.total(name) for name in ("hits_5m", "input_5m", "output_5m")] == [1, 100, 7]
    whole = hits.estimated()
    assert [whole.total(name) for name in ("hits_5m", "input_5m", "output_5m")] == [10, 1_000, 70]
    assert whole.total("duration_us_5m") == 10_000_000
    behind = prefix.estimated()
    assert [behind.total(name) for name in ("seen_5m", "input_5m", "input")] == [10, 1_000, 2_000]


def test_a_chain_stands_for_chains_like_it() -> None:
    told = {"operation_key": "k", "status_code": 500, "input_tokens": 10, "sample_weight": 4.0}
    chains = digested(*(at(T0 + n * MINUTE, **told) for n in range(3)))[0]["retries"]
    assert (chains.total("chains"), chains.total("failed_tokens")) == (1, 30)
    whole = chains.estimated()
    assert (whole.total("chains"), whole.total("requests"), whole.total("failed")) == (4, 12, 12)
    assert whole.total("failed_tokens") == 120
    assert whole.total("elapsed_us") == 4 * 121_000_000


def test_parts_of_a_request_add_up_over_a_day_before_they_are_rounded() -> None:
    records = [at(T0, input_tokens=1_000, sample_weight=1.5) for _ in range(4)]
    load = digested(*records)[0]["load"].estimated()
    assert (load.total("requests"), load.total("uncached_input")) == (6, 6_000)


def test_attempts_stored_without_weights_are_gone_on_with() -> None:
    stored = Attempts().columns()
    assert "more" not in stored
    old = {name: ints(7) for name in stored} | {"end": ints(1), "start": ints(0)}
    assert Attempts(old).close(None, None).total("chains") == 1


def test_days_with_and_without_estimates_are_one() -> None:
    """A digest made before weights counted has no column for them: it stands for itself."""
    old = Tally({"minute": ints(1, 2)}, {"output": ints(5, 6)})
    new = Tally({"minute": ints(2)}, {"output": ints(1), unseen_name("output"): ints(9)})
    for parts in ([old, new], [new, old]):
        assert merged(parts).sums["output"].tolist() == [5, 7]
        assert merged(parts).estimated().sums["output"].tolist() == [5, 16]


@pytest.mark.parametrize("weight", [None, 10.0])
def test_a_day_is_shown_as_reported_with_what_was_sampled_out_beside_it(
    weight: float | None,
) -> None:
    used = {"user": "ann", "input_tokens": 100, "output_tokens": 5, "sample_weight": weight}
    blocks = digest_day(DayDigest(), buckets_of([at(T0, **used)]))
    view = digest_view(blocks, DAY_START, through=DAY_START + DAY_M, built=T0, final=False)
    (load,), (user,) = view.load, view.users
    more = 9 if weight else 0
    assert (load.requests, load.sampled_out_requests) == (1, more)
    assert (load.uncached_input_tokens, load.sampled_out_tokens) == (100, more * 105)
    assert load.peak_tokens == (1 + more) * 105
    assert (user.input_tokens, user.sampled_out_tokens) == (100, more * 105)


def test_users_are_ranked_by_all_they_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.domain.digest.users.TOP", 1)
    often = at(T0, user="ann", input_tokens=10, sample_weight=20.0)
    once = at(T0 + timedelta(seconds=1), user="bob", input_tokens=100)
    users = digested(often, once)[0]["users"]
    named = users.where(users.keys["user"] != users.keys["user"].min())
    assert named.total("input") == 10
