"""Pages of lists: everything once, whatever the size of a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.services.paging import by_name, latest_first

NAMES = st.sets(st.text("abz_-9", min_size=1, max_size=4))


@given(NAMES, st.integers(1, 7))
def test_every_name_is_on_one_page_in_order(names: set[str], limit: int) -> None:
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page, after = by_name(names, str, limit=limit, after=after)
        assert len(page) == limit or after is None
        found += page
    assert found == sorted(names)


@given(NAMES, st.integers(1, 7))
def test_every_place_is_on_one_page_the_greatest_first(names: set[str], limit: int) -> None:
    found: list[str] = []
    after: str | None = None
    while True:
        page, after = latest_first({name: name for name in names}, limit=limit, after=after)
        found += page
        if after is None:
            break
    assert found == sorted(names, reverse=True)


@pytest.mark.parametrize("limit", [3, 4])
def test_a_page_that_holds_the_rest_has_no_next(limit: int) -> None:
    assert by_name(["c", "a", "b"], str, limit=limit, after=None) == (["a", "b", "c"], None)
