"""What follows a surprise is part of it: it is no alert again, and hardly teaches what is usual.

Habit rises to each surprise and halves in some hundred points; only what exceeds it counts. Means
grow over several points, and each of these would be habit to the next. So the lasting part of a
surprise, which they make up, is measured by a slower habit too: it takes in what was told at once,
and other surprises only after a quiet while. What exceeds either counts.

After a surprise, the points until it has been quiet for a while count little for what is usual,
and count more again the longer that goes on: then it is the new usual.
"""

import msgspec

ALERT_SURPRISE = 2.0
"""So much beyond habit is told."""

_HABIT_POINTS = 150.0
_HABIT_KEPT = 1 - 1 / _HABIT_POINTS
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
        lasting_habit: what is expected by now of the lasting part.
        building: the lasting surprise that builds up, not told yet; 0 while none does.
        rest: points since it last exceeded the lasting habit.
        told: points since something was told.
    """

    habit: float = _FIRST_HABIT
    since: float = 0.0
    quiet: float = _QUIET_POINTS + 1
    lasting_habit: float = _FIRST_HABIT
    building: float = 0.0
    rest: float = 0.0
    told: float = _HABIT_POINTS + 1

    def exceeded(self, surprise: float, lasting: float, steps: float) -> float:
        """Return by how much a surprise exceeds habit, which rises to it.

        Args:
            surprise: at least 0.
            lasting: what means make up of it.
            steps: how many usual steps passed since the last value.
        """
        kept = _HABIT_KEPT if steps == 1 else _HABIT_KEPT**steps
        self.habit *= kept
        self.lasting_habit *= kept
        at_once = max(surprise - self.habit, 0.0)
        built_up = lasting - self.lasting_habit
        self.habit += at_once
        more = max(at_once, built_up)
        self.told = 0.0 if more >= ALERT_SURPRISE else self.told + steps
        if self.told <= _HABIT_POINTS:
            self.lasting_habit = max(self.lasting_habit, self.habit)
            self.building = 0.0
        else:
            self._build(lasting, built_up, steps)
        return more

    def _build(self, lasting: float, more: float, steps: float) -> None:
        """Follow what was not told; after a quiet while it is habit."""
        self.rest += steps
        if more > 0:
            self.building, self.rest = max(self.building, lasting), 0.0
        elif self.rest > _QUIET_POINTS:
            self.lasting_habit = max(self.lasting_habit, self.building)
            self.building = 0.0

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
