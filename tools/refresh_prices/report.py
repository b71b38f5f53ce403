"""What a refresh found, as lines for people."""

from collections.abc import Iterator, Sequence

from shared.domain.price.money import usd_text
from shared.domain.price.reservation_price import reservation_price
from tools.refresh_prices.differences import Difference
from tools.refresh_prices.reading import Reading

_MANY = 40


def report(reading: Reading, found: Sequence[Difference], *, every: bool) -> Iterator[str]:
    """Return what was read and what differs.

    Args:
        reading: what the rows say.
        found: prices that the book does not have so.
        every: name everything, not just the first forty of a kind.
    """
    yield f"{len(reading.prices)} prices read, {len(found)} not in the book as they were read"
    yield from _listed([f"  {each.line()}" for each in found], every)
    yield from _listed(list(_reservations(reading)), every)
    yield f"{len(reading.unknown)} token meters of models that are not known (unpriced)"
    yield from _listed([f"  {name}" for name in sorted(reading.unknown)], every)
    yield f"{len(reading.odd)} odd rows (left out)"
    yield from _listed([f"  {name}" for name in sorted(reading.odd)], every)
    rest = ", ".join(f"{product} {count:,}" for product, count in reading.other.most_common())
    yield f"rows that price something else: {rest or 'none'}"


def _listed(lines: list[str], every: bool) -> Iterator[str]:
    shown = lines if every else lines[:_MANY]
    yield from shown
    if len(shown) < len(lines):
        yield f"  ... and {len(lines) - len(shown)} more (--all names them)"


def _reservations(reading: Reading) -> Iterator[str]:
    """Return the reservations that the app prices otherwise, for their whole term."""
    for (geography, term, region), usd in sorted(reading.reserved.items()):
        booked = reservation_price(geography, term, region)
        if booked is None or booked.usd != usd:
            before = "unpriced" if booked is None else usd_text(booked.usd)
            yield f"  reservation {geography} {term} [{region}]: {before} -> {usd_text(usd)} a PTU"
