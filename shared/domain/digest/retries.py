"""What calls cost that took several attempts: chains of requests with one operation_key.

Attempts of one operation_key that end within 15 minutes of each other are a chain, in the order of
their ends. It succeeded where any attempt did; what the failed ones took is its price. After a 429
that said when to come back, the next attempt either waited that long (`honoured`) or came `early`.
A chain counts under the series of its first attempt, on the day of each attempt: one that crosses
midnight is two. What a chain's attempts stand for by their weights is taken to be chains like it.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shared.domain.digest.rows import DigestRows
from shared.domain.digest.tally import Tally, tally_of, unseen_sums
from shared.domain.grouping import Groups
from shared.domain.packing import NULL, Ints

KEYS = ("series", "attempts", "succeeded")
SUMS = (
    "chains",
    "requests",
    "failed",
    "failed_tokens",
    "failed_us",
    "elapsed_us",
    "throttled",
    "honoured",
    "early",
)
COUNTS = ("chains", "requests", "failed", "throttled", "honoured", "early")
# Chains of this many attempts or more are one key.
MOST_ATTEMPTS = 10
_GAP_US = 900_000_000
_COLUMNS = ("key", "series", "start", "end", "failed", "tokens", "throttled", "back_at")
_MORE = "more"
_THROTTLED = 429


class Attempts:
    """Attempts of chains that may still go on."""

    def __init__(self, stored: Mapping[str, Ints] | None = None) -> None:
        """Begin with none, or with what `columns` gave."""
        none, kept = np.empty(0, np.int64), stored or {}
        self._open = {name: kept.get(name, none) for name in _COLUMNS}
        self._open[_MORE] = kept.get(_MORE, np.zeros(len(self._open["key"]), np.int64))

    def columns(self) -> dict[str, Ints]:
        """Return the attempts as columns to be packed; weights where one differs from 1."""
        weighed = self._open[_MORE].any()
        return {name: own for name, own in self._open.items() if weighed or name != _MORE}

    def close(self, rows: DigestRows | None, until_us: int | None) -> Tally:
        """Take in attempts and return the chains that ended.

        Args:
            rows: a bucket's requests; None adds nothing.
            until_us: no attempt that ends earlier follows; None where none follows at all.
        """
        none = np.empty(0, np.int64)
        new = _attempts(rows) if rows else dict.fromkeys(self._open, none)
        every = {name: np.concatenate([self._open[name], new[name]]) for name in self._open}
        order = np.lexsort((every["start"], every["end"], every["key"]))
        every = {name: column[order] for name, column in every.items()}
        first = np.ones(len(order), np.bool_)
        first[1:] = (every["key"][1:] != every["key"][:-1]) | (np.diff(every["end"]) > _GAP_US)
        chains = Groups(np.cumsum(first))
        ended = np.ones(len(order), np.bool_)
        if until_us is not None:
            ended = (chains.max(every["end"]) < until_us - _GAP_US)[chains.inverse]
        self._open = {name: column[~ended] for name, column in every.items()}
        return _chains({name: column[ended] for name, column in every.items()}, first[ended])


def _attempts(rows: DigestRows) -> dict[str, Ints]:
    keys, status = rows.batch.ints("operation_hash"), rows.batch.ints("status_code")
    at = np.flatnonzero(keys != NULL)
    wait = rows.batch.ints("retry_after_us")[at]
    throttled = (status[at] == _THROTTLED) & ~rows.ok[at]
    return {
        "key": keys[at],
        "series": rows.series[at],
        "start": rows.start_us[at],
        "end": rows.end_us[at],
        "failed": (~rows.ok[at]).astype(np.int64),
        "tokens": (rows.known("input_tokens") + rows.known("output_tokens"))[at],
        "throttled": throttled.astype(np.int64),
        "back_at": np.where(throttled & (wait != NULL), rows.end_us[at] + wait, NULL),
        _MORE: np.zeros(len(at), np.int64) if rows.more is None else rows.more[at],
    }


def _chains(rows: Mapping[str, Ints], first: NDArray[np.bool_]) -> Tally:
    chains = Groups(np.cumsum(first))
    told = np.zeros(len(first), np.bool_)
    told[:-1] = (rows["back_at"][:-1] != NULL) & ~first[1:]
    waited = np.zeros(len(first), np.bool_)
    waited[:-1] = rows["start"][1:] >= rows["back_at"][:-1]
    each: dict[str, Ints] = {
        "chains": first.astype(np.int64),
        "requests": np.ones(len(first), np.int64),
        "failed": rows["failed"],
        "failed_tokens": rows["failed"] * rows["tokens"],
        "failed_us": rows["failed"] * (rows["end"] - rows["start"]),
        "elapsed_us": _elapsed(rows, chains, first),
        "throttled": rows["throttled"],
        "honoured": (told & waited).astype(np.int64),
        "early": (told & ~waited).astype(np.int64),
    }
    if rows[_MORE].any():
        each |= unseen_sums(each, COUNTS, rows[_MORE])
    sums = {name: chains.sum(column) for name, column in each.items()}
    keys = {
        "series": rows["series"][chains.representatives],
        "attempts": np.minimum(sums["requests"], MOST_ATTEMPTS),
        "succeeded": (sums["failed"] < sums["requests"]).astype(np.int64),
    }
    return tally_of(keys, sums)


def _elapsed(rows: Mapping[str, Ints], chains: Groups, first: NDArray[np.bool_]) -> Ints:
    """Return how long each chain took at its first attempt, 0 at the others."""
    whole = chains.max(rows["end"]) - chains.min(rows["start"])
    return np.where(first, whole[chains.inverse], 0)
