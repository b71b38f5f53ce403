"""How long a scope's requests took by outcome, as timeouts and streaming are judged by it."""

from dataclasses import dataclass

import numpy as np

from shared.domain.digest.durations import bucket_of, quantile_us
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.packing import Ints
from shared.domain.share import Share, share_of

_US_PER_S = 1e6


@dataclass(frozen=True, slots=True)
class OutcomeTimes:
    """Durations of requests that ended alike, in buckets of the digests.

    Attributes:
        rows: with the keys `day` and `bucket`.
    """

    rows: Tally

    @property
    def requests(self) -> int:
        """How many there are."""
        return self.rows.total("requests")

    def quantile_s(self, share: float) -> float | None:
        """Return a quantile, the longest that its bucket holds; None without any."""
        if not self.requests:
            return None
        return quantile_us(*self._counts(), share) / _US_PER_S

    def longer_than(self, seconds: float) -> Share:
        """Return which share took longer than a time that ends a bucket; at least one in all."""
        last = int(bucket_of(np.array([round(seconds * _US_PER_S)], np.int64))[0])
        longer = (self.rows.keys["bucket"] > last) * self.rows.sums["requests"]
        by_day = tally_of({"day": self.rows.keys["day"]}, {"longer": longer, **self.rows.sums})
        return share_of(by_day.sums["longer"], by_day.sums["requests"])

    def common_s(self) -> tuple[float, float]:
        """Return the time that most took, and which share took that within a bucket either way."""
        buckets, counts = self._counts()
        most = int(buckets[int(counts.argmax())])
        near = np.abs(buckets - most) <= 1
        rows = np.abs(self.rows.keys["bucket"] - most) <= 1
        taken = self.rows.where(rows)
        mean = taken.total("duration_us") / taken.total("requests") / _US_PER_S
        return mean, float(counts[near].sum() / counts.sum())

    def daily(self) -> Tally:
        """Return requests and time by the day."""
        return tally_of({"day": self.rows.keys["day"]}, self.rows.sums)

    def _counts(self) -> tuple[Ints, Ints]:
        whole = tally_of(
            {"bucket": self.rows.keys["bucket"]}, {"requests": self.rows.sums["requests"]}
        )
        return whole.keys["bucket"], whole.sums["requests"]


def times_of(durations: Tally, *groups: int) -> OutcomeTimes:
    """Return the durations of some groups.

    Args:
        durations: rows of the section `durations`, with the key `day`.
        groups: as `domain/digest/durations` numbers them.
    """
    return OutcomeTimes(durations.where(np.isin(durations.keys["group"], groups)))
