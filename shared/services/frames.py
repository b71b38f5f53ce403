"""Loading the minutes that rules are evaluated over, and the hours that budgets look back to."""

import asyncio
from collections.abc import Collection
from dataclasses import replace

from shared.domain.anomaly.board import Board
from shared.domain.anomaly.watch import STEP_M
from shared.domain.metric.frame import Frame
from shared.domain.metric.sampling import Data
from shared.domain.metric.spec import EVERY_MEASURE, EVERY_SPLIT
from shared.domain.model_naming import named
from shared.domain.rollup.measures import METRIC_MEASURES, REQUEST_MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.rule.count_span import CountSpan
from shared.domain.timeline import BUCKET_M, floor_to
from shared.services.anomaly_ports import Boards
from shared.services.ports import Cursors, Rollups
from shared.services.pricing import PricingLoader

SILENCE = "silence"
NOT_SILENT = 1 << 40
_MEASURES = EVERY_MEASURE | EVERY_SPLIT
_HISTORY_M = 90


class FrameLoader:
    """Minutes [first, end) -> the frame of their stored rollups.

    It reads what the rollup has written, never open buckets: evaluation waits for complete minutes.
    """

    def __init__(
        self, rollups: Rollups, load_pricing: PricingLoader, cursors: Cursors, boards: Boards
    ) -> None:
        """Read from these."""
        self._rollups = rollups
        self._load_pricing = load_pricing
        self._cursors = cursors
        self._boards = boards

    async def __call__(
        self, first: int, end: int, *, counts: CountSpan | None = None, scores: bool = False
    ) -> Frame:
        """Return the frame of minutes [first, end), with enough before them to tell silence.

        Args:
            first: the first minute.
            end: the minute after the last.
            counts: what is counted over longer than that; None for nothing.
            scores: whether anomaly scores are wanted.
        """
        start = floor_to(first - _HISTORY_M, BUCKET_M)
        requests, metrics, pricing, since, earlier, boards = await asyncio.gather(
            self._read(Kind.REQUEST, Grain.BUCKET, start, end, _MEASURES),
            self._read(Kind.METRIC, Grain.BUCKET, start, end, None),
            self._load_pricing(),
            self._silent_since(),
            self._earlier(counts, start),
            self._scores(first, end) if scores else _nothing(),
        )
        data = _named(Data(requests, metrics, pricing, boards=boards))
        history = None
        if counts is not None:
            earlier = _named(replace(earlier, pricing=pricing))
            history = await asyncio.to_thread(_joined, earlier, data, counts, end)
        return Frame(data, start, end, since, history)

    async def _scores(self, first: int, end: int) -> list[Board]:
        found = await self._boards.boards(floor_to(first, STEP_M), end)
        return [board for board in found if board.end <= end]

    async def _silent_since(self) -> int | None:
        cursor = await self._cursors.read(SILENCE)
        return cursor.minute if cursor and cursor.minute != NOT_SILENT else None

    async def _earlier(self, counts: CountSpan | None, end: int) -> Data:
        if counts is None:
            return Data()
        first, fine = counts.first, counts.fine_from
        parts = [
            self._read(kind, grain, *span, measures)
            for kind, measures in (
                (Kind.REQUEST, counts.requests),
                (Kind.METRIC, counts.metrics),
            )
            for grain, span in ((Grain.HOUR, (first, fine)), (Grain.BUCKET, (fine, end)))
        ]
        hours, minutes, metric_hours, metric_minutes = await asyncio.gather(*parts)
        return Data([*hours, *minutes], [*metric_hours, *metric_minutes])

    async def _read(
        self, kind: Kind, grain: Grain, first: int, end: int, only: Collection[str] | None
    ) -> list[Rollup]:
        if first >= end or (only is not None and not only):
            return []
        found = await self._rollups.read_range(kind, grain, first, end, only)
        return [rollup.between(first, end) for rollup in found.values()]


def _named(data: Data) -> Data:
    book = data.pricing.deployments
    return replace(
        data,
        requests=named(data.requests, book),
        metrics=named(data.metrics, book),
    )


async def _nothing() -> list[Board]:
    return []


def _joined(earlier: Data, data: Data, counts: CountSpan, end: int) -> Data:
    """Return what is counted as one rollup of each kind, which every count is then made from."""
    first = counts.fine_from
    requests = [*earlier.requests, *(part.between(first, end) for part in data.requests)]
    metrics = [*earlier.metrics, *(part.between(first, end) for part in data.metrics)]
    return Data(
        [aggregate(requests, REQUEST_MEASURES, only=counts.requests)],
        [aggregate(metrics, METRIC_MEASURES, only=counts.metrics)],
    )
