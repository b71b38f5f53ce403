"""How long answers are, when some were cut: what share of them a lower `max_tokens` would cut.

An answer that ended at its limit says only that it would have been longer: it is censored. Kaplan
and Meier's estimate (1958, Nonparametric estimation from incomplete observations, JASA 53, 457-481)
takes that into account where limits differ from request to request:

    share longer than c = product over lengths l <= c of (1 - ended by themselves at l / reached l)

An answer cut at l had reached it. Ended by length is censored, so is an unknown end at the limit;
stopped, filtered and tool calls are ends of their own. Up to the lowest limit in use nothing is
censored and the estimate is plain counting. Above the highest limit that 50 requests had, nothing
is known, and nothing is said. Lengths are buckets of a sketch; one that reaches past c counts as
longer, so that the share is never understated by them.

The interval is Wilson's on as many requests as Greenwood's variance says that the estimate is
worth, divided by how much daily shares differ beyond chance (`share`). It takes limits for chosen
without regard to the length to come, as every estimate from censored data does.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shared.domain.digest.outputs import FINISHES, NO_LIMIT, OTHER_LIMIT
from shared.domain.digest.tally import Tally
from shared.domain.packing import Floats, Ints
from shared.domain.rollup.sketch import keys_of, longest
from shared.domain.share import dispersion, wilson

_CUT, _UNKNOWN = FINISHES.index("length"), FINISHES.index("")
FEWEST_ALLOWED = 50


@dataclass(frozen=True, slots=True)
class Truncation:
    """What a limit would cut.

    Attributes:
        max_tokens: the limit.
        share: of answers that are longer, 0..1.
        low: from here.
        high: to here, with a probability of 95 %.
        spared_tokens: a request, on average: what the cut answers would have gone on for, at most.
    """

    max_tokens: int
    share: float
    low: float
    high: float
    spared_tokens: float


@dataclass(frozen=True)
class AnswerLengths:
    """Lengths of answers, ended or cut.

    Attributes:
        lengths: the most tokens that each bucket holds, ascending.
        ended: answers that ended by themselves in each.
        cut: answers of that length that would have been longer.
        daily: for each day the answers of each length, ended or cut.
        limits: of the requests, ascending, each once; infinite for none.
        allowed: how many requests had at least that limit.
    """

    lengths: Floats
    ended: Ints
    cut: Ints
    daily: Ints
    limits: Floats
    allowed: Ints

    @property
    def requests(self) -> int:
        """How many answers are known."""
        return int(self.ended.sum() + self.cut.sum())

    @cached_property
    def known_until(self) -> float:
        """The highest limit of which anything is known, tokens; 0 where nothing is."""
        enough = np.flatnonzero(self.allowed >= FEWEST_ALLOWED)
        return float(self.limits[enough[-1]]) if len(enough) else 0.0

    def truncated(self, max_tokens: int) -> Truncation | None:
        """Return what a limit would cut; None above what is known.

        Args:
            max_tokens: the limit, at least 1.
        """
        if max_tokens > self.known_until or not self.requests:
            return None
        # So many buckets lie wholly within the limit.
        within = int(np.searchsorted(self.lengths, max_tokens, side="right"))
        share = float(self._longer[within])
        low, high = wilson(share, self._worth(within, share, max_tokens))
        return Truncation(max_tokens, share, low, high, self._spared(within, max_tokens))

    @cached_property
    def _reached(self) -> Ints:
        """The answers that reached each length."""
        every = self.ended + self.cut
        return np.cumsum(every[::-1])[::-1]

    @cached_property
    def _longer(self) -> Floats:
        """The share longer than the first 0, 1, 2, ... lengths."""
        staying = 1 - self.ended / np.maximum(self._reached, 1)
        return np.cumprod(np.concatenate([[1.0], staying]))

    def _worth(self, within: int, share: float, max_tokens: int) -> float:
        """Return how many requests an estimate is worth."""
        longer = self.daily[:, within:].sum(axis=1)
        spread = dispersion(longer, self.daily.sum(axis=1))
        ended, reached = self.ended[:within], self._reached[:within]
        some = (ended > 0) & (reached > ended)
        greenwood = float((ended[some] / (reached[some] * (reached - ended)[some])).sum())
        if 0 < share < 1 and greenwood > 0:
            return (1 - share) / (share * greenwood) / spread
        able = self.allowed[np.searchsorted(self.limits, max_tokens)]
        return max(int(able), 1) / spread

    def _spared(self, within: int, max_tokens: int) -> float:
        bounds = np.concatenate([[float(max_tokens)], self.lengths[within:]])
        return float((np.diff(bounds) * self._longer[within:-1]).sum())


def answer_lengths(outputs: Tally) -> AnswerLengths:
    """Return the lengths of answers.

    Args:
        outputs: rows of the section `outputs`, with the key `day`.
    """
    bucket, limit = outputs.keys["bucket"], outputs.keys["limit"]
    requests, finish = outputs.sums["requests"], outputs.keys["finish"]
    buckets, place = np.unique(bucket, return_inverse=True)
    days, day = np.unique(outputs.keys["day"], return_inverse=True)
    at_limit = (limit >= 0) & (bucket >= keys_of(np.maximum(limit, 0).astype(np.float64)))
    cut = (finish == _CUT) | ((finish == _UNKNOWN) & at_limit)
    size = len(buckets)
    daily = _counted(day * size + place, requests, len(days) * size)
    limits, allowed = _limits(limit, requests)
    return AnswerLengths(
        longest(buckets),
        _counted(place, requests * ~cut, size),
        _counted(place, requests * cut, size),
        daily.reshape(len(days), size),
        limits,
        allowed,
    )


def _limits(limit: Ints, requests: Ints) -> tuple[Floats, Ints]:
    """Return limits, and how many requests had at least each; those without a name had none."""
    named = limit != OTHER_LIMIT
    tokens = np.where(limit == NO_LIMIT, math.inf, limit)[named]
    limits, place = np.unique(tokens, return_inverse=True)
    counts = _counted(place, requests[named], len(limits))
    return limits, np.cumsum(counts[::-1])[::-1]


def _counted(place: Ints, requests: Ints, size: int) -> Ints:
    return np.bincount(place, requests, size).astype(np.int64)
