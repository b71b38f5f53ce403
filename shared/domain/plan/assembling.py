"""From what is stored to the workload of one model, or of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from shared.domain import label
from shared.domain.application import Application
from shared.domain.cost.capacity import Capacity as HeldCapacity
from shared.domain.cost.costing import merged_for
from shared.domain.cost.token_costs import MEASURES
from shared.domain.label import Labels
from shared.domain.packing import Ints
from shared.domain.plan.bill import Bill, Deployed, Line, Place
from shared.domain.plan.cheaper_model import outputs_of
from shared.domain.plan.exact import ZERO, exactly
from shared.domain.plan.holdings import Holdings, holdings_of
from shared.domain.plan.load import Load, together
from shared.domain.plan.prompt_length import InputLengths
from shared.domain.plan.spread import spreads_of
from shared.domain.plan.traffic import Traffic
from shared.domain.plan.usage import GROUP_BY, home_of, lines_of, spilling
from shared.domain.plan.workload import PriceAt, Workload
from shared.domain.price.list_price import ListPrice
from shared.domain.price.offer import Offer
from shared.domain.price.pricing import Pricing
from shared.domain.reservation.reservation import Reservation
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.price_cell import Outcome, cell_of
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.token_cell import TokenType
from shared.domain.timeline import DAY_M

READ = MEASURES | {"spilled", "input_sketch"}
"""What is to be read of request rollups."""

_ALL_SPILL = 0.95
_SIDES = (TokenType.INPUT, TokenType.OUTPUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a plan is made from.

    Attributes:
        rollups: requests of the period, `READ` at least, no step across a UTC midnight.
        pricing: prices and deployments.
        capacity: provisioned, of the period.
        traffic: what digests tell.
        applications: what is known of applications.
        reservations: all that are owned.
        first: the first minute of the period, a UTC midnight.
        last: the last UTC day.
        days: how many days of the period are known: those whose data is missing are not.
        minutes: of the known days.
    """

    rollups: Sequence[Rollup]
    pricing: Pricing
    capacity: HeldCapacity
    traffic: Traffic
    applications: Mapping[str, Application]
    reservations: Sequence[Reservation]
    first: int
    last: date
    days: int
    minutes: int


@exactly
def workload_of(stored: Stored, model: str | None) -> Workload:
    """Return the workload of one model, as it is reported, or of all.

    Args:
        stored: what there is.
        model: which; None for all.
    """
    every = merged_for(stored.rollups, GROUP_BY, DAY_M, lambda _: True)
    owners = _spillover(stored)
    lines = spilling(lines_of(every, stored.pricing), owners)
    held = holdings_of(
        stored.capacity, lines, stored.reservations, last=stored.last, days=stored.days
    )
    mine = [line for line in lines if model is None or line.place.model == model]
    wanted = _wanted(model, mine, held, stored.pricing)
    capacities = {which: each for which, each in held.capacities.items() if which in wanted}
    daily = _daily(every, stored)
    own = [tokens for place, tokens in daily.items() if model in (None, place.model)]
    return Workload(
        bill=Bill(tuple(mine), capacities, held.unused_usd if model is None else ZERO),
        days=stored.days,
        minutes=stored.minutes,
        last=stored.last,
        price=_price_of(stored.pricing),
        traffic=replace(_of_places(stored.traffic, model), loads=_loads(stored, owners)),
        lengths=_lengths(stored.rollups, model),
        daily_tokens=[sum(day) for day in zip(*own, strict=True)],
        spreads=spreads_of(daily),
        holdings={which: each for which, each in held.by_deployment.items() if which in wanted},
        spare=held.spare,
        applications=stored.applications,
        outputs=outputs_of(lines),
    )


def _wanted(
    model: str | None, mine: Sequence[Line], held: Holdings, pricing: Pricing
) -> set[Deployed]:
    """Return the deployments that a plan is about."""
    if model is None:
        return {*held.by_deployment, *held.capacities}
    canonical = pricing.names.find(model) or model
    named = {
        which
        for which, configured in held.models.items()
        if configured and (pricing.names.find(configured) or configured) == canonical
    }
    return named | {line.under for line in mine if line.under is not None}


def _price_of(pricing: Pricing) -> PriceAt:
    def price(model: str, offer: Offer, day: date, region: str) -> ListPrice | None:
        return pricing.price(pricing.names.find(model) or model, offer, day, region).price

    return price


def _spillover(stored: Stored) -> dict[Deployed, Deployed]:
    """Return spillover deployments that serve nothing else, and whose overflow that is."""
    targets = {
        Deployed(piece.resource, piece.config.spillover_to): Deployed(
            piece.resource, piece.deployment
        )
        for piece in stored.capacity.held
        if piece.config.spillover_to
    }
    if not targets:
        return {}

    def key(labels: Labels) -> Labels:
        own = dict(labels)
        return tuple((name, own.get(name, "")) for name in (label.RESOURCE, label.DEPLOYMENT))

    summed = aggregate(
        stored.rollups,
        REQUEST_MEASURES,
        key=key,
        step=lambda slots: np.zeros(len(slots), np.int64),
        only={"n", "spilled"},
    )
    rows = zip(summed.series.tolist(), summed.ints("n"), summed.ints("spilled"), strict=True)
    spilled = {
        home_of(stored.pricing.deployments, *(text for _, text in summed.labels[series])): int(part)
        / max(int(whole), 1)
        for series, whole, part in rows
    }
    return {
        target: owner for target, owner in targets.items() if spilled.get(target, 0.0) >= _ALL_SPILL
    }


def _loads(stored: Stored, owners: Mapping[Deployed, Deployed]) -> dict[Deployed, Load]:
    """Return loads by the deployment whose capacity they are under."""
    parts: dict[Deployed, list[Load]] = {}
    for which, load in stored.traffic.loads.items():
        home = home_of(stored.pricing.deployments, *which)
        parts.setdefault(owners.get(home, home), []).append(load)
    return {
        which: together(found) if len(found) > 1 else found[0] for which, found in parts.items()
    }


def _of_places(traffic: Traffic, model: str | None) -> Traffic:
    """Return traffic without the series of other models, but for scores, which are compared."""
    if model is None:
        return traffic
    mine = np.array([place.model == model for place in traffic.places] + [False])
    sections = {
        name: tally if name == "quality" else tally.where(mine[tally.keys["series"]])
        for name, tally in traffic.sections.items()
    }
    return replace(traffic, sections=sections)


def _lengths(rollups: Sequence[Rollup], model: str | None) -> dict[Place, InputLengths]:
    def key(labels: Labels) -> Labels | None:
        own = dict(labels)
        if model is not None and own.get(label.MODEL) != model:
            return None
        return tuple((name, own.get(name, "")) for name in GROUP_BY)

    summed = aggregate(
        rollups,
        REQUEST_MEASURES,
        key=key,
        step=lambda slots: np.zeros(len(slots), np.int64),
        only={"input_sketch"},
    )
    entries = summed.entries("input_sketch")
    bounds = np.searchsorted(entries.rows, np.arange(len(summed) + 1))
    return {
        Place(*(text for _, text in summed.labels[summed.series[row]])): InputLengths(
            entries.keys[bounds[row] : bounds[row + 1]], entries.sums[bounds[row] : bounds[row + 1]]
        )
        for row in range(len(summed))
    }


def _daily(every: Rollup, stored: Stored) -> dict[Place, list[int]]:
    """Return each series' charged tokens by day of the period, sampled-out ones included."""
    names = [dict(each) for each in every.labels]
    places = [Place(*(own[name] for name in GROUP_BY)) for own in names]
    known = {place: at for at, place in enumerate(dict.fromkeys(places))}
    code = np.array([known[place] for place in places], np.int64)
    span = _days_of(stored)
    totals = np.zeros((len(known), span), np.int64)
    for measure in ("tokens", "unseen_tokens"):
        rows, sums = _charged(every, measure)
        day = every.slots[rows] // DAY_M - stored.first // DAY_M
        inside = (day >= 0) & (day < span)
        np.add.at(totals, (code[every.series[rows]][inside], day[inside]), sums[inside])
    return {place: totals[at].tolist() for place, at in known.items()}


def _charged(every: Rollup, measure: str) -> tuple[Ints, Ints]:
    """Return row and count of a measure's input and output tokens that are charged for."""
    entries = every.entries(measure)
    cells = [cell_of(term) for term in every.terms.get(measure, [])]
    counted = np.array(
        [cell.kind in _SIDES and cell.outcome != Outcome.REFUSED for cell in cells], np.bool_
    )
    kept = counted[entries.keys] if cells else np.zeros(0, np.bool_)
    return entries.rows[kept], entries.sums[kept]


def _days_of(stored: Stored) -> int:
    first = date(1970, 1, 1).toordinal() + stored.first // DAY_M
    return max(stored.last.toordinal() - first + 1, 1)
