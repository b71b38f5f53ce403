"""How much each member counts: its head start, less what it missed on this series so far.

Every member forecasts from origins whole weeks apart, up to a year back, the first after two weeks.
Its loss is its mean absolute error over up to 30 days of each, as a share of what the median member
missed. With `months` the judged days of all origins, in units of 30,

    weight ~ exp(head_start - 10 * months / (months + 0.5) * mean loss)

and the forecast is the weighted mean of the members' paths, moved towards their weighted median by
the share 2 / (months + 4): while little is known, weights are guesses, and no wild member may bend
it.

Source: forecasters weighed by exponentiated losses (Cesa-Bianchi & Lugosi 2006, chapter 2), with
losses of whole paths in place of single steps. That averages hold better if extreme forecasts count
less: Jose & Winkler (2008), doi:10.1016/j.ijforecast.2007.06.001.
"""

from dataclasses import dataclass

import numpy as np

from shared.domain.forecast.daily_series import WEEK_DAYS
from shared.domain.packing import Floats, Ints

JUDGED_DAYS = 30
MOST_ORIGINS = 53
_LEAST_HISTORY_DAYS = 14
_LEAST_JUDGED_DAYS = 7
_PENALTY = 10.0
_DOUBT_MONTHS = 0.5
_MEDIAN_SHARE = 0.5
_MEDIAN_MONTHS = 4.0


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each member counts.

    Attributes:
        shares: the weight of each; they add up to 1.
        months: the months over which they were judged.
    """

    shares: Floats
    months: float

    def combined(self, paths: Floats) -> Floats:
        """Return one path of those of all members.

        Args:
            paths: by origin, member and day ahead.
        """
        mean: Floats = np.einsum("m,omd->od", self.shares, paths)
        towards = _MEDIAN_SHARE * _MEDIAN_MONTHS / (self.months + _MEDIAN_MONTHS)
        return mean + towards * (self._median(paths) - mean)

    def _median(self, paths: Floats) -> Floats:
        order = np.argsort(paths, axis=1, kind="stable")
        below = np.cumsum(self.shares[order], axis=1)
        middle = np.argmax(below >= below[:, -1:] / 2, axis=1)[:, None]
        return np.take_along_axis(paths, np.take_along_axis(order, middle, axis=1), axis=1)[:, 0]


def origins(days: int) -> Ints:
    """Return the end of a series and the ends of its past weeks, the newest first."""
    past = range(days - WEEK_DAYS, _LEAST_HISTORY_DAYS - 1, -WEEK_DAYS)
    return np.array([days, *past][:MOST_ORIGINS], np.int64)


def actual_paths(values: Floats, origins: Ints) -> Floats:
    """Return the 30 days from each origin on; NaN where nothing is known."""
    padded = np.concatenate([values, np.full(JUDGED_DAYS, np.nan)])
    paths: Floats = padded[origins[:, None] + np.arange(JUDGED_DAYS)]
    return paths


def weights(paths: Floats, actual: Floats, head_starts: Floats) -> Weights:
    """Return the weight of each member.

    Args:
        paths: what was forecast, by origin, member and day ahead.
        actual: what came, by origin and day ahead; NaN where it is not known.
        head_starts: the logarithm of each member's weight without any loss.
    """
    losses, months = _mean_losses(paths, actual)
    merit = head_starts - _PENALTY * months / (months + _DOUBT_MONTHS) * losses
    shares = np.exp(merit - merit.max())
    return Weights(shares / shares.sum(), months)


def _mean_losses(paths: Floats, actual: Floats) -> tuple[Floats, float]:
    """Return the mean loss of each member and the months over which it was judged."""
    days = (~np.isnan(actual)).sum(axis=1)
    judged = days >= _LEAST_JUDGED_DAYS
    days = days[judged]
    missed = np.nansum(np.abs(paths[judged] - actual[judged, None]), axis=2) / days[:, None]
    usual = float(np.median(missed, axis=1).mean()) if len(missed) else 0.0
    if not usual:
        return np.zeros(paths.shape[1]), 0.0
    share = days / JUDGED_DAYS
    return share @ missed / (share.sum() * usual), float(share.sum())
