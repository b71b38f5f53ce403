"""A spend anomaly as it is kept, told and shown; hours of one scope within a day are one.

The figures are those of the step that is the furthest outside its band. An anomaly is told once,
when it is found; that it goes on is only noted.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from shared.domain.cost_anomaly.attribution import Part
from shared.domain.cost_anomaly.grid import Scope
from shared.domain.cost_anomaly.judging import Unusual
from shared.domain.event import COST_ANOMALY, Event, new_event
from shared.domain.identity import identity_of
from shared.domain.spend.money import usd_estimate
from shared.domain.timeline import rfc3339

TOGETHER = timedelta(days=1)
_MOSTLY = 0.5


class Grain(StrEnum):
    """How long the steps of an anomaly are."""

    HOUR = "hour"
    DAY = "day"


class Direction(StrEnum):
    """On which side of its band spend is."""

    ABOVE = "above"
    BELOW = "below"


class AttributedTo(msgspec.Struct, frozen=True):
    """A part of the change; `share` is of all of it, and parts of different causes overlap."""

    cause: str
    name: str
    usd: str
    share: float


class CostAnomaly(msgspec.Struct, frozen=True, kw_only=True):
    """Spend far outside its band.

    Attributes:
        id: stable.
        grain: whether hours or a day are unusual.
        start: of the first unusual step, UTC.
        end: of the last.
        scope: label -> value; all spend on tokens where empty.
        direction: above the band or below.
        value: US dollars of the step furthest outside.
        low: the lower end of its band.
        high: its upper end.
        excess: by how many US dollars the unusual steps are outside their bands, together.
        attribution: what the change of that step is down to, the largest part first.
        detected_at: when it was found.
    """

    id: str
    grain: Grain
    start: datetime
    end: datetime
    scope: dict[str, str]
    direction: Direction
    value: str
    low: str
    high: str
    excess: str
    attribution: list[AttributedTo]
    detected_at: datetime

    @property
    def scope_text(self) -> str:
        """Return the scope for people, as `application checkout-bot`."""
        return ", ".join(f"{name} {value}" for name, value in self.scope.items()) or "all"


def found_anomaly(
    found: Unusual, parts: Sequence[Part], *, grain: Grain, start: datetime, now: datetime
) -> CostAnomaly:
    """Return what is unusual as an anomaly of one step.

    Args:
        found: what is unusual.
        parts: what it is down to.
        grain: how long the step is.
        start: when it began.
        now: the clock, UTC.
    """
    direction = Direction.ABOVE if found.is_above else Direction.BELOW
    return CostAnomaly(
        id=anomaly_id(grain, direction, found.scope, start),
        grain=grain,
        start=start,
        end=start + _length(grain),
        scope=found.scope.labels,
        direction=direction,
        value=usd_estimate(found.value),
        low=usd_estimate(found.low),
        high=usd_estimate(found.high),
        excess=usd_estimate(found.excess),
        attribution=[
            AttributedTo(part.cause, part.name, usd_estimate(part.usd), part.share)
            for part in parts
        ],
        detected_at=now,
    )


def anomaly_id(grain: Grain, direction: Direction, scope: Scope, start: datetime) -> str:
    """Return what tells an anomaly from every other."""
    return identity_of(grain, direction, rfc3339(start), str(scope.model), str(scope.application))


def same_anomaly(known: CostAnomaly, found: CostAnomaly) -> bool:
    """Tell whether a step belongs to an anomaly that is known."""
    alike = (known.scope, known.direction, known.grain) == (
        found.scope,
        found.direction,
        found.grain,
    )
    return alike and known.start <= found.start <= known.end + TOGETHER


def extended(known: CostAnomaly, found: CostAnomaly) -> CostAnomaly:
    """Return a known anomaly with one more step; as it is where it has the step already."""
    if found.start < known.end:
        return known
    together = usd_estimate(float(known.excess) + float(found.excess))
    worse = found if _outside(found) > _outside(known) else known
    return replace(
        known,
        end=found.end,
        value=worse.value,
        low=worse.low,
        high=worse.high,
        attribution=worse.attribution,
        excess=together,
    )


def explained(day: CostAnomaly, known: Iterable[CostAnomaly]) -> bool:
    """Tell whether unusual hours that are known make up half of what is unusual in a day."""
    if day.grain is not Grain.DAY:
        return False
    hours = [
        float(each.excess)
        for each in known
        if each.grain is Grain.HOUR
        and each.direction is day.direction
        and day.start <= each.start < day.end
    ]
    return sum(hours) >= _MOSTLY * float(day.excess)


def anomaly_event(anomaly: CostAnomaly, environment: str) -> Event:
    """Return the event that tells of an anomaly; the same anomaly always has the same event_id."""
    return new_event(
        COST_ANOMALY,
        event_id=identity_of(COST_ANOMALY, anomaly.id),
        time=anomaly.start,
        environment=environment,
        properties={
            "scope": anomaly.scope_text,
            "attribution": msgspec.json.encode(anomaly.attribution).decode(),
            "id": anomaly.id,
            "grain": anomaly.grain,
            "direction": anomaly.direction,
            "start": rfc3339(anomaly.start),
            "end": rfc3339(anomaly.end),
            "label_model": anomaly.scope.get("model", ""),
            "label_application": anomaly.scope.get("application", ""),
        },
        measurements={
            "value": float(anomaly.value),
            "low": float(anomaly.low),
            "high": float(anomaly.high),
        },
    )


def _length(grain: Grain) -> timedelta:
    return timedelta(hours=1) if grain is Grain.HOUR else timedelta(days=1)


def _outside(anomaly: CostAnomaly) -> float:
    if anomaly.direction is Direction.ABOVE:
        return float(anomaly.value) - float(anomaly.high)
    return float(anomaly.low) - float(anomaly.value)
