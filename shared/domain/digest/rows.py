"""A bucket's requests as digests read them: the columns they need, and the series of each row.

A series of a digest is resource, deployment that served, model and application. A day admits
`MAX_SERIES` of them, in order of appearance; what comes later gives up its application, then all
its labels, to `__other__`, so that sums stay exact and memory bounded.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain import label
from shared.domain.digest.tally import unseen_sums
from shared.domain.grouping import Groups
from shared.domain.packing import NULL, Floats, Ints, unpack
from shared.domain.record.batch import Batch, concatenate
from shared.domain.record.chunk import StoredChunk
from shared.domain.record.columns import end_us
from shared.domain.record.dedupe import Prints, fingerprints
from shared.domain.rollup.chunks import winners
from shared.domain.rollup.price_cell import WHOLE
from shared.domain.rollup.requests import served_deployment

MAX_SERIES = 2_000
SERIES_LABELS = (label.RESOURCE, label.DEPLOYMENT, label.MODEL, label.APPLICATION)
_CODED = (
    *SERIES_LABELS,
    "deployment_served",
    "error_class",
    "finish_reason",
    "prompt_version",
    "reasoning_effort",
    "tier_served",
    "model_version",
)
_PLAIN = (
    "start_us",
    "duration_us",
    "time_to_first_token_us",
    "input_tokens",
    "output_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "image_input_tokens",
    "image_output_tokens",
    "other_units",
    "max_output_tokens",
    "temperature",
    "stream",
    "status_code",
    "retry_after_us",
    "weight_millionths",
    "user_hash",
    "prompt_hash",
    "prefix_hash",
    "operation_hash",
    "request_id",
)
_READ = frozenset({*_PLAIN, *_CODED, *(f"{name}#" for name in _CODED)})

_SCORED = frozenset({"value", "name", "name#", "request_id", "request_id#"})

# Texts in the order of SERIES_LABELS, empty where unknown.
type Place = tuple[str, str, str, str]
_REST: Place = (label.OTHER,) * 4
_EVERY = slice(None)


@dataclass(frozen=True, slots=True)
class DigestRows:
    """Requests that count, of one bucket.

    Attributes:
        batch: their columns.
        series: the series of each, as a number in the day's list.
        start_us: when each started, microseconds since the epoch.
        end_us: when each ended.
        ok: which succeeded.
        identity: fingerprint of each one's request_id, `NULL` without one.
        more: how many more requests each stands for, millionths; None where each is one.
    """

    batch: Batch
    series: Ints
    start_us: Ints
    end_us: Ints
    ok: NDArray[np.bool_]
    identity: Ints
    more: Ints | None = None

    def weighed(
        self, sums: Mapping[str, Ints], counts: Collection[str], at: Ints | slice = _EVERY
    ) -> dict[str, Ints]:
        """Return sums beside what requests that clients sampled out are taken to add to them.

        Args:
            sums: of the rows at `at`.
            counts: which of them count requests.
            at: which rows.
        """
        if self.more is None:
            return dict(sums)
        return {**sums, **unseen_sums(sums, counts, self.more[at])}

    def known(self, name: str) -> Ints:
        """Return a column with 0 for null."""
        column = self.batch.ints(name)
        return np.where(column == NULL, 0, column)


def digest_batch(chunk: StoredChunk) -> Batch:
    """Return those columns of a chunk that digests read."""
    columns = unpack(chunk.block, _READ)
    times: Ints = columns["start_us"]  # type: ignore[assignment]
    return Batch(len(times), columns)


def score_batch(chunk: StoredChunk) -> Batch:
    """Return those columns of a chunk of metrics that scores are read from."""
    columns = unpack(chunk.block, _SCORED)
    values: Floats = columns["value"]  # type: ignore[assignment]
    return Batch(len(values), columns)


def digest_rows(batches: Sequence[Batch], series: "SeriesList") -> DigestRows | None:
    """Return the requests of a bucket that count, None where there are none.

    Args:
        batches: all its chunks, in order of storing.
        series: the day's list, which grows.
    """
    if not batches:
        return None
    found = [(*fingerprints(each), each.size) for each in batches]
    kept, _ = winners(found)
    identity = [np.full(each.size, NULL, np.int64) for each in batches]
    for own, (prints, rows, _) in zip(identity, found, strict=True):
        own[rows] = identity_of(prints)
    counts = np.concatenate(kept)
    whole = concatenate([each.without({"request_id"}) for each in batches])
    batch = whole if counts.all() else whole.rows(counts)
    return DigestRows(
        batch,
        series.codes(batch),
        batch.ints("start_us"),
        end_us(batch),
        batch.ints("error_class") == NULL,
        np.concatenate(identity)[counts],
        _more(batch),
    )


def _more(batch: Batch) -> Ints | None:
    weight = batch.ints("weight_millionths")
    more = np.where(weight == NULL, 0, weight - WHOLE)
    return more if more.any() else None


def identity_of(prints: Prints) -> Ints:
    """Return fingerprints of request ids without the bit that tells of usage."""
    return (prints >> np.uint64(1)).astype(np.int64)


class SeriesList:
    """The series that a day admitted so far."""

    def __init__(self, places: Sequence[Place] = ()) -> None:
        """Begin with those that were admitted."""
        self._codes = {place: code for code, place in enumerate(places)}

    @property
    def places(self) -> list[Place]:
        """The labels of each series."""
        return list(self._codes)

    def codes(self, batch: Batch) -> Ints:
        """Return the series of each row, admitting what there is room for."""
        combined = np.zeros(batch.size, np.int64)
        for name in (*SERIES_LABELS, "deployment_served"):
            if name in batch.columns:
                own = batch.ints(name)
                width = len(batch.table(name)) + 1
                combined = Groups(combined * width + np.where(own == NULL, 0, own + 1)).inverse
        groups = Groups(combined)
        # In order of appearance, not of codes, which depend on how chunks were cut.
        sample = batch.rows(groups.representatives)
        texts = [sample.texts(name) for name in SERIES_LABELS]
        texts[1] = served_deployment(sample)
        found = [
            (resource or "", deployment or "", model or "", application or "")
            for resource, deployment, model, application in zip(*texts, strict=True)
        ]
        admitted = np.empty(len(found), np.int64)
        for at in np.argsort(groups.representatives).tolist():
            admitted[at] = self._admitted(found[at])
        return admitted[groups.inverse]

    def alike(self, names: Sequence[str]) -> Ints:
        """Return for each series the first one that has the same texts under the names."""
        at = [SERIES_LABELS.index(name) for name in names]
        first: dict[tuple[str, ...], int] = {}
        same = [
            first.setdefault(tuple(place[each] for each in at), code)
            for place, code in self._codes.items()
        ]
        return np.array(same, np.int64)

    def _admitted(self, place: Place) -> int:
        code = self._codes.get(place)
        if code is not None:
            return code
        if len(self._codes) < MAX_SERIES:
            return self._codes.setdefault(place, len(self._codes))
        resource, deployment, model, _ = place
        shorter = (resource, deployment, model, label.OTHER)
        if shorter in self._codes or len(self._codes) < 2 * MAX_SERIES:
            return self._codes.setdefault(shorter, len(self._codes))
        return self._codes.setdefault(_REST, len(self._codes))
