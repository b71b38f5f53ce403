"""What owned reservations make of a day's provisioned units: which are covered, and at what price.

A reservation's units go to the deployments it matches in proportion to their size, to the whole
unit, as no hour says whose they were; those that match a single resource are used up before the
shared ones. Units beyond are paid by the hour. What nobody uses is paid all the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.domain.price.offer import Geography
from shared.domain.reservation.reservation import SHARED, Reservation


@dataclass(frozen=True, slots=True)
class Provisioned:
    """Units of one deployment on one day.

    Attributes:
        resource: the Azure resource.
        deployment: its name.
        geography: where it computes.
        region: of the resource.
        ptu: units.
    """

    resource: str
    deployment: str
    geography: Geography
    region: str
    ptu: int

    @property
    def key(self) -> tuple[str, str]:
        """Return resource and deployment."""
        return self.resource, self.deployment


@dataclass(frozen=True, slots=True)
class Coverage:
    """What reservations do on one day.

    Attributes:
        covered: (resource, deployment) -> reservation -> units of it.
        unused: reservation -> units that nothing matched.
    """

    covered: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)
    unused: Mapping[str, int] = field(default_factory=dict)

    def units(self, resource: str, deployment: str) -> int:
        """Return how many of a deployment's units are covered."""
        return sum(self.covered.get((resource, deployment), {}).values())


def coverage_on(
    day: date, deployments: Sequence[Provisioned], reservations: Iterable[Reservation]
) -> Coverage:
    """Return which units are covered on a UTC day.

    Args:
        day: the day.
        deployments: all provisioned ones, each once, in any order.
        reservations: all that are owned; those of other days are passed over.
    """
    ordered = sorted(deployments, key=lambda each: each.key)
    left = {each.key: each.ptu for each in ordered}
    covered: dict[tuple[str, str], dict[str, int]] = {key: {} for key in left}
    unused: dict[str, int] = {}
    owned = [each for each in reservations if each.owned_on(day)]
    for reservation in sorted(owned, key=lambda each: (each.scope == SHARED, each.name)):
        matching = [
            each.key
            for each in ordered
            if reservation.covers(each.geography, each.region, each.resource)
        ]
        parts = _shared_out(reservation.ptu, [left[key] for key in matching])
        for key, part in zip(matching, parts, strict=True):
            if part:
                covered[key][reservation.name] = part
                left[key] -= part
        unused[reservation.name] = reservation.ptu - sum(parts)
    return Coverage(covered, unused)


def _shared_out(units: int, wanted: Sequence[int]) -> list[int]:
    """Return units in proportion to what is wanted, never more; they add up to the whole."""
    total = sum(wanted)
    used, seen, given = min(units, total), 0, 0
    parts: list[int] = []
    for each in wanted:
        seen += each
        parts.append(used * seen // max(total, 1) - given)
        given += parts[-1]
    return parts
