"""Limits on answers and what they cut: candidates for a better `max_tokens`, lower or higher."""

from dataclasses import dataclass

from shared.domain.advice.answer_lengths import FEWEST_ALLOWED, AnswerLengths, Truncation
from shared.domain.digest.outputs import FINISHES
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.share import share_of

TOLERATED, AT_MOST = 0.001, 0.01
WORTH = 0.75
# What is proposed already may cut so many times as much: weeks differ.
_LOOSER = 3
_MOST_SHOWN = 12
_LONGEST = 1 << 53


@dataclass(frozen=True, slots=True)
class Cap:
    """The limit in use, and what is known of answers.

    Attributes:
        limit: tokens.
        current: what it cuts; what the highest that was tried cuts, where it was not itself.
        lengths: of answers.
    """

    limit: int
    current: Truncation
    lengths: AnswerLengths

    @property
    def was_tried(self) -> bool:
        """Tell whether `current` is of the limit itself."""
        return self.current.max_tokens == self.limit

    @property
    def known_until(self) -> int:
        """The longest answer that anything is said of."""
        return int(min(self.lengths.known_until, _LONGEST))

    def lowest_fitting(self, standing: int | None) -> Truncation | None:
        """Return a round limit that cuts next to nothing; None where none is worth it.

        It is the one above the least that does, as lengths drift.

        Args:
            standing: the limit that is proposed already, kept while it does nearly as well.
        """
        found = self._first(1, int(WORTH * self.limit))
        kept = self.lengths.truncated(standing) if standing and standing < self.limit else None
        if kept is None or not _cuts_little(kept, _LOOSER):
            return found
        is_far = found is not None and found.max_tokens * 2 <= kept.max_tokens
        return found if is_far else kept

    def enough(self) -> Truncation | None:
        """Return the least limit above the one in use that higher ones in use show to do."""
        return self._first(self.limit + 1, self.known_until)

    def shown(self, chosen: Truncation | None) -> list[Truncation]:
        """Return some limits around the chosen one, and the one in use, with what they cut."""
        known = min(self.limit, self.known_until)
        low = min(chosen.max_tokens // 4, known) if chosen else known // 8
        every = [self.lengths.truncated(each) for each in ladder(max(low, 1), known)]
        told = [each for each in every if each is not None]
        step = max(-(-len(told) // _MOST_SHOWN), 1)
        some = {each.max_tokens: each for each in [*told[::-step], self.current]}
        if chosen is not None:
            some[chosen.max_tokens] = chosen
        return [some[tokens] for tokens in sorted(some)]

    def _first(self, low: int, high: int) -> Truncation | None:
        for candidate in ladder(low, high):
            told = self.lengths.truncated(candidate)
            if told is not None and _cuts_little(told, 1):
                above = self.lengths.truncated(ladder(candidate + 1, 2 * candidate)[0])
                return told if above is None or above.max_tokens > high else above
        return None


def cap_of(outputs: Tally, lengths: AnswerLengths, limit: int) -> Cap | None:
    """Return what is known of a limit; None where nothing is.

    Args:
        outputs: rows of the section `outputs`, with the key `day`.
        lengths: of the same answers.
        limit: in use.
    """
    own = outputs.where(outputs.keys["limit"] == limit)
    if own.total("requests") >= FEWEST_ALLOWED:
        cut = (own.keys["finish"] == FINISHES.index("length")) * own.sums["requests"]
        by_day = tally_of({"day": own.keys["day"]}, {"cut": cut, **own.sums})
        share = share_of(by_day.sums["cut"], by_day.sums["requests"])
        current = Truncation(limit, share.value, share.low, share.high, 0.0)
        return Cap(limit, current, lengths)
    tried = lengths.truncated(int(min(limit, lengths.known_until, _LONGEST)))
    return None if tried is None else Cap(limit, tried, lengths)


def ladder(low: int, high: int) -> list[int]:
    """Return round numbers of tokens from low to high: eight an octave, 16 and up."""
    every = [(8 + step) << octave for octave in range(1, 50) for step in range(8)]
    return [each for each in every if low <= each <= high]


def _cuts_little(told: Truncation, looser: int) -> bool:
    return told.share <= looser * TOLERATED and told.high <= AT_MOST * (1 + looser) / 2
