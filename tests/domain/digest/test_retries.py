"""Retry chains, against following each operation_key by hand."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given

from shared.domain.digest.retries import MOST_ATTEMPTS, SUMS
from shared.domain.record.request import RequestRecord
from tests.domain.digest.digest_factories import (
    at,
    by_end,
    days,
    digested,
    end,
    lines,
    ok,
    place,
    start,
)
from tests.domain.factories import T0

GAP_US = 900_000_000


@given(days)
def test_chains_are_those_followed_by_hand(records: list[RequestRecord]) -> None:
    # Two attempts that start and end together have no order.
    records = list(
        {(each.operation_key, start(each), end(each)): each for each in records}.values()
    )
    sections, index = digested(*records)
    expected: dict[tuple[object, ...], Counter[str]] = {}
    for chain in followed(records):
        failed = [each for each in chain if not ok(each)]
        key = place(chain[0]), min(len(chain), MOST_ATTEMPTS), int(len(failed) < len(chain))
        sums = expected.setdefault(key, Counter())
        sums["chains"] += 1
        sums["requests"] += len(chain)
        sums["failed"] += len(failed)
        sums["failed_tokens"] += sum((e.input_tokens or 0) + (e.output_tokens or 0) for e in failed)
        sums["failed_us"] += sum(end(each) - start(each) for each in failed)
        sums["elapsed_us"] += max(map(end, chain)) - min(map(start, chain))
        sums["throttled"] += sum(each.status_code == 429 for each in chain)
        for each, following in pairwise(chain):
            if each.status_code == 429 and each.retry_after_ms is not None:
                back = end(each) + round(each.retry_after_ms * 1000)
                sums["honoured" if start(following) >= back else "early"] += 1
    assert lines(sections["retries"], index, *SUMS) == {
        key: tuple(sums[name] for name in SUMS) for key, sums in expected.items()
    }


def followed(records: list[RequestRecord]) -> list[list[RequestRecord]]:
    chains: list[list[RequestRecord]] = []
    for key in sorted({each.operation_key for each in records if each.operation_key}):
        last = None
        for each in by_end(record for record in records if record.operation_key == key):
            if last is None or end(each) - last > GAP_US:
                chains.append([])
            chains[-1].append(each)
            last = end(each)
    return chains


@pytest.mark.parametrize(
    ("wait_ms", "honoured", "early"), [(1999, 1, 0), (2000, 1, 0), (2001, 0, 1)]
)
def test_a_retry_waits_as_long_as_it_was_told(wait_ms: float, honoured: int, early: int) -> None:
    refused = at(T0, operation_key="k", status_code=429, retry_after_ms=wait_ms)
    again = at(T0 + timedelta(seconds=3), operation_key="k")
    retries = digested(refused, again)[0]["retries"]
    assert (retries.total("honoured"), retries.total("early")) == (honoured, early)


def test_a_chain_crosses_an_hour() -> None:
    refused = at(T0 - timedelta(seconds=2), operation_key="k", status_code=500)
    again = at(T0 + timedelta(minutes=10), operation_key="k")
    retries = digested(refused, again)[0]["retries"]
    assert (retries.total("chains"), retries.total("requests")) == (1, 2)


@pytest.mark.parametrize(("gap_us", "chains"), [(900_000_000, 1), (900_000_001, 2)])
def test_attempts_that_end_too_far_apart_are_two_chains(gap_us: int, chains: int) -> None:
    again = T0 + timedelta(microseconds=gap_us)
    records = [at(moment, operation_key="k") for moment in (T0, again)]
    assert digested(*records)[0]["retries"].total("chains") == chains
