"""What one bill saves against another, at least, as expected and at most.

Low and high hold two things: how much an option may do (each states its own assumption), and how
much traffic differs from week to week: a line saves in a lean week what it costs then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from shared.domain.plan.bill import Bill, Place
from shared.domain.plan.exact import ONE, ZERO


@dataclass(frozen=True, slots=True)
class Spread:
    """How much a series' cost differs from its mean over time.

    Attributes:
        low: the leanest week's cost, as a share of the mean's, 0..1.
        high: the richest week's, >= 1.
    """

    low: Decimal = ONE
    high: Decimal = ONE


@dataclass(frozen=True, slots=True)
class Spreads:
    """The spread of each series."""

    by_place: Mapping[Place, Spread] = field(default_factory=dict)

    def of(self, place: Place) -> Spread:
        """Return a series' spread; none where it is not known."""
        return self.by_place.get(place, Spread())


@dataclass(frozen=True, slots=True)
class Saving:
    """US dollars over the period; below 0 costs more.

    Attributes:
        low: at least.
        expected: the middle.
        high: at most.
    """

    low: Decimal
    expected: Decimal
    high: Decimal


def saving(before: Bill, low: Bill, expected: Bill, high: Bill, spreads: Spreads) -> Saving:
    """Return what changing a bill saves, never more than is paid.

    Args:
        before: as it would be without.
        low: where the change does least.
        expected: as expected.
        high: where it does most.
        spreads: how much traffic differs from week to week.
    """
    middle = sum(_differences(before, expected).values(), ZERO) + _capacity(before, expected)
    least = _capacity(before, low) + _weekly(before, low, spreads, lean=True)
    most = _capacity(before, high) + _weekly(before, high, spreads, lean=False)
    return Saving(min(least, middle), middle, min(max(most, middle), before.total_usd))


def _differences(before: Bill, after: Bill) -> dict[int, Decimal]:
    """Return line -> what it saves, of those that differ."""
    changed = {
        which
        for which in {*before.capacities, *after.capacities}
        if before.capacities.get(which) is not after.capacities.get(which)
    }
    return {
        at: before.line_usd(at) - after.line_usd(at)
        for at, (one, other) in enumerate(zip(before.lines, after.lines, strict=True))
        if one is not other or one.under in changed
    }


def _capacity(before: Bill, after: Bill) -> Decimal:
    return before.capacity_usd - after.capacity_usd


def _weekly(before: Bill, after: Bill, spreads: Spreads, *, lean: bool) -> Decimal:
    """Return what lines save in the week that suits the change least, or best."""
    total = ZERO
    for at, difference in _differences(before, after).items():
        spread = spreads.of(before.lines[at].place)
        wanted = spread.low if (difference > 0) is lean else spread.high
        total += difference * wanted
    return total
