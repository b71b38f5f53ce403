"""Decoded rollups that this process has read before, so that they need not be unpacked again.

An entry is used only where storage still states the same version, so that nobody who reads can tell
whether there is a cache. The least recently used entries go first.
"""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain

MAX_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Cut:
    """What is read of rollups.

    Attributes:
        only: the measures that were asked for; None for all.
    """

    kind: Kind
    grain: Grain
    only: frozenset[str] | None


def cut_of(kind: Kind, grain: Grain, only: Collection[str] | None) -> Cut:
    """Return the cut that a reader asks for."""
    return Cut(kind, grain, None if only is None else frozenset(only))


@dataclass(frozen=True, slots=True)
class _Kept[V]:
    version: str
    value: V
    size_bytes: int


class VersionCache[K: Hashable, V]:
    """Values by key, each with the version it was read in."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        """Hold arrays of at most `max_bytes`."""
        self._kept: OrderedDict[K, _Kept[V]] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0

    def __contains__(self, key: K) -> bool:
        """Tell whether any version is held."""
        return key in self._kept

    def get(self, key: K, version: str) -> V | None:
        """Return the value if this is the version held."""
        kept = self._kept.get(key)
        if kept is None or kept.version != version:
            return None
        self._kept.move_to_end(key)
        return kept.value

    def keep(self, key: K, version: str, value: V, rollup: Rollup) -> None:
        """Hold a value; the arrays of the rollup in it can't be written to from here on."""
        arrays = list(_arrays(rollup))
        for array in arrays:
            array.flags.writeable = False
        self._forget(key)
        self._kept[key] = _Kept(version, value, sum(array.nbytes for array in arrays))
        self._bytes += self._kept[key].size_bytes
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: K) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= kept.size_bytes


def _arrays(rollup: Rollup) -> Iterator[NDArray[Any]]:
    yield from (rollup.slots, rollup.series, *rollup.dense.values())
    for entries in rollup.sparse.values():
        yield from (entries.rows, entries.keys, entries.sums)
