"""One degradation from its start to its end, so that it is told once and does not flap.

It begins with the first check that finds a change for the worse, and keeps the baseline of that
time: one that learns what is wrong would call it normal. It is over when two hourly checks in a row
find less than 80 % of what it takes to begin one. Without enough requests nothing is decided. After
14 days it is normal: the end is told as `lasting`, and the baseline then in force judges anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from shared.domain.baseline.baseline import Baseline, SeasonalBaseline
from shared.domain.degradation.change import Change
from shared.domain.degradation.degradation import Gates
from shared.domain.degradation.evidence import family_of
from shared.domain.timeline import HOUR_M, minute_of

LONGEST = timedelta(days=14)
_CLEAR_CHECKS = 2
_STAYS_ABOVE = 0.8


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """A degradation that goes on.

    Attributes:
        model: its name.
        deployment: its name; empty for all of the model's.
        family: what is worse, as `response_time`.
        metric: the one of that family that changed most at the start.
        since: when it began, as far as is known, UTC.
        detected_at: when it was found, UTC.
        opened_hour: the hour in which it was found, since the epoch.
        checked_hour: the hour of the last check.
        clear: checks in a row that found nothing.
        current: what the metric was at the start, in its unit.
        baseline: what was normal then.
        confidence: how sure it is, 0..1.
        normal: metric -> its baseline at the start, of the family.
    """

    model: str
    deployment: str
    family: str
    metric: str
    since: datetime
    detected_at: datetime
    opened_hour: int
    checked_hour: int
    clear: int
    current: float
    baseline: float
    confidence: float
    normal: dict[str, SeasonalBaseline]


class End(StrEnum):
    """Why a degradation is over."""

    RECOVERED = "recovered"
    LASTING = "lasting"


@dataclass(frozen=True, slots=True)
class Step:
    """What a check makes of a degradation.

    Attributes:
        episode: as it goes on, or as it ended.
        end: why it is over; None while it goes on.
    """

    episode: Episode
    end: End | None = None


def opened(baseline: Baseline, change: Change, now: datetime) -> Episode:
    """Return the degradation that a change for the worse begins."""
    family, hour = family_of(change.metric), hour_number(now)
    return Episode(
        model=baseline.model,
        deployment=baseline.deployment,
        family=family,
        metric=change.metric,
        since=change.since or now - timedelta(hours=1),
        detected_at=now,
        opened_hour=hour,
        checked_hour=hour,
        clear=0,
        current=change.current,
        baseline=change.baseline,
        confidence=change.confidence,
        normal={name: own for name, own in baseline.metrics.items() if family_of(name) == family},
    )


def advanced(episode: Episode, *, worse: bool | None, now: datetime) -> Step:
    """Return what a check makes of a degradation; a second one in the same hour changes nothing.

    Args:
        episode: as the last check left it.
        worse: whether the change is still there; None where too little is known.
        now: the clock, UTC.
    """
    hour = hour_number(now)
    if hour <= episode.checked_hour:
        return Step(episode)
    clear = episode.clear if worse is None else 0 if worse else episode.clear + 1
    checked = msgspec.structs.replace(episode, checked_hour=hour, clear=clear)
    if clear >= _CLEAR_CHECKS:
        return Step(checked, End.RECOVERED)
    if now - episode.detected_at >= LONGEST:
        return Step(checked, End.LASTING)
    return Step(checked)


def staying(gates: Gates) -> Gates:
    """Return what it takes for a degradation to go on."""
    return Gates(gates.effect * _STAYS_ABOVE, gates.samples)


def hour_number(now: datetime) -> int:
    """Return the hours since the epoch."""
    return minute_of(now) // HOUR_M
