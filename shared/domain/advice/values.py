"""Rows of digests as hours (of scores: days) of one value, to be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.advice.comparison import compared
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.rollup.measures import MOMENT_SCALE
from shared.domain.verification.hours import DAY_H, Hours
from shared.domain.verification.looks import Interval
from shared.domain.verification.scale import Scale

# How much worse an answer may be, of the mean score in use, and still count as no worse.
MARGIN = 0.03
_MILLIONTHS = 1e6


def log_durations(rows: Tally) -> Hours:
    """Return ln of the durations of successes by the hour."""
    by_hour = tally_of({"hour": rows.keys["hour"]}, rows.sums)
    total, squares = by_hour.sums["logs"], by_hour.sums["log_squares"]
    return _some(
        Hours(
            by_hour.keys["hour"],
            by_hour.sums["ok"].astype(np.float64),
            total / MOMENT_SCALE,
            squares / MOMENT_SCALE**2,
        )
    )


def per_success(rows: Tally, *names: str) -> Hours:
    """Return sums over successes by the hour, as tokens."""
    by_hour = tally_of({"hour": rows.keys["hour"]}, rows.sums)
    total = sum(by_hour.sums[name] for name in names)
    ok = by_hour.sums["ok"].astype(np.float64)
    return _some(Hours(by_hour.keys["hour"], ok, np.asarray(total, np.float64)))


def scores(rows: Tally) -> Hours:
    """Return one score by the day."""
    by_day = tally_of({"day": rows.keys["day"]}, rows.sums)
    return Hours(
        by_day.keys["day"] * DAY_H,
        by_day.sums["n"].astype(np.float64),
        by_day.sums["sum_millionths"] / _MILLIONTHS,
        by_day.sums["squares_millionths"] / _MILLIONTHS,
    )


def _some(hours: Hours) -> Hours:
    return hours.where(hours.n > 0)


@dataclass(frozen=True, slots=True)
class ScoreDifference:
    """Another way's score less that of the way in use.

    Attributes:
        ours: mean score of the way in use.
        theirs: of the other.
        interval: of the difference.
        samples: scores, on the side that has fewer.
    """

    ours: float
    theirs: float
    interval: Interval
    samples: int

    @property
    def is_no_worse(self) -> bool:
        """Tell whether it is worse by less than the margin, as far as the interval knows."""
        return self.interval.low > -MARGIN * abs(self.ours)

    @property
    def is_better(self) -> bool:
        """Tell whether it is better: certainly, and by more than the margin."""
        return self.interval.low > 0 and self.interval.mean > MARGIN * abs(self.ours)

    @property
    def is_worse(self) -> bool:
        """Tell whether it is worse."""
        return self.interval.high < 0


def score_differences(
    ours: Tally, theirs: Tally, texts: Sequence[str]
) -> Mapping[str, ScoreDifference]:
    """Return each score that both ways have enough of, by name.

    Args:
        ours: rows of scores of the way in use, with the keys `day` and `score`.
        theirs: of the other way.
        texts: what codes of scores stand for.
    """
    found: dict[str, ScoreDifference] = {}
    for code in np.intersect1d(ours.keys["score"], theirs.keys["score"]).tolist():
        one, other = (scores(each.where(each.keys["score"] == code)) for each in (ours, theirs))
        interval = compared(one, other, Scale.MEAN)
        if interval is not None:
            found[texts[code]] = ScoreDifference(
                float(one.total.sum() / one.n.sum()),
                float(other.total.sum() / other.n.sum()),
                interval,
                int(min(one.n.sum(), other.n.sum())),
            )
    return found


def are_no_worse(differences: Mapping[str, ScoreDifference]) -> bool:
    """Tell whether there are scores, and none of them is worse by more than the margin."""
    return bool(differences) and all(each.is_no_worse for each in differences.values())
