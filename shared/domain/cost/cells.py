"""A rollup's token and call cells as columns, ready to be grouped by whoever pays for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.packing import Ints
from shared.domain.price.charge import SIDES
from shared.domain.price.list_price import Meter
from shared.domain.rollup.call_cell import CallKind
from shared.domain.rollup.price_cell import Cell, Outcome, cell_of
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.token_cell import TokenType

OUTCOMES = tuple(Outcome)
_TYPES = tuple(TokenType)
METERS = tuple(Meter)
CALLS = tuple(CallKind)

type Place = tuple[str, str]
"""The tier that served and the context band: what a price depends on besides the deployment."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Counts, one an entry.

    Attributes:
        rows: index of the rollup's row.
        place: index into the places.
        outcome: index into `OUTCOMES`.
        kind: index into `METERS` or `CALLS`.
        sums: the counts.
    """

    rows: Ints
    place: Ints
    outcome: Ints
    kind: Ints
    sums: Ints


@dataclass(frozen=True, slots=True)
class CellColumns:
    """What a rollup's rows used.

    Attributes:
        places: every tier and band that occurs.
        tokens: tokens by the meter that charges them.
        calls: requests by kind.
        unseen: tokens that requests sampled out are expected to have used, by meter.
    """

    places: Sequence[Place]
    tokens: Entries
    calls: Entries
    unseen: Entries


def cell_columns(rollup: Rollup) -> CellColumns:
    """Return the cells of a rollup that holds `tokens`, `unseen_tokens` and `calls`."""
    names = ("tokens", "unseen_tokens", "calls")
    cells = {name: [cell_of(term) for term in rollup.terms.get(name, [])] for name in names}
    places = sorted({(cell.tier, cell.band) for each in cells.values() for cell in each})
    index = {place: at for at, place in enumerate(places)}
    tokens, unseen, calls = (
        _entries(rollup, name, [_code(cell, index, kinds) for cell in cells[name]])
        for name, kinds in zip(names, (_TYPES, _TYPES, CALLS), strict=True)
    )
    return CellColumns(places, _by_meter(tokens), calls, _by_meter(unseen))


def _code(cell: Cell, index: Mapping[Place, int], kinds: Sequence[str]) -> tuple[int, int, int]:
    place = index[cell.tier, cell.band]
    return place, OUTCOMES.index(Outcome(cell.outcome)), kinds.index(cell.kind)


def _entries(rollup: Rollup, name: str, codes: Sequence[tuple[int, int, int]]) -> Entries:
    entries = rollup.entries(name)
    place, outcome, kind = np.array(codes, np.int64).reshape(-1, 3)[entries.keys].T
    return Entries(entries.rows, place, outcome, kind, entries.sums)


def _by_meter(tokens: Entries) -> Entries:
    """Return each token under one meter: what is a part of a side is taken away from its side.

    Rollups keep parts disjoint, so that this is linear: it may be done before or after summing.
    """
    meter = np.full(len(_TYPES), -1)
    side = np.full(len(_TYPES), -1)
    meter[_TYPES.index(TokenType.OTHER)] = METERS.index(Meter.OTHER)
    for rest, whole, parts in SIDES:
        meter[_TYPES.index(whole)] = METERS.index(rest)
        for part, kind in parts.items():
            meter[_TYPES.index(kind)] = METERS.index(part)
            side[_TYPES.index(kind)] = METERS.index(rest)
    charged, apart = meter[tokens.kind] >= 0, side[tokens.kind] >= 0
    return Entries(
        np.concatenate([tokens.rows[charged], tokens.rows[apart]]),
        np.concatenate([tokens.place[charged], tokens.place[apart]]),
        np.concatenate([tokens.outcome[charged], tokens.outcome[apart]]),
        np.concatenate([meter[tokens.kind[charged]], side[tokens.kind[apart]]]),
        np.concatenate([tokens.sums[charged], -tokens.sums[apart]]),
    )
