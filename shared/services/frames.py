"""Loading the minutes that rules are evaluated over."""

from shared.domain.frame import Frame
from shared.domain.measures import Kind
from shared.domain.metric_spec import EVERY_MEASURE
from shared.domain.rollup import Rollup
from shared.domain.sampling import Data
from shared.domain.stored_rollup import Grain
from shared.domain.timeline import BUCKET_M, floor_to
from shared.services.deployments import load_quotas
from shared.services.ports import Cursors, Documents, Rollups

SILENCE = "silence"
NOT_SILENT = 1 << 40
_MEASURES = EVERY_MEASURE | {"error_type", "tokens"}
_HISTORY_M = 90


class FrameLoader:
    """Minutes [first, end) -> the frame of their stored rollups.

    It reads what the rollup has written, never open buckets: evaluation waits for complete minutes.
    """

    def __init__(self, rollups: Rollups, documents: Documents, cursors: Cursors) -> None:
        """Read from these."""
        self._rollups = rollups
        self._documents = documents
        self._cursors = cursors

    async def __call__(self, first: int, end: int) -> Frame:
        """Return the frame of minutes [first, end), with enough before them to tell silence."""
        start = floor_to(first - _HISTORY_M, BUCKET_M)
        requests = await self._read(Kind.REQUEST, start, end, set(_MEASURES))
        metrics = await self._read(Kind.METRIC, start, end, None)
        quotas = await load_quotas(self._documents)
        cursor = await self._cursors.read(SILENCE)
        since = cursor.minute if cursor and cursor.minute != NOT_SILENT else None
        return Frame(Data(requests, metrics, quotas), start, end, since)

    async def _read(self, kind: Kind, first: int, end: int, only: set[str] | None) -> list[Rollup]:
        found = await self._rollups.read_range(kind, Grain.BUCKET, first, end, only)
        return [rollup.between(first, end) for rollup in found.values()]
