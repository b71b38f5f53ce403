"""How long answers are under each output limit: what a better `max_output_tokens` is read from.

Successes with known output, by series, limit and finish reason, in the buckets of a sketch
(`domain/rollup/sketch.py`, within 0.55 %). Each series keeps its 16 most frequent limits by name;
the rest are one (`OTHER_LIMIT`), requests without a limit another (`NO_LIMIT`).
"""

import numpy as np

from shared.domain.digest.rows import DigestRows
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.digest.top_values import cut_values
from shared.domain.packing import NULL, Ints
from shared.domain.rollup.sketch import keys_of

KEYS = ("series", "limit", "finish", "bucket")
SUMS = ("requests", "output", "reasoning")
COUNTS = ("requests",)
TOP = 16
MAX_ROWS = 200_000
# Beyond MAX_ROWS rows, so many limits a series are carried on within the day.
TOP_WITHIN_DAY = 64
NO_LIMIT = -1
OTHER_LIMIT = -2
FINISHES = ("", "stop", "length", "content_filter", "tool_calls", "other")


def outputs_of(rows: DigestRows) -> Tally:
    """Return the lengths of answers."""
    made = rows.batch.ints("output_tokens")
    at = np.flatnonzero((made != NULL) & rows.ok)
    limits = rows.batch.ints("max_output_tokens")[at]
    keys: dict[str, Ints] = {
        "series": rows.series[at],
        "limit": np.where(limits == NULL, NO_LIMIT, limits),
        "finish": _finishes(rows)[at],
        "bucket": keys_of(made[at].astype(np.float64)),
    }
    sums: dict[str, Ints] = {
        "requests": np.ones(len(at), np.int64),
        "output": made[at],
        "reasoning": rows.known("reasoning_tokens")[at],
    }
    return tally_of(keys, rows.weighed(sums, COUNTS, at))


def cut_limits(outputs: Tally, keep: int) -> Tally:
    """Return lengths with each series' most frequent limits by name, of equals the lower one."""
    return cut_values(outputs, ("series",), "limit", keep=keep, other=OTHER_LIMIT)


def _finishes(rows: DigestRows) -> Ints:
    other = FINISHES.index("other")
    table = [
        FINISHES.index(t) if t in FINISHES else other for t in rows.batch.table("finish_reason")
    ]
    codes = rows.batch.ints("finish_reason")
    return np.array([*table, 0], np.int64)[np.where(codes == NULL, -1, codes)]
