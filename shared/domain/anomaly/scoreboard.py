"""Every series watched, step by step in order, in shards that are stored apart.

A shard remembers through which minute it holds. A board that is stored already is *followed*: what
it says is taken in by the shards that have not done so. A new step is *scored*, which gives its
board. Both do the same to the shards, so it does not matter who scored a step.
"""

import hashlib
import zlib
from collections.abc import Iterable, Mapping

import msgspec

from shared.domain.anomaly.board import Board, SeriesName, board_of
from shared.domain.anomaly.values import StepValue, worse_side
from shared.domain.anomaly.watch import STEP_M, Point, PointState, Watch
from shared.domain.timeline import DAY_M

SHARDS = 16
MOST_SERIES = 600
"""Series watched at a time: 100 deployments with five each, and 100 gauges."""

# A stored shard fits one entity: 704 KiB at some 6 kB a series.
_MOST_A_SHARD = 100
_FORGOTTEN_M = 14 * DAY_M
_VERSION = 1


class Shard(msgspec.Struct, array_like=True):
    """Some of the series.

    Attributes:
        version: of what is remembered of a series.
        through: the minute through which it holds.
        series: what is watched.
    """

    version: int = _VERSION
    through: int = 0
    series: dict[SeriesName, Watch] = msgspec.field(default_factory=dict)


class Scoreboard:
    """The state of scoring.

    Attributes:
        shards: number -> shard; all `SHARDS` of them.
        changed: the numbers of those that hold for later than they were stored for.
    """

    def __init__(self, shards: Mapping[int, Shard], *, most: int = MOST_SERIES) -> None:
        """Begin with what is stored.

        Args:
            shards: number -> shard, those stored.
            most: how many series are watched at a time.
        """
        self.shards = {number: shards.get(number) or Shard() for number in range(SHARDS)}
        self.changed: set[int] = set()
        self._most = most

    @property
    def behind(self) -> int:
        """Return the minute through which every shard holds; 0 where one is new."""
        return min(shard.through for shard in self.shards.values())

    @property
    def watched(self) -> int:
        """Return how many series are watched."""
        return sum(len(shard.series) for shard in self.shards.values())

    def follow(self, board: Board) -> None:
        """Take in a step that is scored already; the boards from `behind` on, in order."""
        few = (board.states == PointState.FEW).tolist()
        for name, value, is_few in zip(board.series, board.values.tolist(), few, strict=True):
            shard = self.shards[_shard_of(name)]
            if shard.through < board.end:
                _take(shard, name, board.step, value, few=is_few)
        self._pass(board.end)

    def score(self, step: int, values: Mapping[SeriesName, StepValue]) -> Board:
        """Score the step that follows what every shard holds, and return its board.

        Args:
            step: its first minute.
            values: series -> value; of new ones, the first have precedence where room is short.
        """
        admitted = self._admitted(values)
        points: dict[SeriesName, tuple[float, Point]] = {}
        for name in sorted(admitted):
            value, few = values[name]
            shard = self.shards[_shard_of(name)]
            points[name] = value, _take(shard, name, step, value, few=few)
        self._pass(step + STEP_M)
        return board_of(step, points, left_out=len(values) - len(admitted))

    def _admitted(self, values: Mapping[SeriesName, StepValue]) -> list[SeriesName]:
        """Return the series there is room for: those known, then new ones as they come."""
        room = self._most - self.watched
        places = {number: len(shard.series) for number, shard in self.shards.items()}
        admitted: list[SeriesName] = []
        for name in values:
            number = _shard_of(name)
            if name not in self.shards[number].series:
                if room <= 0 or places[number] >= _MOST_A_SHARD:
                    continue
                room -= 1
                places[number] += 1
            admitted.append(name)
        return admitted

    def _pass(self, end: int) -> None:
        """Let every shard hold through a minute; once a day, forget what went silent."""
        for number, shard in self.shards.items():
            if shard.through >= end:
                continue
            shard.through = end
            self.changed.add(number)
            if end % DAY_M == 0:
                for name in _silent(shard, end - _FORGOTTEN_M):
                    del shard.series[name]


def shard_bytes(shard: Shard) -> bytes:
    """Return a shard as it is stored."""
    return zlib.compress(msgspec.msgpack.encode(shard), 1)


def read_shard(stored: bytes) -> Shard:
    """Return a shard as it was stored; a new one where this version cannot read it."""
    plain = zlib.decompress(stored)
    version = msgspec.msgpack.decode(plain, type=tuple[int, int, msgspec.Raw])[0]
    return msgspec.msgpack.decode(plain, type=Shard) if version == _VERSION else Shard()


def _take(shard: Shard, name: SeriesName, step: int, value: float, *, few: bool) -> Point:
    watch = shard.series.get(name)
    if watch is None:
        watch = shard.series[name] = Watch()
    return watch.take(step, value, few=few, worse=worse_side(name.metric))


def _silent(shard: Shard, before: int) -> Iterable[SeriesName]:
    return [name for name, watch in shard.series.items() if watch.seen < before]


def _shard_of(name: SeriesName) -> int:
    digest = hashlib.blake2b("|".join(name[:3]).encode(), digest_size=1).digest()
    return digest[0] % SHARDS
