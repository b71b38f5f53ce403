"""A deployment's tokens per minute, as its provisioned throughput would meet them.

Columns of whole numbers, a row for each minute that had any. What an earlier option of the plan
took away is taken evenly from every minute: `scaled` keeps the shape and changes the height.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from shared.domain.digest.tally import Tally, merged
from shared.domain.packing import Ints
from shared.domain.plan.exact import ZERO
from shared.domain.price.list_price import Meter

METERS = (Meter.INPUT, Meter.CACHED_INPUT, Meter.CACHE_WRITE, Meter.OUTPUT)
"""The columns of a load; audio and images count under their side."""

_SIDE = {
    Meter.AUDIO_INPUT: Meter.INPUT,
    Meter.IMAGE_INPUT: Meter.INPUT,
    Meter.AUDIO_OUTPUT: Meter.OUTPUT,
    Meter.IMAGE_OUTPUT: Meter.OUTPUT,
    Meter.OTHER: Meter.INPUT,
}


@dataclass(frozen=True, slots=True)
class Load:
    """Tokens by minute.

    Attributes:
        minutes: which minutes, ascending, each once.
        tokens: meter of `METERS` -> tokens of each minute, >= 0; input is what was neither cached
            nor written to the cache.
    """

    minutes: Ints
    tokens: Mapping[Meter, Ints]

    def __len__(self) -> int:
        """Return the number of minutes with any tokens."""
        return len(self.minutes)

    def total(self, meter: Meter) -> int:
        """Return the tokens of a column."""
        return int(self.tokens[meter].sum())

    def between(self, first: int, end: int) -> "Load":
        """Return the minutes [first, end)."""
        kept = (self.minutes >= first) & (self.minutes < end)
        return Load(self.minutes[kept], {m: column[kept] for m, column in self.tokens.items()})


def column_of(meter: Meter) -> Meter:
    """Return the column that a meter's tokens count in."""
    return _SIDE.get(meter, meter)


def by_column(counts: Iterable[Mapping[Meter, Decimal]]) -> dict[Meter, Decimal]:
    """Return tokens by meter summed by the columns of a load."""
    totals = dict.fromkeys(METERS, ZERO)
    for each in counts:
        for meter, count in each.items():
            totals[column_of(meter)] += count
    return totals


def load_of(parts: Iterable[Tally]) -> Load:
    """Return the load that digests tell of one deployment, sampled-out requests included.

    Args:
        parts: rows of that deployment from the section `load` of each day, in any order; a minute
            may be in several, as a request belongs to the day it ended.
    """
    rows = merged([Tally({"minute": part.keys["minute"]}, part.sums) for part in parts]).estimated()
    written = rows.sums["cache_write"]
    sums = {
        Meter.INPUT: np.maximum(rows.sums["uncached_input"] - written, 0),
        Meter.CACHED_INPUT: rows.sums["cached_input"],
        Meter.CACHE_WRITE: written,
        Meter.OUTPUT: rows.sums["output"],
    }
    some = np.flatnonzero(sum(sums.values()))
    return Load(rows.keys["minute"][some], {m: column[some] for m, column in sums.items()})


def together(loads: Iterable[Load]) -> Load:
    """Return loads as if one deployment had served them."""
    found = [each for each in loads if len(each)]
    if not found:
        return Load(np.empty(0, np.int64), {m: np.empty(0, np.int64) for m in METERS})
    every = np.concatenate([each.minutes for each in found])
    minutes, place = np.unique(every, return_inverse=True)
    tokens = {m: np.zeros(len(minutes), np.int64) for m in METERS}
    for meter, column in tokens.items():
        np.add.at(column, place, np.concatenate([each.tokens[meter] for each in found]))
    return Load(minutes, tokens)


def scaled(load: Load, before: Mapping[Meter, Decimal], after: Mapping[Meter, Decimal]) -> Load:
    """Return a load of other totals and the same shape.

    Args:
        load: as measured.
        before: tokens by column that it stands for.
        after: tokens by column that are left. More cached input than before comes from input that
            was not cached, minute by minute.
    """
    tokens = {m: _part(load.tokens[m], after[m], before[m]) for m in METERS}
    extra = after[Meter.CACHED_INPUT] - before[Meter.CACHED_INPUT]
    if extra > 0:
        tokens[Meter.CACHED_INPUT] = load.tokens[Meter.CACHED_INPUT] + _part(
            load.tokens[Meter.INPUT], extra, before[Meter.INPUT]
        )
    return Load(load.minutes, tokens)


def _part(column: Ints, part: Decimal, whole: Decimal) -> Ints:
    """Return floor(column x part / whole), in steps of a millionth."""
    if not whole or part >= whole:
        return column
    share = int(part * 1_000_000 / whole)
    return column // 1_000_000 * share + column % 1_000_000 * share // 1_000_000
