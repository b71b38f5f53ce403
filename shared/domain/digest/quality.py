"""Quality by what requests were, joined by request_id: scores know no settings, requests do.

Scores of a day that name a request are kept by fingerprint and joined as the day's requests pass;
those whose request ended on another day, or never came, stay `unmatched`. Scores are rounded to
millionths and summed exactly; one beyond +-1,000, or past `MAX_SCORES` a day, is only counted as
`left_out`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shared.domain.digest.rows import DigestRows, identity_of
from shared.domain.digest.scored_settings import scored_settings_of
from shared.domain.digest.settings import Setting
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.digest.text_list import TextList
from shared.domain.metric.names import QUALITY_PREFIX, is_quality
from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import Batch
from shared.domain.record.dedupe import fingerprints

KEYS = ("series", "version", "score")
SUMS = ("n", "sum_millionths", "squares_millionths")
MAX_SCORES = 500_000
_HIGHEST = 1_000.0
_SCALE = 1e6
_COLUMNS = ("identity", "score", "value", "matched")


@dataclass(frozen=True, slots=True)
class Joined:
    """Scores joined to the requests of a bucket.

    Attributes:
        by_version: the section `quality`.
        by_setting: the section `scored_settings`.
    """

    by_version: Tally
    by_setting: Tally


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

    def joined(
        self, rows: DigestRows, versions: TextList, settings: Mapping[Setting, Ints]
    ) -> Joined:
        """Return the scores of requests by prompt version, and by value of settings.

        Args:
            rows: a bucket's requests.
            versions: the day's prompt versions, which grow.
            settings: the value of each request.
        """
        known = self._rows["identity"]
        low = np.searchsorted(known, rows.identity)
        count = np.searchsorted(known, rows.identity, side="right") - low
        count[rows.identity == NULL] = 0
        of = np.repeat(np.arange(len(count)), count)
        at = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + low[of]
        self._rows["matched"][at] = 1
        value = self._rows["value"][at]
        sums = {
            "n": np.ones(len(at), np.int64),
            "sum_millionths": value,
            "squares_millionths": np.rint((value / _SCALE) ** 2 * _SCALE).astype(np.int64),
        }
        keys = {"series": rows.series[of], "score": self._rows["score"][at]}
        version = versions.codes(rows.batch.rows(of), "prompt_version")
        by_version = tally_of({**keys, "version": version}, sums)
        by_setting = {setting: values[of] for setting, values in settings.items()}
        return Joined(by_version, scored_settings_of(keys, by_setting, sums))


def score_name(metric: str) -> str:
    """Return a score's name as it was reported."""
    return metric.removeprefix(QUALITY_PREFIX)
