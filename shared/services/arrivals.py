"""How late what the rollup takes in had come, noted on the way: chunks say when they were received.

A chunk is met when it is fetched, and counted once a stored rollup holds it for the first time; so
a race that is lost, or a bucket that is computed again from all its chunks, counts nothing twice.
"""

from collections.abc import Iterable, Sequence

from shared.domain.metric.ingest_lag import OWN_BATCHES, arrival_lag_s
from shared.domain.record.chunk import ChunkKey, StoredChunk
from shared.domain.rollup.measures import Kind


class Arrivals:
    """How late what the rollup has taken in had come."""

    def __init__(self) -> None:
        """Nothing has been met."""
        self._met: dict[ChunkKey, float] = {}
        self._taken: dict[Kind, list[float]] = {}

    def meet(self, chunks: Iterable[StoredChunk]) -> None:
        """Note chunks that were fetched, whether they are new or not."""
        found = (chunk for chunk in chunks if not chunk.key.row.startswith(OWN_BATCHES))
        self._met |= {chunk.key: arrival_lag_s(chunk) for chunk in found}

    def take_in(self, keys: Sequence[ChunkKey]) -> None:
        """Count chunks that a stored rollup holds for the first time."""
        for key in keys:
            if key in self._met:
                self._taken.setdefault(key.kind, []).append(self._met.pop(key))

    def told(self) -> dict[Kind, list[float]]:
        """Return the lags counted since the last time, seconds by kind of record, and forget."""
        told, self._taken = self._taken, {}
        self._met.clear()
        return told
