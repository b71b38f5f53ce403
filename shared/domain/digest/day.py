"""One day's digest while it is made: hours of scores, then hours of requests, in order of time.

Buckets come in order and chunks in the order of storing; sums are cut back to bounds at whole hours
only. So a day that was stopped after any hour and went on has the same bytes as one made at once.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from shared.domain.digest import (
    cache_hits,
    durations,
    load,
    outputs,
    prefix,
    quality,
    retries,
    scored_settings,
    settings,
    user_tokens,
    users,
)
from shared.domain.digest.quality import Scores
from shared.domain.digest.retries import Attempts
from shared.domain.digest.rows import Place, SeriesList, digest_rows
from shared.domain.digest.sightings import Sightings
from shared.domain.digest.tally import Tally, empty, merged, tally_from
from shared.domain.digest.text_list import TextList
from shared.domain.packing import NULL, Ints, pack, unpack
from shared.domain.record.batch import Batch
from shared.domain.timeline import MINUTE_US

INDEX, ANSWERS, PREFIXES = "index", "answers", "prefixes"
_WORK = ("attempts", "scores")
SECTIONS = {
    "load": load,
    "cache_hits": cache_hits,
    "prefix": prefix,
    "outputs": outputs,
    "retries": retries,
    "users": users,
    "user_tokens": user_tokens,
    "quality": quality,
    "settings": settings,
    "durations": durations,
    "scored_settings": scored_settings,
}

_BOUNDED = {"settings": settings.bounded, "scored_settings": scored_settings.bounded}
_DAY_US = max(cache_hits.WINDOWS_US.values())

type Blocks = Mapping[str, bytes]


class Index(msgspec.Struct, frozen=True):
    """What belongs to no section.

    Attributes:
        places: the labels of each series, in the order of `SERIES_LABELS`.
        versions: prompt versions by code.
        names: metric names of scores by code.
        efforts: reasoning efforts by code.
        requests: how many counted.
        duplicates: how many were reported twice, and did not.
        short_by_tokens: what a user may lack at most.
        unmatched_scores: scores whose request did not end on this day.
        scores_left_out: scores out of bounds.
        look_back_us: how far the search for earlier answers reached back at the end of each hour,
            at least: less than a day where there were more than `MAX_KEPT` hashes.
        cells: what prices depend on besides the series, by code.
    """

    places: list[Place] = []
    versions: list[str] = []
    names: list[str] = []
    efforts: list[str] = []
    requests: int = 0
    duplicates: int = 0
    short_by_tokens: int = 0
    unmatched_scores: int = 0
    scores_left_out: int = 0
    look_back_us: int = _DAY_US
    cells: list[str] = []


class DayDigest:
    """A day's digest so far."""

    def __init__(self, stored: Blocks | None = None, before: Blocks | None = None) -> None:
        """Begin.

        Args:
            stored: what `blocks` gave, to go on from there; None begins the day.
            before: the blocks of the finished day before, for what it saw last; None where there
                are none. Not looked at where `stored` is given.
        """
        kept, seen = stored or {}, stored or before or {}
        index = index_of(kept) if kept else Index()
        self._series = SeriesList(index.places)
        self._versions, self._names = TextList(index.versions), TextList(index.names)
        self._efforts, self._cells = TextList(index.efforts), TextList(index.cells)
        self._requests, self._duplicates = index.requests, index.duplicates
        self._short_by, self._look_back_us = index.short_by_tokens, index.look_back_us
        self._tallies = sections_of(kept)
        self._added: dict[str, list[Tally]] = {name: [] for name in SECTIONS}
        self._answers = Sightings(_DAY_US, _columns(seen, ANSWERS))
        self._prefixes = Sightings(max(prefix.WINDOWS_US.values()), _columns(seen, PREFIXES))
        self._attempts = Attempts(_columns(kept, "attempts"))
        self._scores = Scores(self._names, _columns(kept, "scores"))

    def add_scores(self, batches: Sequence[Batch]) -> None:
        """Take in the scores of a bucket of metrics; all of them come before any request."""
        for batch in batches:
            self._scores.take_in(batch)
        self._scores.sort()

    def add_requests(self, batches: Sequence[Batch], end: int) -> None:
        """Take in a bucket of requests.

        Args:
            batches: all its chunks as `digest_batch` gives them, in order of storing.
            end: the minute after the bucket.
        """
        rows = digest_rows(batches, self._series)
        if rows is None:
            return
        self._requests += rows.batch.size
        self._duplicates += sum(batch.size for batch in batches) - rows.batch.size
        stated = settings.values_of(rows, self._efforts, self._versions)
        joined = self._scores.joined(rows, self._versions, stated)
        found = {
            "load": load.load_of(rows, self._series),
            "cache_hits": cache_hits.cache_hits_of(rows, self._series, self._answers),
            "prefix": prefix.prefix_of(rows, self._series, self._prefixes),
            "outputs": outputs.outputs_of(rows),
            "retries": self._attempts.close(rows, end * MINUTE_US),
            "users": users.users_of(rows),
            "user_tokens": user_tokens.user_tokens_of(rows, self._cells),
            "quality": joined.by_version,
            "settings": settings.settings_of(rows, stated),
            "durations": durations.durations_of(rows),
            "scored_settings": joined.by_setting,
        }
        for name, tally in found.items():
            self._added[name].append(tally)

    def end_hour(self, end: int) -> None:
        """Sum what an hour brought and cut it back to bounds; `end` is the minute after it."""
        for name, added in self._added.items():
            self._tallies[name] = merged([self._tallies[name], *added])
            added.clear()
        if len(self._tallies["outputs"]) > outputs.MAX_ROWS:
            self._tallies["outputs"] = outputs.cut_limits(
                self._tallies["outputs"], outputs.TOP_WITHIN_DAY
            )
        for name in ("settings", "scored_settings"):
            if len(self._tallies[name]) > settings.MAX_ROWS:
                self._tallies[name] = _BOUNDED[name](self._tallies[name])
        if len(self._tallies["users"]) > users.MAX_COUNTED:
            self._cut_users(users.MAX_COUNTED)
        if len(self._tallies["user_tokens"]) > user_tokens.MAX_ROWS:
            self._cut_user_tokens()
        self._answers.settle(end * MINUTE_US)
        self._prefixes.settle(end * MINUTE_US)
        if self._answers.forgotten_us != NULL:
            reach = end * MINUTE_US - self._answers.forgotten_us
            self._look_back_us = min(self._look_back_us, reach)

    def finish(self) -> None:
        """Close what is open and keep of each section what a finished digest has."""
        self._added["retries"].append(self._attempts.close(None, None))
        for name, added in self._added.items():
            self._tallies[name] = merged([self._tallies[name], *added])
            added.clear()
        self._tallies["outputs"] = outputs.cut_limits(self._tallies["outputs"], outputs.TOP)
        for name, cut in _BOUNDED.items():
            self._tallies[name] = cut(self._tallies[name])
        self._cut_users(users.TOP, exact=True)
        self._tallies["user_tokens"] = user_tokens.cut_user_tokens(
            self._tallies["user_tokens"], self._tallies["users"].keys["user"]
        )

    def blocks(self, *, finished: bool) -> dict[str, bytes]:
        """Return the digest as packed blocks; of an unfinished one also what is still open."""
        columns = {name: tally.columns() for name, tally in self._tallies.items()}
        columns |= {ANSWERS: self._answers.columns(), PREFIXES: self._prefixes.columns()}
        if not finished:
            work = (self._attempts.columns(), self._scores.columns())
            columns |= dict(zip(_WORK, work, strict=True))
        index = Index(
            self._series.places,
            self._versions.texts,
            self._names.texts,
            self._efforts.texts,
            self._requests,
            self._duplicates,
            self._short_by,
            self._scores.unmatched,
            self._scores.left_out,
            self._look_back_us,
            self._cells.texts,
        )
        packed = {name: pack(each) for name, each in columns.items()}
        return {INDEX: pack({INDEX: msgspec.msgpack.encode(index)})} | packed

    def _cut_users(self, keep: int, *, exact: bool = False) -> None:
        self._tallies["users"], lost = users.cut_users(self._tallies["users"], keep)
        self._short_by += 0 if exact else lost

    def _cut_user_tokens(self) -> None:
        before = self._tallies["user_tokens"]
        kept, lost = user_tokens.within_rows(before, user_tokens.MAX_ROWS // 2)
        self._tallies["user_tokens"] = user_tokens.cut_user_tokens(before, kept)
        self._short_by += lost


def index_of(blocks: Blocks) -> Index:
    """Return the index of a digest's blocks."""
    return msgspec.msgpack.decode(unpack(blocks[INDEX])[INDEX], type=Index)  # type: ignore[arg-type]


def sections_of(blocks: Blocks) -> dict[str, Tally]:
    """Return every section of a digest's blocks; one that is missing is empty."""
    found = {name: _columns(blocks, name) for name in SECTIONS}
    return {
        name: empty(SECTIONS[name].KEYS, SECTIONS[name].SUMS)
        if columns is None
        else tally_from(columns)
        for name, columns in found.items()
    }


def _columns(blocks: Blocks, name: str) -> dict[str, Ints] | None:
    block = blocks.get(name)
    if block is None:
        return None
    return {key: np.asarray(column) for key, column in unpack(block).items()}
