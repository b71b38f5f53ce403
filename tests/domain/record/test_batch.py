"""Batches keep their rows through selecting, joining and compacting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.packing import NULL, Column
from shared.domain.record.batch import Batch, coded, concatenate
from tests.domain.factories import ints

word = st.none() | st.sampled_from(["a", "b", "ü", "__other__"])
number = st.none() | st.integers(-5, 5)
rows = st.lists(st.tuples(word, word, number, st.none() | st.floats(0, 1)), min_size=1, max_size=12)

type Row = tuple[str | None, str | None, int | None, float | None]


def batch_of(drawn: list[Row]) -> Batch:
    codes, table = coded([row[0] for row in drawn])
    columns: dict[str, Column] = {
        "name": codes,
        "name#": table,
        "text": [row[1] or "" for row in drawn],
        "count": np.array([NULL if row[2] is None else row[2] for row in drawn], np.int64),
        "real": np.array([np.nan if row[3] is None else row[3] for row in drawn], np.float64),
    }
    return Batch(len(drawn), columns)


def rows_of(batch: Batch) -> list[Row]:
    whole = [None if count == NULL else count for count in batch.ints("count").tolist()]
    real = [None if np.isnan(value) else value for value in batch.floats("real").tolist()]
    names, texts = batch.texts("name"), batch.texts("text")
    return list(zip(names, texts, whole, real, strict=True))


@given(rows)
def test_compacting_keeps_every_row(drawn: list[Row]) -> None:
    compact = batch_of(drawn).compacted()
    assert rows_of(compact) == drawn
    assert all(text in compact.texts("name") for text in compact.table("name"))


@given(rows)
def test_compacting_leaves_out_what_is_null_throughout(drawn: list[Row]) -> None:
    known = [any(row[at] is not None for row in drawn) for at in range(4)]
    names = ["name", "text", "count", "real"]
    expected = {name for name, present in zip(names, known, strict=True) if present}
    assert {n for n in batch_of(drawn).compacted().columns if not n.endswith("#")} == expected


@given(rows, st.data())
def test_rows_are_those_selected_in_order(drawn: list[Row], data: st.DataObject) -> None:
    mask = data.draw(st.lists(st.booleans(), min_size=len(drawn), max_size=len(drawn)))
    chosen = batch_of(drawn).rows(np.array(mask, np.bool_))
    expected = [row for row, kept in zip(drawn, mask, strict=True) if kept]
    assert rows_of(chosen) == expected
    assert chosen.size == len(expected)


@given(st.lists(rows, min_size=1, max_size=4), st.booleans())
def test_joined_batches_have_all_rows_in_order(drawn: list[list[Row]], compact: bool) -> None:
    batches = [batch_of(each) for each in drawn]
    joined = concatenate([b.compacted() for b in batches] if compact else batches)
    assert rows_of(joined) == [row for each in drawn for row in each]


@given(rows, st.data())
def test_what_was_cut_away_leaves_no_trace(drawn: list[Row], data: st.DataObject) -> None:
    mask = data.draw(st.lists(st.booleans(), min_size=len(drawn), max_size=len(drawn)))
    cut = batch_of(drawn).rows(np.array(mask, np.bool_)).compacted()
    alone = batch_of([row for row, kept in zip(drawn, mask, strict=True) if kept]).compacted()
    assert rows_of(cut) == rows_of(alone)
    assert cut.columns.keys() == alone.columns.keys()
    assert sorted(cut.table("name")) == sorted(alone.table("name"))


def test_a_table_loses_the_texts_of_rows_cut_away() -> None:
    cut = batch_of([("a", None, 1, None), ("b", None, 2, None)]).rows(np.array([1])).compacted()
    assert cut.table("name") == ["b"]
    assert cut.ints("name").tolist() == [0]


def test_a_missing_column_is_all_null() -> None:
    batch = Batch(2)
    assert batch.ints("x").tolist() == [NULL, NULL]
    assert np.isnan(batch.floats("x")).all()
    assert batch.texts("x") == [None, None]
    assert batch.table("x") == []


def test_without_drops_the_named_columns_with_their_tables() -> None:
    kept = batch_of([("a", "x", 1, 0.5)]).without({"name", "count"})
    assert set(kept.columns) == {"text", "real"}


@pytest.mark.parametrize(
    ("values", "codes", "table"),
    [
        pytest.param(["b", "a", "b"], [0, 1, 0], ["b", "a"], id="order-of-appearance"),
        pytest.param([None, "a", None], [NULL, 0, NULL], ["a"], id="nulls"),
        pytest.param([None, None], [NULL, NULL], [], id="all-null"),
        pytest.param(["", None], [0, NULL], [""], id="empty-is-not-null"),
        pytest.param([], [], [], id="no-rows"),
    ],
)
def test_texts_are_coded(values: list[str | None], codes: list[int], table: list[str]) -> None:
    found, distinct = coded(values)
    assert found.tolist() == codes
    assert distinct == table


def test_joining_one_batch_gives_it_back() -> None:
    batch = Batch(1, {"x": ints(1)})
    assert concatenate([batch]) is batch
    assert concatenate([]).size == 0
