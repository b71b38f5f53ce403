"""Puts single rates together: what one region charges from a day on, alike regions as one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.offer import Geography, Offer

PTU_HOUR = "ptu_hour"
EVERYWHERE = ""


class Place(NamedTuple):
    """What a rate is of.

    Attributes:
        above_tokens: input tokens that a request has to exceed.
        meter: what is counted, or `PTU_HOUR`.
    """

    model: str
    offer: Offer
    above_tokens: int
    meter: Meter | str


class Rate(NamedTuple):
    """A rate of one region from a day on, US dollars a million tokens or an hour."""

    since: date
    region: str
    usd: Decimal


type _Rates = tuple[tuple[int, Meter | str, Decimal], ...]
type _Course = tuple[tuple[date, _Rates], ...]


def priced(rates: Mapping[Place, Sequence[Rate]], *, source: str, read_on: date) -> list[ListPrice]:
    """Return rates as list prices, one for each set of regions and day that something changes."""
    by_offer: dict[tuple[str, Offer], dict[str, list[tuple[Place, Rate]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for place, found in rates.items():
        for rate in found:
            region = EVERYWHERE if place.offer.geography is Geography.GLOBAL else rate.region
            by_offer[place.model, place.offer][region].append((place, rate))
    return [
        ListPrice(
            model=model,
            offer=offer,
            effective_from=since,
            bands=_bands(values),
            ptu_hour_usd=next((usd for _, meter, usd in values if meter == PTU_HOUR), None),
            regions=regions,
            source=source,
            source_date=read_on,
        )
        for (model, offer), regional in sorted(by_offer.items())
        for regions, course in _alike(offer, {r: _course(each) for r, each in regional.items()})
        for since, values in course
    ]


def _course(found: Iterable[tuple[Place, Rate]]) -> _Course:
    """Return what one region charges, from each day on that something changes."""
    dated = sorted(found, key=lambda pair: (pair[1].since, -pair[1].usd))
    now: dict[tuple[int, Meter | str], Decimal] = {}
    steps: dict[date, _Rates] = {}
    for place, rate in dated:
        now[place.above_tokens, place.meter] = rate.usd
        steps[rate.since] = tuple(
            (above, meter, usd) for (above, meter), usd in sorted(now.items())
        )
    course: list[tuple[date, _Rates]] = []
    for since, values in steps.items():
        sold = any(above == 0 and meter in (Meter.INPUT, PTU_HOUR) for above, meter, _ in values)
        if sold and (not course or course[-1][1] != values):
            course.append((since, values))
    return tuple(course)


def _alike(offer: Offer, courses: Mapping[str, _Course]) -> list[tuple[frozenset[str], _Course]]:
    """Return regions that charge the same as one, each step from the earliest of their days on."""
    groups: dict[tuple[_Rates, ...], list[str]] = defaultdict(list)
    for region, course in courses.items():
        if course:
            groups[tuple(values for _, values in course)].append(region)
    told_apart = offer.geography is Geography.REGIONAL or len(groups) > 1
    return [
        (
            frozenset(regions) if told_apart and EVERYWHERE not in regions else frozenset(),
            tuple(
                (min(courses[region][step][0] for region in regions), values)
                for step, values in enumerate(steps)
            ),
        )
        for steps, regions in sorted(groups.items(), key=lambda pair: sorted(pair[1]))
    ]


def _bands(values: _Rates) -> tuple[ContextBand, ...]:
    bounds = sorted({above for above, meter, _ in values if meter != PTU_HOUR})
    return tuple(
        ContextBand(
            bound,
            {
                Meter(meter): usd
                for above, meter, usd in values
                if above == bound and meter != PTU_HOUR
            },
        )
        for bound in bounds
    )
