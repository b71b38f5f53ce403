"""Merging is exact: no order, no cut and no detour shows in the stored bytes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.label import Labels
from shared.domain.packing import Ints
from shared.domain.record.metric_record import MetricRecord
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.measures import METRIC_MEASURES, REQUEST_MEASURES
from shared.domain.rollup.rollup import Rollup, aggregate, empty
from shared.domain.timeline import HOUR_M, minute_of
from tests.domain.factories import (
    MINUTE,
    T0,
    content,
    cuts,
    metric,
    metric_rollup,
    metrics,
    request,
    requests,
    rollup,
)
from tests.domain.plain import plain_rollup, same_as_plain

# An example here is drawn, rolled up, merged and packed several times over.
few = settings(max_examples=20)
some = st.lists(requests(), min_size=1, max_size=6)
cut_requests = some.flatmap(lambda each: st.tuples(st.just(each), cuts(len(each))))
cut_metrics = st.lists(metrics(), min_size=1, max_size=10).flatmap(
    lambda each: st.tuples(st.just(each), cuts(len(each)))
)


def hourly(slots: Ints) -> Ints:
    return slots - slots % HOUR_M


def by_model(labels: Labels) -> Labels | None:
    model = dict(labels)["model"]
    return None if model == "beta" else (("model", model),)


@few
@given(cut_requests)
def test_however_requests_are_cut_and_ordered_the_bytes_are_the_same(
    drawn: tuple[list[RequestRecord], list[list[int]]],
) -> None:
    records, groups = drawn
    parts = [rollup(*(records[at] for at in group), tags=("team",)) for group in groups]
    assert content(*parts) == content(rollup(*records, tags=("team",)))


@few
@given(cut_metrics)
def test_however_metrics_are_cut_and_ordered_the_bytes_are_the_same(
    drawn: tuple[list[MetricRecord], list[list[int]]],
) -> None:
    records, groups = drawn
    parts = [metric_rollup(*(records[at] for at in group)) for group in groups]
    assert content(*parts) == content(metric_rollup(*records))


@few
@given(some, some, some)
def test_merging_is_associative_and_commutative(
    a: list[RequestRecord], b: list[RequestRecord], c: list[RequestRecord]
) -> None:
    x, y, z = rollup(*a), rollup(*b), rollup(*c)
    left = content(aggregate([x, y], REQUEST_MEASURES), z)
    assert left == content(x, aggregate([y, z], REQUEST_MEASURES))
    assert left == content(z, y, x)
    assert left == content(rollup(*a, *b, *c))


@few
@given(some)
def test_merging_nothing_changes_nothing(records: list[RequestRecord]) -> None:
    whole = rollup(*records)
    assert content(whole, empty(REQUEST_MEASURES)) == content(whole)
    assert content(aggregate([whole], REQUEST_MEASURES)) == content(whole)


@few
@given(cut_requests)
def test_hours_from_minutes_are_hours_from_requests(
    drawn: tuple[list[RequestRecord], list[list[int]]],
) -> None:
    records, groups = drawn
    minutes = [rollup(*(records[at] for at in group)) for group in groups]
    merged = aggregate(minutes, REQUEST_MEASURES, step=hourly)
    plain = plain_rollup(records)
    assert merged.ints("n").sum() == len(records)
    assert set(merged.slots.tolist()) == {minute - minute % HOUR_M for minute, _ in plain}
    assert content(aggregate([rollup(*records)], REQUEST_MEASURES, step=hourly)) == content(merged)


@few
@given(some)
def test_grouped_labels_hold_their_series_together(records: list[RequestRecord]) -> None:
    merged = aggregate([rollup(*records)], REQUEST_MEASURES, key=by_model)
    alone = [record for record in records if record.model != "beta"]
    assert list(merged.labels) == sorted({(("model", record.model),) for record in alone})
    assert merged.ints("n").sum() == len(alone)


@few
@given(some, st.data())
def test_rows_selected_are_those_of_their_requests(
    records: list[RequestRecord], data: st.DataObject
) -> None:
    whole = rollup(*records)
    first = data.draw(st.sampled_from(whole.slots.tolist()))
    chosen = whole.between(first, first + 2)
    inside = {key: row for key, row in plain_rollup(records).items() if first <= key[0] < first + 2}
    same_as_plain(aggregate([chosen], REQUEST_MEASURES), inside)


@few
@given(some, st.data())
def test_a_detour_over_selected_rows_leaves_no_trace(
    records: list[RequestRecord], data: st.DataObject
) -> None:
    whole = rollup(*records)
    middle = data.draw(st.sampled_from(whole.slots.tolist()))
    halves = [whole.between(0, middle), whole.between(middle, 2**40)]
    assert content(*halves) == content(whole)
    plain = aggregate([halves[1]], REQUEST_MEASURES)
    assert set(plain.series.tolist()) == set(range(len(plain.labels)))


@few
@given(some, st.sets(st.sampled_from([*REQUEST_MEASURES.dense, *REQUEST_MEASURES.sparse])))
def test_only_the_measures_asked_for_are_kept_and_they_are_the_same(
    records: list[RequestRecord], only: set[str]
) -> None:
    whole = aggregate([rollup(*records)], REQUEST_MEASURES)
    some_of_it = aggregate([rollup(*records)], REQUEST_MEASURES, only=only)
    assert {*some_of_it.dense, *some_of_it.sparse} <= only
    for name in some_of_it.dense:
        np.testing.assert_array_equal(some_of_it.dense[name], whole.dense[name])
    for name in some_of_it.sparse:
        assert some_of_it.sparse[name].sums.tolist() == whole.sparse[name].sums.tolist()


def test_rows_cut_away_leave_no_trace_in_the_bytes() -> None:
    gone = request(model="gone", error_type="gone", output_tokens=5, service_tier="gone")
    kept = request(start_time=T0 + MINUTE)
    later = rollup(gone, kept).between(minute_of(T0) + 1, minute_of(T0) + 2)
    assert content(later) == content(rollup(kept))


def test_a_part_of_the_terms_is_joined_as_if_alone() -> None:
    early, late = request(error_type="b"), request(error_type="c", start_time=T0 + MINUTE)
    parts = [rollup(early, late).between(0, minute_of(T0) + 1), rollup(request(error_type="a"))]
    assert content(*parts) == content(rollup(early, request(error_type="a")))


def test_a_measure_only_some_parts_have_is_zero_in_the_others() -> None:
    twice = rollup(request(model="a"))
    marked = Rollup(
        twice.measures, twice.slots, twice.series, twice.labels, {"duplicates": twice.ints("n")}
    )
    merged = aggregate([marked, rollup(request(model="b"))], REQUEST_MEASURES)
    assert merged.ints("duplicates").tolist() == [1, 0]
    assert merged.ints("n").tolist() == [0, 1]


def test_an_empty_rollup_has_no_rows_and_merges_to_one() -> None:
    for measures in (REQUEST_MEASURES, METRIC_MEASURES):
        merged = aggregate([empty(measures)], measures)
        assert len(merged) == 0
        assert merged.labels == []
        assert merged.ints("n").tolist() == []


def test_a_measure_that_was_not_kept_is_zero_or_unknown() -> None:
    rolled = aggregate([metric_rollup(metric())], METRIC_MEASURES, only={"n"})
    assert rolled.ints("overflow").tolist() == [0]
    assert np.isnan(rolled.floats("value_min")).all()
    assert rolled.entries("sum").keys.tolist() == []
