"""How long requests took, by what became of them: what timeouts and streaming are judged by.

Successes are told apart by whether they were streamed, failures by their class; times to the first
token are a group of their own. Kept in buckets of an exponential histogram of scale 4: values are
known within 4.5 %, bucket i holds (2^(i/16), 2^((i+1)/16)] microseconds.
"""

import numpy as np

from shared.domain.digest.rows import DigestRows
from shared.domain.digest.tally import Tally, merged, tally_of
from shared.domain.packing import NULL, Floats, Ints
from shared.domain.record.error_class import ERROR_CLASSES

KEYS = ("series", "group", "bucket")
SUMS = ("requests", "duration_us")
PER_OCTAVE = 16
# Successes that do not say whether they were streamed, that were not, that were.
UNKNOWN, WHOLE, STREAMED = 0, 1, 2
FIRST_TOKEN = 3
# Failures by class follow.
FAILED = {each: 10 + at for at, each in enumerate(ERROR_CLASSES)}


def durations_of(rows: DigestRows) -> Tally:
    """Return the durations of a bucket's requests, and their times to the first token."""
    took, first = rows.batch.ints("duration_us"), rows.batch.ints("time_to_first_token_us")
    stream = rows.batch.ints("stream")
    known = np.where(stream == NULL, UNKNOWN, np.where(stream == 1, STREAMED, WHOLE))
    failed = [FAILED[each] for each in rows.batch.table("error_class")]  # type: ignore[index]
    classes = rows.batch.ints("error_class")
    group = np.where(
        rows.ok, known, np.array([*failed, 0], np.int64)[np.where(rows.ok, -1, classes)]
    )
    at = np.flatnonzero(rows.ok & (first != NULL))
    return merged(
        [
            _spread(rows.series, group, took),
            _spread(rows.series[at], np.full(len(at), FIRST_TOKEN, np.int64), first[at]),
        ]
    )


def bucket_of(us: Ints) -> Ints:
    """Return the bucket of each duration; those below a microsecond count as one."""
    return np.ceil(np.log2(np.maximum(us, 1)) * PER_OCTAVE).astype(np.int64) - 1


def longest_us(buckets: Ints) -> Floats:
    """Return the longest duration that each bucket holds, microseconds."""
    return np.exp2((buckets + 1) / PER_OCTAVE)


def quantile_us(buckets: Ints, counts: Ints, share: float) -> float:
    """Return a quantile, microseconds: the longest that its bucket holds.

    Args:
        buckets: ascending.
        counts: requests in each, at least one in all.
        share: 0 < share <= 1.
    """
    rank = max(1, int(np.ceil(share * int(counts.sum()) - 1e-9)))
    at = int(np.searchsorted(np.cumsum(counts), rank))
    return float(longest_us(buckets[at : at + 1])[0])


def _spread(series: Ints, group: Ints, us: Ints) -> Tally:
    ones = np.ones(len(us), np.int64)
    keys = {"series": series, "group": group, "bucket": bucket_of(us)}
    return tally_of(keys, {"requests": ones, "duration_us": us})
