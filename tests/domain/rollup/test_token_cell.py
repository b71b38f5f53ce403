"""Tokens are summed by type, outcome, band of the request's own context, and tier."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.packing import NULL
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.token_cell import cell_term, tier_apart, token_cells, type_of_term
from tests.domain.factories import columns, request, requests


def cells(*records: RequestRecord) -> dict[str, int]:
    batch = columns(*records)
    terms, codes, values, _ = token_cells(batch, batch.ints("error_class") == NULL)
    found: Counter[str] = Counter()
    for code, value in zip(codes.tolist(), values.tolist(), strict=True):
        found[terms[code]] += value
    assert terms == sorted(terms)
    return dict(found)


@pytest.mark.parametrize(
    ("tokens", "band"),
    [
        (1, "128k"),
        (128_000, "128k"),
        (128_001, "272k"),
        (272_000, "272k"),
        (272_001, "long"),
    ],
)
def test_the_band_is_that_of_the_single_request(tokens: int, band: str) -> None:
    assert cells(request(input_tokens=tokens, output_tokens=7)) == {
        f"input|ok|{band}|": tokens,
        f"output|ok|{band}|": 7,
    }


def test_failures_stand_apart() -> None:
    found = cells(request(input_tokens=3), request(input_tokens=4, error_type="timeout"))
    assert found == {"input|ok|128k|": 3, "input|failed|128k|": 4}


def test_a_tier_is_the_one_that_served() -> None:
    served = request(input_tokens=3, service_tier="priority", service_tier_requested="default")
    assert cells(served, request(input_tokens=4)) == {
        "input|ok|128k|priority": 3,
        "input|ok|128k|": 4,
    }


def test_no_tokens_are_no_cells() -> None:
    assert cells(request()) == {}
    assert cells(request(input_tokens=0, output_tokens=0)) == {}


@given(st.lists(requests(), min_size=1, max_size=8))
def test_cells_add_up_to_the_tokens(records: list[RequestRecord]) -> None:
    found = cells(*records)
    for kind, name in (("input", "input_tokens"), ("output", "output_tokens")):
        total = sum(getattr(record, name) or 0 for record in records)
        assert sum(n for term, n in found.items() if type_of_term(term) == kind) == total


@pytest.mark.parametrize("tier", ["", "priority", "a|b", "|"])
def test_a_term_is_taken_apart_before_its_tier(tier: str) -> None:
    term = cell_term("input", "ok", tier, "128k")
    assert tier_apart(term) == ("input|ok|128k|", tier)
