"""Flapping: a label set whose alerts end again and again is told of once, then held back.

It flaps from the evaluation that ends its third alert (a rule's `flap_threshold`) within 30 minutes
until it has been steady for 15: without an alert since the latest end, or with one that fires all
the while. The first alert that fires meanwhile is told, and says so; those after it are suppressed
as `flapping`. One that then fires steadily is told as soon as the 15 minutes are over.

Prometheus damps with `for` and `keep_firing_for` alone, by the rule's own times; Nagios weighs the
latest 21 states. Counting ends needs nothing but their times, and says in a word what it does.
"""

from datetime import datetime, timedelta

import msgspec

FLAPS_WITHIN = timedelta(minutes=30)
STEADY_AFTER = timedelta(minutes=15)


class Flaps(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of the ends of a label set's alerts.

    Attributes:
        ends: when the latest ones ended, as many as the threshold at most, oldest first, UTC.
        since: the evaluation that began the flapping; None where it does not flap.
        told: whether a person was told that it flaps.
    """

    ends: tuple[datetime, ...] = ()
    since: datetime | None = None
    told: bool = False

    @property
    def damped(self) -> bool:
        """Tell whether further alerts are held back."""
        return self.since is not None and self.told


STEADY = Flaps()


def flaps_after(
    flaps: Flaps,
    *,
    ended: bool,
    firing_since: datetime | None,
    threshold: int,
    now: datetime,
) -> Flaps:
    """Return what is remembered after an evaluation.

    Args:
        flaps: as the last evaluation left it.
        ended: whether this evaluation ended a firing alert.
        firing_since: when the alert began to fire that fires after it; None where none does.
        threshold: how many ends are flapping; 0 never damps.
        now: the evaluation time, UTC.
    """
    if not threshold:
        return STEADY
    if ended:
        ends = (*flaps.ends, now)[-threshold:]
        begins = len(ends) == threshold and now - ends[0] < FLAPS_WITHIN
        since = flaps.since or (now if begins else None)
        return Flaps(ends, since, flaps.told)
    if not flaps.ends:
        return flaps
    # One that begins to fire at this very evaluation ends the quiet, which counts until now.
    steady_since = flaps.ends[-1] if firing_since in (None, now) else firing_since
    limit = FLAPS_WITHIN if flaps.since is None else STEADY_AFTER
    return STEADY if now - steady_since >= limit else flaps
