"""From rollups to the lines of a bill: tokens by series, tier and context band, priced by the day.

Days over which no price and no configuration changed are one line. What was sampled out by clients
counts with what it is expected to have used, as in `/costs`; what has no price makes no line.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from shared.domain import label
from shared.domain.cost.cells import METERS, OUTCOMES, CellColumns, Entries, cell_columns
from shared.domain.cost.rates import PRICING_LABELS
from shared.domain.deployment.deployment import QuotaBook
from shared.domain.grouping import Groups
from shared.domain.packing import Ints
from shared.domain.plan.bill import Deployed, Line, Place
from shared.domain.plan.exact import ONE, ZERO
from shared.domain.price.list_price import Meter
from shared.domain.price.offer import Billing, Offer, Tier
from shared.domain.price.pricing import Pricing, Resolved
from shared.domain.price.ptu import ptu_sizing
from shared.domain.price.region import region_name
from shared.domain.rollup.call_cell import CallKind
from shared.domain.rollup.price_cell import BANDS, WHOLE, Outcome
from shared.domain.rollup.rollup import Rollup
from shared.domain.timeline import DAY_M, EPOCH, instant

GROUP_BY = (label.RESOURCE, label.DEPLOYMENT, label.MODEL, label.APPLICATION)
"""The labels that tell the series of a plan apart."""

_CALLS = tuple(CallKind)
_REFUSED = OUTCOMES.index(Outcome.REFUSED)
_FAILED = OUTCOMES.index(Outcome.FAILED)

type _Key = tuple[int, int, int]


@dataclass(slots=True)
class _Draft:
    """A line while it is added up."""

    counts: dict[Meter, int]
    failed: dict[Meter, int]
    requests: int = 0
    unseen_millionths: int = 0


def lines_of(rollup: Rollup, pricing: Pricing, *, with_unpriced: bool = False) -> list[Line]:
    """Return the lines of all requests that have a price, or capacity in place of one.

    Args:
        rollup: `cost.token_costs.MEASURES` by `GROUP_BY` and `PRICING_LABELS`, a step a UTC day.
        pricing: prices and deployments.
        with_unpriced: return those without a price too; they cost nothing.
    """
    if len(rollup) == 0:
        return []
    days = rollup.slots // DAY_M
    epoch = np.searchsorted(_cuts(pricing, int(days.min()), int(days.max())), days, "right")
    last = _last_days(days, epoch)
    cells = cell_columns(rollup)
    drafts = _drafts(rollup, cells, epoch)
    lines = [
        _line(dict(rollup.labels[series]), cells.places[place], last[at], draft, pricing)
        for (series, at, place), draft in sorted(drafts.items(), key=lambda pair: pair[0])
    ]
    held = Billing.PROVISIONED
    return [
        line
        for line in lines
        if with_unpriced or line.rates is not None or line.offer.billing is held
    ]


def _cuts(pricing: Pricing, first: int, end: int) -> Ints:
    """Return the days (since the epoch) on which a price or a configuration begins to hold."""
    begins = {(price.effective_from - EPOCH.date()).days for price in pricing.book.prices()}
    begins |= {
        (config.effective_from - EPOCH).days
        for dated in pricing.deployments.dated.values()
        for config in dated
        if config.effective_from is not None
    }
    return np.array(sorted(day for day in begins if first < day <= end), np.int64)


def _last_days(days: Ints, epoch: Ints) -> dict[int, date]:
    return {
        int(each): instant(int(days[epoch == each].max()) * DAY_M).date()
        for each in np.unique(epoch).tolist()
    }


def _drafts(rollup: Rollup, cells: CellColumns, epoch: Ints) -> dict[_Key, _Draft]:
    drafts: dict[_Key, _Draft] = {}
    series, width = rollup.series, len(cells.places)
    for entries in (cells.tokens, cells.unseen):
        for key, outcome, kind, count in _summed(entries, series, epoch, width, len(METERS)):
            draft = drafts.setdefault(key, _Draft({}, {}))
            meter = METERS[kind]
            draft.counts[meter] = draft.counts.get(meter, 0) + count
            if outcome == _FAILED:
                draft.failed[meter] = draft.failed.get(meter, 0) + count
    for key, _, kind, count in _summed(cells.calls, series, epoch, width, len(_CALLS)):
        if key in drafts and _CALLS[kind] is CallKind.UNSEEN:
            drafts[key].unseen_millionths += count
        elif key in drafts:
            drafts[key].requests += count
    return drafts


def _summed(
    entries: Entries, series: Ints, epoch: Ints, places: int, kinds: int
) -> Iterator[tuple[_Key, int, int, int]]:
    """Yield series, epoch and place, then outcome, kind and the sum, of what was not refused."""
    kept = np.flatnonzero(entries.outcome != _REFUSED)
    if len(kept) == 0:
        return
    rows, eras = entries.rows[kept], int(epoch.max()) + 1
    owner = (series[rows] * eras + epoch[rows]) * places + entries.place[kept]
    groups = Groups((owner * len(OUTCOMES) + entries.outcome[kept]) * kinds + entries.kind[kept])
    sums = groups.sum(entries.sums[kept])
    for code, count in zip(groups.codes.tolist(), sums.tolist(), strict=True):
        rest, kind = divmod(code, kinds)
        rest, outcome = divmod(rest, len(OUTCOMES))
        rest, place = divmod(rest, places)
        yield (rest // eras, rest % eras, place), outcome, kind, count


def _line(
    labels: Mapping[str, str], cell: tuple[str, str], day: date, draft: _Draft, pricing: Pricing
) -> Line:
    tier, band = cell
    own = {name: labels[name] for name in PRICING_LABELS}
    resolved = pricing.resolve(**own, service_tier=tier, day=day)
    provisioned = resolved.offer.billing is Billing.PROVISIONED
    price = resolved.price
    region = region_name((resolved.config and resolved.config.region) or "")
    if provisioned:
        price = pricing.price(resolved.model, Offer(resolved.offer.geography), day, region).price
    rates = None if price is None else price.cell_band(band)
    place = Place(*(labels[name] for name in GROUP_BY))
    home = home_of(pricing.deployments, place.resource, place.deployment)
    return Line(
        place=place,
        model=resolved.model,
        offer=resolved.offer,
        region=region,
        day=day,
        band=band,
        counts={meter: Decimal(count) for meter, count in draft.counts.items() if count > 0},
        rates=rates,
        failed={meter: Decimal(count) for meter, count in draft.failed.items() if count > 0},
        requests=draft.requests,
        unseen_requests=round(draft.unseen_millionths / WHOLE),
        home=home,
        under=home if _can_be_held(resolved, band, day) else None,
        paid=ZERO if provisioned else ONE,
    )


def _can_be_held(resolved: Resolved, band: str, day: date) -> bool:
    """Tell whether provisioned throughput serves, or could serve, such requests."""
    offer = resolved.offer
    if offer.billing is Billing.BATCH or offer.tier is Tier.FLEX:
        return False
    sizing = ptu_sizing(resolved.model, day)
    if sizing is None or offer.billing is Billing.PROVISIONED:
        return True
    too_long = sizing.longest_input_tokens is not None and band != BANDS[0]
    return not too_long and (sizing.long_weights is None or band != BANDS[-1])


def home_of(deployments: QuotaBook, resource: str, deployment: str) -> Deployed:
    """Return a deployment under the resource that it is configured in, where none was reported."""
    known = deployments.resources.get(deployment, ())
    return Deployed(known[0] if not resource and len(known) == 1 else resource, deployment)


def spilling(lines: Iterable[Line], owners: Mapping[Deployed, Deployed]) -> list[Line]:
    """Return lines with those of a spillover deployment under the deployment that spills there.

    Args:
        lines: as they were made.
        owners: spillover deployment -> the provisioned one whose overflow is all it serves.
    """
    return [
        line if line.under is None else replace(line, under=owners.get(line.under, line.under))
        for line in lines
    ]
