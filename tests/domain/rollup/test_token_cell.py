"""Tokens and requests are summed by outcome, band of the request's own context, and tier."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.record.request import RequestRecord
from shared.domain.rollup.call_cell import call_cells
from shared.domain.rollup.price_cell import Places, cell_of, cell_term, kind_of_term, tier_apart
from shared.domain.rollup.token_cell import token_cells, unseen_cells
from tests.domain.factories import columns, request, requests


def cells(*records: RequestRecord, of: Any = token_cells) -> dict[str, int]:
    batch = columns(*records)
    terms, codes, values, rows = of(batch, Places(batch))
    found: Counter[str] = Counter()
    for code, value in zip(codes.tolist(), values.tolist(), strict=True):
        found[terms[code]] += value
    assert terms == sorted(terms)
    assert len(rows) == len(values)
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


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"status_code": 200}, "ok"),
        ({"status_code": 400}, "failed"),
        ({"status_code": 400, "error_type": "content_filter"}, "failed"),
        ({"status_code": 408}, "failed"),
        ({"status_code": 500}, "failed"),
        ({"status_code": 401}, "refused"),
        ({"status_code": 403}, "refused"),
        ({"status_code": 404}, "refused"),
        ({"status_code": 429}, "refused"),
        ({"error_type": "RateLimitError"}, "refused"),
        ({"error_type": "NoCapacity", "status_code": 503}, "failed"),
        ({"error_type": "NoCapacity"}, "refused"),
        ({"error_type": "timeout"}, "failed"),
    ],
)
def test_what_was_turned_away_unprocessed_stands_apart(
    fields: dict[str, Any], outcome: str
) -> None:
    assert cells(request(input_tokens=4, **fields)) == {f"input|{outcome}|128k|": 4}


def test_requests_are_counted_by_cell_with_and_without_usage() -> None:
    found = cells(
        request(input_tokens=3, service_tier="flex"),
        request(output_tokens=3),
        request(),
        request(status_code=429),
        request(input_tokens=200_000, error_type="timeout"),
        of=call_cells,
    )
    assert found == {
        "metered|ok|128k|flex": 1,
        "metered|ok|128k|": 1,
        "no_usage|ok|128k|": 1,
        "no_usage|refused|128k|": 1,
        "metered|failed|272k|": 1,
    }


def test_a_weight_tells_of_requests_that_were_not_sent() -> None:
    found = cells(
        request(input_tokens=3, sample_weight=10),
        request(input_tokens=3, sample_weight=0.5),
        request(input_tokens=3, sample_weight=1),
        of=call_cells,
    )
    assert found == {"metered|ok|128k|": 3, "unseen_millionths|ok|128k|": 8_500_000}


def test_what_was_not_sent_is_taken_to_have_used_as_much() -> None:
    records = [
        request(input_tokens=3, output_tokens=7, sample_weight=10),
        request(input_tokens=100, cached_input_tokens=40, sample_weight=0.5),
        request(input_tokens=1000),
    ]
    assert cells(*records, of=unseen_cells) == {
        "input|ok|128k|": 27 - 50,
        "output|ok|128k|": 63,
        "cached_input|ok|128k|": -20,
    }
    assert cells(request(input_tokens=1000), of=unseen_cells) == {}


@given(st.lists(requests(), min_size=1, max_size=8))
def test_every_request_is_in_one_cell(records: list[RequestRecord]) -> None:
    found = cells(*records, of=call_cells)
    counted = {term: n for term, n in found.items() if not term.startswith("unseen")}
    assert sum(counted.values()) == len(records)
    weights = sum(round((record.sample_weight or 1) * 1_000_000) for record in records)
    unseen = sum(n for term, n in found.items() if term.startswith("unseen"))
    assert unseen == weights - 1_000_000 * len(records)


def test_a_tier_is_the_one_that_served() -> None:
    served = request(input_tokens=3, service_tier="priority", service_tier_requested="default")
    assert cells(served, request(input_tokens=4)) == {
        "input|ok|128k|priority": 3,
        "input|ok|128k|": 4,
    }


def test_a_token_is_in_one_part_of_its_side_at_most() -> None:
    overlapping = request(
        input_tokens=10,
        cached_input_tokens=6,
        cache_write_tokens=2,
        audio_input_tokens=5,
        image_input_tokens=1,
        output_tokens=4,
        audio_output_tokens=4,
        image_output_tokens=4,
    )
    assert cells(overlapping, request(input_tokens=100)) == {
        "input|ok|128k|": 110,
        "cached_input|ok|128k|": 6,
        "cache_write|ok|128k|": 2,
        "audio_input|ok|128k|": 2,
        "output|ok|128k|": 4,
        "audio_output|ok|128k|": 4,
    }


def test_no_tokens_are_no_cells() -> None:
    assert cells(request()) == {}
    assert cells(request(input_tokens=0, output_tokens=0)) == {}


@given(st.lists(requests(), min_size=1, max_size=8))
def test_cells_add_up_to_the_tokens(records: list[RequestRecord]) -> None:
    found = cells(*records)
    for kind, name in (("input", "input_tokens"), ("output", "output_tokens")):
        total = sum(getattr(record, name) or 0 for record in records)
        assert sum(n for term, n in found.items() if kind_of_term(term) == kind) == total


@pytest.mark.parametrize("tier", ["", "priority", "a|b", "|"])
def test_a_term_is_taken_apart_before_its_tier(tier: str) -> None:
    term = cell_term("input", "ok", tier, "128k")
    assert tier_apart(term) == ("input|ok|128k|", tier)
    assert cell_of(term) == ("input", "ok", "128k", tier)
