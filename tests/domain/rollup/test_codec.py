"""Rollups come back from their blocks, whole or only the measures asked for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.record.metric_record import MetricRecord
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.codec import SERIES, blocks_for, rollup_blocks, rollup_from_blocks
from shared.domain.rollup.measures import METRIC_MEASURES, REQUEST_MEASURES, Measures
from shared.domain.rollup.rollup import Rollup, aggregate, empty
from tests.domain.factories import metric_rollup, metrics, request, requests, rollup

MEASURES = (REQUEST_MEASURES, METRIC_MEASURES)


def assert_same(back: Rollup, whole: Rollup) -> None:
    assert back.slots.tolist() == whole.slots.tolist()
    assert back.series.tolist() == whole.series.tolist()
    assert list(back.labels) == list(whole.labels)
    assert back.terms == whole.terms
    assert back.dense.keys() == whole.dense.keys()
    assert back.sparse.keys() == whole.sparse.keys()
    for name in whole.dense:
        np.testing.assert_array_equal(back.dense[name], whole.dense[name])
    for name, entries in whole.sparse.items():
        assert back.sparse[name].rows.tolist() == entries.rows.tolist()
        assert back.sparse[name].keys.tolist() == entries.keys.tolist()
        assert back.sparse[name].sums.tolist() == entries.sums.tolist()


@given(st.lists(requests(), min_size=1, max_size=8))
def test_a_rollup_of_requests_comes_back(records: list[RequestRecord]) -> None:
    whole = rollup(*records, tags=("team",))
    assert_same(rollup_from_blocks(rollup_blocks(whole), REQUEST_MEASURES), whole)


@given(st.lists(metrics(), min_size=1, max_size=8))
def test_a_rollup_of_metrics_comes_back(records: list[MetricRecord]) -> None:
    whole = metric_rollup(*records)
    assert_same(rollup_from_blocks(rollup_blocks(whole), METRIC_MEASURES), whole)


def test_an_empty_rollup_comes_back_from_one_block() -> None:
    for measures in MEASURES:
        blocks = rollup_blocks(empty(measures))
        assert set(blocks) == {SERIES}
        assert_same(rollup_from_blocks(blocks, measures), empty(measures))


def test_only_the_blocks_read_give_measures() -> None:
    whole = rollup(request(input_tokens=3, error_type="timeout"), request())
    blocks = rollup_blocks(whole)
    wanted = blocks_for(REQUEST_MEASURES, {"n", "error_type"})
    assert wanted[0] == SERIES
    assert set(wanted) == {SERIES, "counts", "errors"}
    part = rollup_from_blocks({name: blocks[name] for name in wanted}, REQUEST_MEASURES)
    assert part.ints("n").tolist() == [2]
    assert set(part.sparse) == {"error_type", "error_class"}
    assert set(part.dense) == {
        name for name, (group, _) in REQUEST_MEASURES.dense.items() if group == "counts"
    } & set(whole.dense)


def test_no_choice_reads_every_block() -> None:
    for measures in MEASURES:
        assert blocks_for(measures, None) == (SERIES, *measures.groups)
        assert blocks_for(measures, []) == (SERIES,)


def test_measures_of_a_later_version_are_passed_over() -> None:
    whole = rollup(request())
    earlier = Measures({"n": REQUEST_MEASURES.dense["n"]}, {}, frozenset())
    assert set(rollup_from_blocks(rollup_blocks(whole), earlier).dense) == {"n"}


def test_a_measure_that_an_earlier_version_did_not_keep_merges_as_zero() -> None:
    whole = rollup(request())
    earlier = rollup_from_blocks(rollup_blocks(whole), REQUEST_MEASURES)
    del earlier.dense["retries"], earlier.dense["latency_min"]
    merged = aggregate([earlier, rollup(request(attempt=2))], REQUEST_MEASURES)
    assert merged.ints("retries").tolist() == [1]
    assert merged.ints("latency_min").tolist() == [1_000_000]


def test_every_measure_belongs_to_a_group_that_is_no_other_block() -> None:
    for measures in MEASURES:
        for name in (*measures.dense, *measures.sparse):
            assert measures.group_of(name) in measures.groups
        assert SERIES not in measures.groups
        assert not measures.dense.keys() & measures.sparse.keys()
        assert measures.coded <= measures.sparse.keys()
