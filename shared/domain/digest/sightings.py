"""When each hash was last seen, within bounds of time and memory.

A request sees what *ended* before it started: an answer that is still being made is in no cache.
Older sightings are kept one a hash; those of the last quarter of an hour, and of the hour under
way, one by one, so that a request of up to 15 minutes finds the last that ended before its start. A
longer one may miss it; none is ever invented. Beyond `MAX_KEPT` hashes the oldest are forgotten,
and `forgotten_us` tells up to when.
"""

from collections.abc import Mapping

import numpy as np

from shared.domain.packing import NULL, Ints

MAX_KEPT = 1_000_000
_RECENT_US = 900_000_000


class Sightings:
    """The last sightings of hashes."""

    def __init__(self, look_back_us: int, stored: Mapping[str, Ints] | None = None) -> None:
        """Begin with nothing, or with what `columns` gave."""
        none = np.empty(0, np.int64)
        kept = stored or {}
        self._look_back_us = look_back_us
        self._keys = kept.get("keys", none)
        self._ends = kept.get("ends", none)
        self._recent_keys = kept.get("recent_keys", none)
        self._recent_ends = kept.get("recent_ends", none)
        self.forgotten_us = int(kept["forgotten_us"][0]) if "forgotten_us" in kept else NULL

    def columns(self) -> dict[str, Ints]:
        """Return the sightings as columns to be packed."""
        return {
            "keys": self._keys,
            "ends": self._ends,
            "recent_keys": self._recent_keys,
            "recent_ends": self._recent_ends,
            "forgotten_us": np.array([self.forgotten_us], np.int64),
        }

    def see(self, keys: Ints, ends: Ints) -> None:
        """Take in sightings."""
        self._recent_keys = np.concatenate([self._recent_keys, keys])
        self._recent_ends = np.concatenate([self._recent_ends, ends])

    def ages_us(self, keys: Ints, at: Ints) -> Ints:
        """Return how long before a time each hash was last seen, `NULL` where it was not."""
        last = np.maximum(self._settled(keys, at), self._last_recent(keys, at))
        return np.where(last == NULL, NULL, at - last)

    def settle(self, until_us: int) -> None:
        """Keep one sighting a hash of what ended a quarter of an hour before a time, or earlier."""
        old = self._recent_ends < until_us - _RECENT_US
        keys = np.concatenate([self._keys, self._recent_keys[old]])
        ends = np.concatenate([self._ends, self._recent_ends[old]])
        self._recent_keys, self._recent_ends = self._recent_keys[~old], self._recent_ends[~old]
        order = np.lexsort((ends, keys))
        keys, ends = keys[order], ends[order]
        last = np.ones(len(keys), np.bool_)
        last[:-1] = keys[1:] != keys[:-1]
        last &= ends >= until_us - self._look_back_us - _RECENT_US
        keys, ends = keys[last], ends[last]
        if len(keys) > MAX_KEPT:
            edge = int(np.partition(ends, len(ends) - MAX_KEPT)[len(ends) - MAX_KEPT])
            self.forgotten_us = max(self.forgotten_us, edge)
            keys, ends = keys[ends >= edge], ends[ends >= edge]
        self._keys, self._ends = keys, ends

    def _settled(self, keys: Ints, at: Ints) -> Ints:
        if len(self._keys) == 0:
            return np.full(len(keys), NULL, np.int64)
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        found = (self._keys[place] == keys) & (self._ends[place] < at)
        return np.where(found, self._ends[place], NULL)

    def _last_recent(self, keys: Ints, at: Ints) -> Ints:
        asked = np.isin(self._recent_keys, keys)
        seen_keys, seen_ends = self._recent_keys[asked], self._recent_ends[asked]
        every = np.concatenate([seen_keys, keys])
        times = np.concatenate([seen_ends, at])
        asking = np.arange(len(every)) >= len(seen_keys)
        order = np.lexsort((~asking, times, every))
        latest = np.maximum.accumulate(np.where(asking[order], -1, np.arange(len(order))))
        place = order[np.maximum(latest, 0)]
        same = (latest >= 0) & (every[place] == every[order])
        found = np.empty(len(every), np.int64)
        found[order] = np.where(same, times[place], NULL)
        return found[len(seen_keys) :]
