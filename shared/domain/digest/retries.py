"""What calls cost that took several attempts: chains of requests with one operation_key.

Attempts of one operation_key that end within 15 minutes of each other are a chain, in the order of
their ends. It succeeded where any attempt did; what the failed ones took is its price. After a 429
that said when to come back, the next attempt either waited that long (`honoured`) or came `early`.
A chain counts under the series of its first attempt, on the day of each attempt: one that crosses
midnight is two.
"""

from collections.abc import Mapping

import numpy as np

from shared.domain.digest.rows import DigestRows
from shared.domain.digest.tally import Tally, tally_of
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
# Chains of this many attempts or more are one key.
MOST_ATTEMPTS = 10
_GAP_US = 900_000_000
_COLUMNS = ("key", "series", "start", "end", "failed", "tokens", "throttled", "back_at")
_THROTTLED = 429


class Attempts:
    """Attempts of chains that may still go on."""

    def __init__(self, stored: Mapping[str, Ints] | None = None) -> None:
        """Begin with none, or with what `columns` gave."""
        none = np.empty(0, np.int64)
        self._open = {name: (stored or {}).get(name, none) for name in _COLUMNS}

    def columns(self) -> dict[str, Ints]:
        """Return the attempts as columns to be packed."""
        return dict(self._open)

    def close(self, rows: DigestRows | None, until_us: int | None) -> Tally:
        """Take in attempts and return the chains that ended.

        Args:
            rows: a bucket's requests; None adds nothing.
            until_us: no attempt that ends earlier follows; None where none follows at all.
        """
        new = _attempts(rows) if rows else dict.fromkeys(_COLUMNS, np.empty(0, np.int64))
        every = {name: np.concatenate([self._open[name], new[name]]) for name in _COLUMNS}
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
    }


def _chains(rows: Mapping[str, Ints], first: np.typing.NDArray[np.bool_]) -> Tally:
    chains = Groups(np.cumsum(first))
    told = np.zeros(len(first), np.bool_)
    told[:-1] = (rows["back_at"][:-1] != NULL) & ~first[1:]
    waited = np.zeros(len(first), np.bool_)
    waited[:-1] = rows["start"][1:] >= rows["back_at"][:-1]
    requests = chains.count()
    elapsed = chains.max(rows["end"]) - chains.min(rows["start"])
    sums = {
        "chains": np.ones(len(chains), np.int64),
        "requests": requests,
        "failed": chains.sum(rows["failed"]),
        "failed_tokens": chains.sum(rows["failed"] * rows["tokens"]),
        "failed_us": chains.sum(rows["failed"] * (rows["end"] - rows["start"])),
        "elapsed_us": elapsed,
        "throttled": chains.sum(rows["throttled"]),
        "honoured": chains.sum(told & waited),
        "early": chains.sum(told & ~waited),
    }
    keys = {
        "series": rows["series"][chains.representatives],
        "attempts": np.minimum(requests, MOST_ATTEMPTS),
        "succeeded": (sums["failed"] < requests).astype(np.int64),
    }
    return tally_of(keys, sums)
