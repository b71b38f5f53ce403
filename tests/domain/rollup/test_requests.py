"""The rollup of requests holds what a plain loop over them finds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.packing import NULL
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.measures import MOMENT_SCALE
from shared.domain.rollup.requests import rollup_requests, served_deployment
from shared.domain.rollup.sketch import keys_of
from shared.domain.timeline import minute_of
from tests.domain.factories import MINUTE, T0, columns, request, requests, rollup
from tests.domain.plain import plain_rollup, same_as_plain


@given(st.lists(requests(), min_size=1, max_size=12))
def test_a_rollup_holds_what_a_plain_loop_finds(records: list[RequestRecord]) -> None:
    same_as_plain(rollup(*records), plain_rollup(records))


@given(st.lists(requests(), min_size=1, max_size=8))
def test_moments_are_sums_of_rounded_logarithms(records: list[RequestRecord]) -> None:
    expected = [0] * 10
    for record in records:
        failed = record.error_type or (record.status_code or 0) >= 400
        if failed or record.input_tokens is None or record.output_tokens is None:
            continue
        latency, made, uncached = (
            round(math.log(whole) * MOMENT_SCALE)
            for whole in (
                max(1, round(record.duration_ms * 1000)),
                1 + record.output_tokens,
                1 + record.input_tokens - (record.cached_input_tokens or 0),
            )
        )
        found = [1, latency, made, uncached, latency**2, made**2, uncached**2]
        found += [latency * made, latency * uncached, made * uncached]
        expected = [a + b for a, b in zip(expected, found, strict=True)]
    rolled = rollup(*records)
    names = ["n", "l", "o", "u", "ll", "oo", "uu", "lo", "lu", "ou"]
    assert [int(rolled.ints(f"moment_{name}").sum()) for name in names] == expected


def test_a_request_counts_in_the_minute_it_ended() -> None:
    records = [
        request(duration_ms=59_999.999),
        request(duration_ms=60_000),
        request(start_time=T0 - MINUTE, duration_ms=0),
    ]
    start = minute_of(T0)
    assert rollup(*records).slots.tolist() == [start - 1, start, start + 1]


@pytest.mark.parametrize(
    ("fields", "measure", "values"),
    [
        ({}, "latency_sketch", [1e6]),
        ({"error_type": "x"}, "failed_sketch", [1e6]),
        ({"time_to_first_token_ms": 2}, "first_token_sketch", [2000]),
        ({"input_tokens": 0}, "input_sketch", [0]),
        ({"output_tokens": 9}, "output_stop_sketch", [9]),
        ({"output_tokens": 9, "finish_reason": "stop"}, "output_stop_sketch", [9]),
        ({"output_tokens": 9, "finish_reason": "length"}, "output_length_sketch", [9]),
        ({"output_tokens": 9}, "speed_sketch", [9]),
        ({"output_tokens": 9, "time_to_first_token_ms": 500}, "speed_sketch", [18]),
        ({"output_tokens": 9, "time_to_first_token_ms": 1000}, "speed_sketch", []),
        ({"output_tokens": 0}, "speed_sketch", []),
        ({"output_tokens": 9, "error_type": "x"}, "output_stop_sketch", []),
        ({}, "failed_sketch", []),
        ({}, "first_token_sketch", []),
    ],
)
def test_a_value_goes_into_its_sketch(
    fields: dict[str, object], measure: str, values: list[float]
) -> None:
    found = rollup(request(**fields)).entries(measure)
    assert found.keys.tolist() == keys_of(np.array(values, np.float64)).tolist()


def test_a_spilled_request_belongs_to_the_deployment_that_served_it() -> None:
    records = [
        request(deployment="a", deployment_served="b"),
        request(deployment="b"),
        request(deployment="b", deployment_served="b"),
    ]
    rolled = rollup(*records)
    assert [dict(labels)["deployment"] for labels in rolled.labels] == ["b"]
    assert (rolled.ints("n").tolist(), rolled.ints("spilled").tolist()) == ([3], [1])
    assert served_deployment(columns(*records)) == ["b", "b", "b"]


def test_tags_tell_series_apart_only_where_they_are_named() -> None:
    records = [request(tags={"team": "a", "x": "1"}), request(tags={"team": "b"}), request()]
    assert len(rollup(*records).labels) == 1
    found = rollup(*records, tags=("team",)).labels
    assert [dict(labels).get("team") for labels in found] == [None, "a", "b"]


def test_an_empty_tag_is_no_tag_and_a_tag_never_replaces_a_label() -> None:
    rolled = rollup(request(tags={"team": "", "model": "x"}), tags=("team", "model"))
    assert dict(rolled.labels[0]) == {"deployment": "gpt-5-mini", "model": "gpt-5-mini"}


def test_rows_cut_away_leave_no_trace() -> None:
    failed = request(error_type="gone", finish_reason="gone", model="gone", tags={"t": "gone"})
    batch = columns(failed, request()).rows(np.array([1]))
    rolled = rollup_requests(batch, ("t",))
    assert "gone" not in repr((rolled.labels, rolled.terms))
    assert len(rolled.entries("error_type").rows) == 0


def test_all_failed_requests_have_no_latency() -> None:
    rolled = rollup(request(error_type="timeout"))
    assert rolled.ints("latency_min").tolist() == [NULL]
    assert rolled.ints("failed_max").tolist() == [1_000_000]
    assert rolled.ints("n_ok").tolist() == [0]


def test_the_largest_counts_are_exact() -> None:
    records = [request(input_tokens=2**53, output_tokens=2**53 - n) for n in range(200)]
    expected = sum(2**54 - n for n in range(200))
    assert rollup(*records).ints("usage_sum").tolist() == [expected]


def test_many_distinct_words_take_no_quadratic_time() -> None:
    records = [
        request(error_type=f"e{n}", service_tier=f"t{n}", input_tokens=1) for n in range(4_000)
    ]
    rolled = rollup(*records)
    assert len(rolled.terms["error_type"]) == len(rolled.terms["tokens"]) == 4_000
