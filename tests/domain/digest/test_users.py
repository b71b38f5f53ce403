"""The users with most tokens, against counting one by one."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.digest.tally import tally_of
from shared.domain.digest.users import OTHERS, SUMS, TOP, cut_users
from shared.domain.record.request import RequestRecord
from tests.domain.digest.digest_factories import at, days, digested, ok
from tests.domain.factories import T0, columns


@given(days)
def test_users_have_what_is_counted_one_by_one(records: list[RequestRecord]) -> None:
    users = digested(*records)[0]["users"]
    expected: dict[str, Counter[str]] = {}
    for each in records:
        if each.user:
            sums = expected.setdefault(each.user, Counter())
            sums.update(requests=1, failed=not ok(each))
            sums.update(input=each.input_tokens or 0, output=each.output_tokens or 0)
    codes = {name: int(columns(at(T0, user=name)).ints("user_hash")[0]) for name in expected}
    rows = zip(*(users.sums[name].tolist() for name in SUMS), strict=True)
    assert dict(zip(users.keys["user"].tolist(), rows, strict=True)) == {
        codes[name]: tuple(sums[each] for each in SUMS) for name, sums in expected.items()
    }


def test_all_but_the_top_fifty_are_summed() -> None:
    records = [at(T0, user=f"u{n}", input_tokens=n, output_tokens=1) for n in range(60)]
    users = digested(*records)[0]["users"]
    named = users.keys["user"] != OTHERS
    assert int(named.sum()) == TOP
    assert users.sums["input"][named].min() == 10
    assert users.sums["requests"][~named].tolist() == [10]
    assert users.total("input") == sum(range(60))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99)), min_size=1), st.integers(1, 9))
def test_a_cut_takes_no_more_from_a_user_than_it_says(
    uses: list[tuple[int, int]], keep: int
) -> None:
    user, tokens = (np.array(column, np.int64) for column in zip(*uses, strict=True))
    whole = tally_of({"user": user}, {n: tokens if n == "input" else user * 0 for n in SUMS})
    cut, lost = cut_users(whole, keep)
    left = dict(zip(cut.keys["user"].tolist(), cut.sums["input"].tolist(), strict=True))
    assert cut.total("input") == whole.total("input")
    for name, had in zip(whole.keys["user"].tolist(), whole.sums["input"].tolist(), strict=True):
        assert had - left.get(name, 0) <= lost
