"""What follows a surprise is part of it: it is no alert again, and hardly teaches what is usual.

Habit rises to each surprise and halves in some hundred points; only what exceeds it counts.
After a surprise, the points until it has been quiet for a while count little for what is usual,
and count more again the longer that goes on: then it is the new usual.
"""

import msgspec

_HABIT_KEPT = 1 - 1 / 150
_SURPRISE = 2.0
# At first nearly everything is the largest yet.
_FIRST_HABIT = 16.0
_QUIET_POINTS = 12.0
_LEAST_SHARE = 0.06
_ACCEPTED_POINTS = 350.0
_RHYTHM_SHARE = 0.5
_SURPRISE_SHARE = 0.1


class Episode(msgspec.Struct, array_like=True):
    """How long ago a surprise began and was last seen.

    Attributes:
        habit: surprise that is expected by now.
        since: points since the episode began.
        quiet: points since the last surprise; beyond `_QUIET_POINTS` outside episodes.
    """

    habit: float = _FIRST_HABIT
    since: float = 0.0
    quiet: float = _QUIET_POINTS + 1

    def exceeded(self, surprise: float, steps: float) -> float:
        """Return by how much a surprise exceeds habit, after so many steps; habit rises to it."""
        self.habit *= _HABIT_KEPT if steps == 1 else _HABIT_KEPT**steps
        more = max(surprise - self.habit, 0.0)
        self.habit += more
        return more

    def share(self, surprise: float) -> float:
        """Return how much the point with this surprise counts for what is usual, 0..1."""
        share = 1.0
        if self.quiet <= _QUIET_POINTS:
            self.since += 1
            self.quiet += 1
            share = _LEAST_SHARE + (1 - _LEAST_SHARE) * min(1.0, self.since / _ACCEPTED_POINTS)
        if surprise >= _SURPRISE:
            if self.quiet > _QUIET_POINTS:
                self.since, share = 0.0, 1.0
            self.quiet = 0.0
        return share

    def rhythm_share(self, share: float) -> float:
        """Return how much the point with this share counts for the rhythm, 0..1.

        A surprise counts for some half: it should not be missed a day later, and yet a rhythm that
        changed has to be learned.
        """
        if self.quiet == 0:
            share = min(share, _SURPRISE_SHARE)
        return _RHYTHM_SHARE + (1 - _RHYTHM_SHARE) * share
