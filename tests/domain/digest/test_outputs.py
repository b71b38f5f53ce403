"""Lengths of answers by output limit, against counting one by one."""

from collections import Counter
from datetime import timedelta

import numpy as np
from hypothesis import given

from shared.domain.digest.outputs import FINISHES, NO_LIMIT, OTHER_LIMIT, SUMS, TOP
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.sketch import keys_of
from tests.domain.digest.digest_factories import at, days, digested, lines, ok, place
from tests.domain.factories import T0


@given(days)
def test_lengths_are_those_counted_one_by_one(records: list[RequestRecord]) -> None:
    sections, index = digested(*records)
    counted = [each for each in records if ok(each) and each.output_tokens is not None]
    limits = named_limits(counted)
    expected: dict[tuple[object, ...], list[int]] = {}
    for each in counted:
        limit = NO_LIMIT if each.max_tokens is None else each.max_tokens
        if limit != NO_LIMIT and limit not in limits[place(each)]:
            limit = OTHER_LIMIT
        word = each.finish_reason or ""
        finish = FINISHES.index(word if word in FINISHES else "other")
        (bucket,) = keys_of(np.array([float(each.output_tokens or 0)])).tolist()
        sums = expected.setdefault((place(each), limit, finish, bucket), [0, 0, 0])
        sums[0] += 1
        sums[1] += each.output_tokens or 0
        sums[2] += each.reasoning_tokens or 0
    found = lines(sections["outputs"], index, *SUMS)
    assert found == {key: tuple(sums) for key, sums in expected.items()}


def named_limits(records: list[RequestRecord]) -> dict[object, set[int]]:
    counts: dict[object, Counter[int]] = {}
    for each in records:
        own = counts.setdefault(place(each), Counter())
        if each.max_tokens is not None:
            own[each.max_tokens] += 1
    return {
        key: set(sorted(own, key=lambda limit, own=own: (-own[limit], limit))[:TOP])
        for key, own in counts.items()
    }


def test_the_sixteen_most_frequent_limits_keep_their_name() -> None:
    records = [
        at(T0 + timedelta(seconds=n), max_tokens=limit, output_tokens=1)
        for limit in range(1, 21)
        for n in range(limit)
    ]
    outputs = digested(*records, at(T0, output_tokens=1))[0]["outputs"]
    limits = dict(
        zip(outputs.keys["limit"].tolist(), outputs.sums["requests"].tolist(), strict=True)
    )
    assert limits == {n: n for n in range(5, 21)} | {OTHER_LIMIT: 1 + 2 + 3 + 4, NO_LIMIT: 1}
