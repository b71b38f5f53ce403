"""Quality by what requests were, joined by request_id: scores know no prompt_version, requests do.

Scores of a day that name a request are kept by fingerprint and joined as the day's requests pass;
those whose request ended on another day, or never came, stay `unmatched`. Scores are rounded to
millionths and summed exactly; one beyond +-1,000, or past `MAX_SCORES` a day, is only counted as
`left_out`.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from shared.domain.digest.rows import DigestRows, identity_of
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.label import OTHER
from shared.domain.metric.names import QUALITY_PREFIX, is_quality
from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import Batch
from shared.domain.record.dedupe import fingerprints

KEYS = ("series", "version", "score")
SUMS = ("n", "sum_millionths", "squares_millionths")
MAX_SCORES = 500_000
MAX_TEXTS = 200
_HIGHEST = 1_000.0
_SCALE = 1e6
_COLUMNS = ("identity", "score", "value", "matched")


class TextList:
    """Distinct texts in order of appearance; beyond `MAX_TEXTS` all are `__other__`."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        """Begin with those known."""
        self._codes = {text: code for code, text in enumerate(texts)}

    @property
    def texts(self) -> list[str]:
        """The texts, by code."""
        return list(self._codes)

    def code(self, text: str) -> int:
        """Return a text's code, admitting it where there is room."""
        if text not in self._codes and len(self._codes) >= MAX_TEXTS:
            text = OTHER
        return self._codes.setdefault(text, len(self._codes))

    def codes(self, batch: Batch, name: str) -> Ints:
        """Return the code of each row of a coded column; that of the empty text for null."""
        own, table = batch.ints(name), [*batch.table(name), ""]
        used, inverse = np.unique(np.where(own == NULL, len(table) - 1, own), return_inverse=True)
        order = np.unique(inverse, return_index=True)[1].argsort()
        admitted = np.empty(len(used), np.int64)
        for at in order.tolist():
            admitted[at] = self.code(table[int(used[at])])
        return admitted[inverse]


class Scores:
    """A day's scores that name a request."""

    def __init__(self, names: TextList, stored: Mapping[str, Ints] | None = None) -> None:
        """Begin with none, or with what `columns` gave; names are the day's list."""
        none = np.empty(0, np.int64)
        kept = stored or {}
        self._names = names
        self._rows = {name: kept.get(name, none) for name in _COLUMNS}
        self.left_out = int(kept["left_out"][0]) if "left_out" in kept else 0

    @property
    def unmatched(self) -> int:
        """Scores whose request was not met."""
        return int((self._rows["matched"] == 0).sum())

    def columns(self) -> dict[str, Ints]:
        """Return the scores as columns to be packed."""
        return self._rows | {"left_out": np.array([self.left_out], np.int64)}

    def take_in(self, batch: Batch) -> None:
        """Take in the scores among metric columns."""
        wanted = np.array([is_quality(name) for name in batch.table("name")] + [False])
        batch = batch.rows(wanted[batch.ints("name")])
        prints, rows = fingerprints(batch)
        values = batch.floats("value")[rows]
        fine = (np.abs(values) <= _HIGHEST) & (
            np.arange(len(rows)) < MAX_SCORES - len(self._rows["value"])
        )
        self.left_out += int((~fine).sum())
        kept = rows[fine]
        added = {
            "identity": identity_of(prints[fine]),
            "score": self._names.codes(batch.rows(kept), "name"),
            "value": np.rint(values[fine] * _SCALE).astype(np.int64),
            "matched": np.zeros(len(kept), np.int64),
        }
        self._rows = {name: np.concatenate([self._rows[name], added[name]]) for name in _COLUMNS}

    def sort(self) -> None:
        """Order the scores by request, as `joined` needs them."""
        order = np.argsort(self._rows["identity"], kind="stable")
        self._rows = {name: column[order] for name, column in self._rows.items()}

    def joined(self, rows: DigestRows, versions: TextList) -> Tally:
        """Return the scores of requests by series, prompt version and score."""
        known = self._rows["identity"]
        low = np.searchsorted(known, rows.identity)
        count = np.searchsorted(known, rows.identity, side="right") - low
        count[rows.identity == NULL] = 0
        of = np.repeat(np.arange(len(count)), count)
        at = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + low[of]
        self._rows["matched"][at] = 1
        judged = rows.batch.rows(of)
        value = self._rows["value"][at]
        squares = np.rint((value / _SCALE) ** 2 * _SCALE).astype(np.int64)
        keys = {
            "series": rows.series[of],
            "version": versions.codes(judged, "prompt_version"),
            "score": self._rows["score"][at],
        }
        return tally_of(
            keys,
            {
                "n": np.ones(len(at), np.int64),
                "sum_millionths": value,
                "squares_millionths": squares,
            },
        )


def score_name(metric: str) -> str:
    """Return a score's name as it was reported."""
    return metric.removeprefix(QUALITY_PREFIX)
