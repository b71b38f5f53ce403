"""Rollups as bytes: one packed block per group of measures, so that a read takes what it needs."""

from collections.abc import Collection, Container, Mapping
from functools import lru_cache

import msgspec
import numpy as np

from shared.domain.label import Labels
from shared.domain.packing import Column, Ints, pack, unpack
from shared.domain.rollup.measures import Measures
from shared.domain.rollup.rollup import Rollup, Sparse

SERIES = "series"
_LABEL_TABLES = 32
_labels_decoder = msgspec.msgpack.Decoder(list[Labels])


def rollup_blocks(rollup: Rollup) -> dict[str, bytes]:
    """Return a rollup's packed blocks: `series` and one for each group that holds something."""
    blocks = {
        SERIES: pack(
            {
                "labels": msgspec.msgpack.encode(list(rollup.labels)),
                "series": rollup.series,
                "slots": _delta(rollup.slots),
            }
        )
    }
    for group in rollup.measures.groups:
        columns = _group_columns(rollup, group)
        if columns:
            blocks[group] = pack(columns)
    return blocks


def rollup_from_blocks(
    blocks: Mapping[str, bytes], measures: Measures, columns: Container[str] | None = None
) -> Rollup:
    """Return the rollup of packed blocks; measures whose block is missing are left out.

    Args:
        blocks: name -> packed columns.
        measures: those there may be.
        columns: what to unpack, see `columns_for`; None unpacks all.
    """
    index = unpack(blocks[SERIES])
    rollup = Rollup(
        measures,
        np.cumsum(index["slots"]),
        index["series"],  # type: ignore[arg-type]
        _label_table(index["labels"]),  # type: ignore[arg-type]
    )
    for group in measures.groups:
        if group in blocks:
            _add_group(rollup, unpack(blocks[group], columns), group)
    return rollup


@lru_cache(_LABEL_TABLES)
def _label_table(packed: bytes) -> list[Labels]:
    """Return label sets; rollups of the same series share one list, which nobody changes."""
    return _labels_decoder.decode(packed)


def blocks_for(measures: Measures, only: Collection[str] | None) -> tuple[str, ...]:
    """Return the blocks that hold the named measures; None names all."""
    if only is None:
        return (SERIES, *measures.groups)
    return (SERIES, *dict.fromkeys(measures.group_of(measure) for measure in only))


def columns_for(measures: Measures, only: Collection[str] | None) -> frozenset[str] | None:
    """Return the columns that hold the named measures; None names all."""
    if only is None:
        return None
    dense = {name for name in only if name in measures.dense}
    sparse = {f"{name}.{part}" for name in only if name in measures.sparse for part in "nkvt"}
    # The latest value is of no use without its time.
    return frozenset(dense | {f"{name}_at" for name in dense} | sparse)


def _group_columns(rollup: Rollup, group: str) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for name, (owner, _) in rollup.measures.dense.items():
        if owner == group and name in rollup.dense:
            columns[name] = rollup.dense[name]
    for name, owner in rollup.measures.sparse.items():
        if owner == group and name in rollup.sparse:
            entries = rollup.sparse[name]
            columns[f"{name}.n"] = np.bincount(entries.rows, minlength=len(rollup))
            columns[f"{name}.k"] = _delta(entries.keys)
            columns[f"{name}.v"] = entries.sums
            if name in rollup.measures.coded:
                columns[f"{name}.t"] = rollup.terms[name]
    return columns


def _add_group(rollup: Rollup, columns: Mapping[str, Column], group: str) -> None:
    for name, (owner, _) in rollup.measures.dense.items():
        if owner == group and name in columns:
            rollup.dense[name] = columns[name]  # type: ignore[assignment]
    for name, owner in rollup.measures.sparse.items():
        if owner == group and f"{name}.n" in columns:
            lengths: Ints = columns[f"{name}.n"]  # type: ignore[assignment]
            rows = np.repeat(np.arange(len(rollup)), lengths)
            keys = np.cumsum(columns[f"{name}.k"])
            rollup.sparse[name] = Sparse(rows, keys, columns[f"{name}.v"])  # type: ignore[arg-type]
            if name in rollup.measures.coded:
                rollup.terms[name] = columns[f"{name}.t"]  # type: ignore[assignment]


def _delta(column: Ints) -> Ints:
    return np.diff(column, prepend=0)
