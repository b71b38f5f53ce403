"""Requests and metrics with defaults, strategies that draw them, and rollups in comparable form."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from shared.domain.record.batch import Batch
from shared.domain.record.columns import columns_of
from shared.domain.record.metric_record import MetricKind, MetricRecord, metric_columns
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.codec import rollup_blocks
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.metrics import rollup_metrics
from shared.domain.rollup.requests import rollup_requests
from shared.domain.rollup.rollup import Rollup, aggregate

T0 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HASH_KEY = b"a key of the tests"


def request(**fields: Any) -> RequestRecord:
    """Return a successful request of one second that started at T0."""
    return RequestRecord(
        **({"model": "gpt-5-mini", "start_time": T0, "duration_ms": 1000.0} | fields)
    )


def metric(**fields: Any) -> MetricRecord:
    """Return a gauge of 4 at T0."""
    given = {"name": "queue_depth", "kind": MetricKind.GAUGE, "timestamp": T0} | fields
    return MetricRecord(**(given if "values" in given else {"value": 4.0} | given))


def columns(*records: RequestRecord) -> Batch:
    """Return requests as columns."""
    return columns_of(records, HASH_KEY)


def rollup(*records: RequestRecord, tags: Sequence[str] = ()) -> Rollup:
    """Return the rollup of requests."""
    return rollup_requests(columns(*records), tags)


def metric_rollup(*records: MetricRecord) -> Rollup:
    """Return the rollup of metrics."""
    return rollup_metrics(metric_columns(records)[0])


def content(*parts: Rollup) -> dict[str, bytes]:
    """Return the stored bytes of merged rollups."""
    measures = parts[0].measures if parts else REQUEST_MEASURES
    return rollup_blocks(aggregate(parts, measures))


def terms_by_row(rolled: Rollup, measure: str) -> list[dict[str, int]]:
    """Return a coded measure as one mapping of terms to sums per row."""
    found: list[dict[str, int]] = [{} for _ in range(len(rolled))]
    entries = rolled.entries(measure)
    triples = zip(entries.rows.tolist(), entries.keys.tolist(), entries.sums.tolist(), strict=True)
    for row, key, total in triples:
        found[row][rolled.terms[measure][key]] = total
    return found


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return integers as a column."""
    return np.array(values, np.int64)


def cuts(size: int) -> st.SearchStrategy[list[list[int]]]:
    """Draw a way to cut `size` things into shuffled groups, none of them empty."""
    owners = st.lists(st.integers(0, 3), min_size=size, max_size=size)
    return st.tuples(owners, st.permutations(range(size))).map(_grouped)


def _grouped(drawn: tuple[list[int], Sequence[int]]) -> list[list[int]]:
    owners, order = drawn
    groups = [[at for at in order if owners[at] == owner] for owner in range(4)]
    return [group for group in groups if group]


_words = st.sampled_from(["alpha", "beta", "gamma", "δέλτα"])
_tokens = st.none() | st.integers(0, 300_000)
_milliseconds = st.integers(0, 10**8).map(lambda micros: micros / 1000)


@st.composite
def requests(draw: st.DrawFn) -> RequestRecord:
    """Draw a request: few names, so that series meet; parts never above their whole."""
    sent, made = draw(_tokens), draw(_tokens)
    return RequestRecord(
        model=draw(_words),
        start_time=T0 + timedelta(microseconds=draw(st.integers(0, 4 * 10**8))),
        duration_ms=draw(_milliseconds),
        deployment=draw(st.none() | _words),
        deployment_served=draw(st.none() | _words),
        application=draw(st.none() | _words),
        time_to_first_token_ms=draw(st.none() | _milliseconds),
        input_tokens=sent,
        output_tokens=made,
        cached_input_tokens=draw(st.none() | st.integers(0, sent or 0)),
        reasoning_tokens=draw(st.none() | st.integers(0, made or 0)),
        error_type=draw(st.none() | st.sampled_from(["timeout", "RateLimitError", "bad"])),
        status_code=draw(st.none() | st.sampled_from([200, 400, 429, 500])),
        finish_reason=draw(st.none() | st.sampled_from(["stop", "length"])),
        service_tier=draw(st.none() | st.sampled_from(["default", "priority"])),
        max_tokens=draw(_tokens),
        attempt=draw(st.none() | st.integers(1, 3)),
        stream=draw(st.none() | st.booleans()),
        sample_weight=draw(st.none() | st.sampled_from([0.5, 1.0, 10.0])),
        tags=draw(st.none() | st.dictionaries(st.sampled_from(["team", "model"]), _words)),
    )


_values = st.floats(-1e300, 1e300)


@st.composite
def metrics(draw: st.DrawFn) -> MetricRecord:
    """Draw a metric; a name has one kind, and scores lie within their bounds."""
    name = draw(st.sampled_from(["depth", "wait", "model_quality_tone"]))
    many = draw(st.none() | st.lists(_values, min_size=1, max_size=4)) if name == "wait" else None
    own = st.floats(-2, 2) if name == "model_quality_tone" else _values
    return MetricRecord(
        name=name,
        kind=MetricKind.TIMER if name == "wait" else MetricKind.GAUGE,
        timestamp=T0 + timedelta(microseconds=draw(st.integers(0, 4 * 10**8))),
        value=draw(own) if many is None else None,
        values=many,
        attributes=draw(st.none() | st.dictionaries(_words, _words, max_size=2)),
    )
