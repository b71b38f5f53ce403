"""Which value of a setting is in use: what nearly all of the latest requests stated."""

from dataclasses import dataclass

import numpy as np

from shared.domain.digest.settings import OTHER
from shared.domain.digest.tally import Tally, tally_of

DOMINANT = 0.8
FEWEST = 200


@dataclass(frozen=True, slots=True)
class InUse:
    """The most frequent value of a setting.

    Attributes:
        value: as digests have it; `UNSET` where nearly none stated any.
        share: of the latest requests, 0..1.
        requests: the latest ones.
    """

    value: int
    share: float
    requests: int

    @property
    def dominates(self) -> bool:
        """Tell whether four of five requests have it."""
        return self.share >= DOMINANT


def in_use(rows: Tally) -> InUse | None:
    """Return the value that the latest days' requests had most; None without any request.

    So many days count, from the latest back, as it takes for `FEWEST` requests.

    Args:
        rows: of one setting, with the key `day`.
    """
    if not len(rows):
        return None
    by_day = tally_of({"day": rows.keys["day"]}, {"requests": rows.sums["requests"]})
    back = np.cumsum(by_day.sums["requests"][::-1])
    at = min(int(np.searchsorted(back, FEWEST)), len(back) - 1)
    latest = rows.where(rows.keys["day"] >= by_day.keys["day"][len(back) - 1 - at])
    values = tally_of({"value": latest.keys["value"]}, {"requests": latest.sums["requests"]})
    named = values.where(values.keys["value"] != OTHER)
    if not len(named):
        return None
    most, total = int(named.sums["requests"].argmax()), values.total("requests")
    requests = int(named.sums["requests"][most])
    return InUse(int(named.keys["value"][most]), requests / total, total)
