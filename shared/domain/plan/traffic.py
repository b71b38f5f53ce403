"""What a period's digests tell of each series: the days' sections added up under common numbers.

Digests number their series anew each day; here each place has one number for the whole period.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from shared.domain.digest.day import SECTIONS, Blocks, Index, index_of, sections_of
from shared.domain.digest.tally import Tally, empty, merged
from shared.domain.packing import Ints
from shared.domain.plan.bill import Deployed, Place
from shared.domain.plan.load import Load, load_of

LOAD = "load"
READ = (LOAD, "cache_hits", "prefix", "outputs", "retries", "quality")
"""The sections that the plan reads."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """A period as its digests tell it.

    Attributes:
        days: how many days had one.
        places: the series, by number.
        scores: names of scores, by number.
        sections: name -> tally; keys `series` and `score` are numbers of these lists. Sums are
            of what was reported; `Tally.estimated` adds what was sampled out.
        loads: tokens per minute by deployment, sampled-out requests included.
        reach: the share of a day that the search for earlier answers reached back at least, 0..1.
    """

    days: int = 0
    places: Sequence[Place] = ()
    scores: Sequence[str] = ()
    sections: Mapping[str, Tally] = field(default_factory=dict)
    loads: Mapping[Deployed, Load] = field(default_factory=dict)
    reach: float = 1.0

    def section(self, name: str) -> Tally:
        """Return a section; one without rows where no digest has it."""
        found = self.sections.get(name)
        return empty(SECTIONS[name].KEYS, SECTIONS[name].SUMS) if found is None else found

    def by_place(self, name: str) -> dict[Place, Tally]:
        """Return a section's rows by series."""
        tally = self.section(name)
        codes: Ints = tally.keys["series"]
        return {self.places[code]: tally.where(codes == code) for code in np.unique(codes).tolist()}


def traffic_of(digests: Iterable[Blocks], *, first: int, end: int) -> Traffic:
    """Return the digests of a period as one.

    Args:
        digests: one a day of the period, in any order; and of the day after its load alone.
        first: the first minute of the period.
        end: the minute after the last.
    """
    places, scores = _Numbers[Place](), _Numbers[str]()
    parts: dict[str, list[Tally]] = {name: [] for name in READ}
    loads: dict[Deployed, list[Tally]] = {}
    days, reach = 0, 1.0
    for blocks in digests:
        index, found = index_of(blocks), sections_of(blocks)
        days += "prefix" in blocks
        reach = min(reach, index.look_back_us / Index().look_back_us)
        for which, rows in _loads(found["load"], index):
            loads.setdefault(which, []).append(rows)
        for name in READ[1:]:
            parts[name].append(_renumbered(found[name], index, places, scores))
    return Traffic(
        days,
        places.known,
        scores.known,
        {name: merged(found) for name, found in parts.items() if found},
        {which: load_of(rows).between(first, end) for which, rows in loads.items()},
        reach,
    )


class _Numbers[T]:
    """Numbers for what is met, in order."""

    def __init__(self) -> None:
        self._codes: dict[T, int] = {}

    @property
    def known(self) -> list[T]:
        return list(self._codes)

    def all_of(self, values: Iterable[T]) -> Ints:
        codes = [self._codes.setdefault(value, len(self._codes)) for value in values]
        return np.array(codes, np.int64)


def _loads(load: Tally, index: Index) -> list[tuple[Deployed, Tally]]:
    codes = load.keys["series"]
    order = np.argsort(codes, kind="stable")
    own, starts = np.unique(codes[order], return_index=True)
    return [
        (Deployed(*index.places[code][:2]), load.where(rows))
        for code, rows in zip(own.tolist(), np.split(order, starts[1:]), strict=True)
    ]


def _renumbered(
    tally: Tally, index: Index, places: "_Numbers[Place]", scores: "_Numbers[str]"
) -> Tally:
    keys = dict(tally.keys)
    keys["series"] = places.all_of(Place(*each) for each in index.places)[keys["series"]]
    if "score" in keys:
        keys["score"] = scores.all_of(index.names)[keys["score"]]
    return Tally(keys, tally.sums)
