"""What requests cost, minute by minute, as the samples of `model_cost_usd`.

A chart's or a rule's number, and so in floating point; `cost/token_costs` is the exact sum of the
same tokens at the same prices. A sample is a priced request: the mean is the cost of one. Least,
greatest and last are those of a step's whole cost. Provisioned capacity costs what it does with or
without requests, and is not in it; a step in which nothing has a price has no value, not 0.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from shared.domain.cost.cells import CALLS, METERS, OUTCOMES, CellColumns, Entries, cell_columns
from shared.domain.cost.rates import PRICING_LABELS, Rate, Rates, rate_numbers
from shared.domain.grouping import Groups
from shared.domain.label import Labels
from shared.domain.metric.samples import Samples, no_samples
from shared.domain.packing import Floats, Ints
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.call_cell import CallKind
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.price_cell import Outcome
from shared.domain.rollup.rollup import Rollup, aggregate

_MEASURES = frozenset({"n", "tokens", "unseen_tokens", "calls"})
_REFUSED = OUTCOMES.index(Outcome.REFUSED)
_METERED, _NO_USAGE = (CALLS.index(kind) for kind in (CallKind.METERED, CallKind.NO_USAGE))


def cost_samples(
    parts: Sequence[Rollup], pricing: Pricing, group_by: Sequence[str], where: Mapping[str, str]
) -> Samples:
    """Return what requests cost by group and step.

    Args:
        parts: rollups of requests, in steps that cross no UTC midnight.
        pricing: prices and deployments.
        group_by: labels that tell groups apart; a series without one has the empty text.
        where: label -> the value it must have.
    """
    names = tuple(dict.fromkeys([*group_by, *PRICING_LABELS]))

    def key(labels: Labels) -> Labels | None:
        own = dict(labels)
        if any(own.get(name, "") != text for name, text in where.items()):
            return None
        return tuple((name, own.get(name, "")) for name in names)

    rollup = aggregate(parts, REQUEST_MEASURES, key=key, only=_MEASURES)
    if len(rollup) == 0:
        return no_samples()
    costs, priced = _row_costs(rollup, pricing)
    coarse = [tuple((name, dict(each)[name]) for name in group_by) for each in rollup.labels]
    groups = sorted(set(coarse))
    place = {labels: at for at, labels in enumerate(groups)}
    owner = np.array([place[labels] for labels in coarse], np.int64)[rollup.series]
    return _samples(groups, owner, rollup.slots, costs, priced)


def _samples(
    groups: Sequence[Labels], owner: Ints, slots: Ints, costs: Floats, priced: Ints
) -> Samples:
    span = int(slots.max()) + 1
    rows = Groups(owner * span + slots)
    count, total = rows.sum(priced), rows.sum_float(costs)
    kept = count > 0
    value = total[kept]
    return Samples(
        groups,
        rows.codes[kept] // span,
        rows.codes[kept] % span,
        count[kept],
        value,
        count[kept].astype(np.float64),
        value,
        value,
        value,
    )


def _row_costs(rollup: Rollup, pricing: Pricing) -> tuple[Floats, Ints]:
    """Return what each row's requests cost, and how many of them have a price."""
    cells, rates = cell_columns(rollup), Rates(pricing)
    rate_of = rate_numbers(rollup, cells, rates)
    usd = np.array([_usd_per_token(rate) for rate in rates.found], np.float64)
    costs = np.zeros(len(rollup))
    for entries in (cells.tokens, cells.unseen):
        charged = entries.outcome != _REFUSED
        rate = _rate(entries, rate_of, cells)
        amounts = entries.sums * usd.reshape(-1, len(METERS))[rate, entries.kind]
        costs += np.bincount(entries.rows[charged], amounts[charged], len(rollup))
    calls = cells.calls
    free = calls.outcome == _REFUSED
    rate = _rate(calls, rate_of, cells)
    told, silent = _priced(rates.found, with_usage=True), _priced(rates.found, with_usage=False)
    known = (calls.kind == _METERED) & (told[rate] | free)
    known |= (calls.kind == _NO_USAGE) & (silent[rate] | free)
    priced = np.bincount(calls.rows[known], calls.sums[known], len(rollup)).astype(np.int64)
    return costs, priced


def _rate(entries: Entries, rate_of: Ints, cells: CellColumns) -> Ints:
    found: Ints = rate_of[entries.rows * max(len(cells.places), 1) + entries.place]
    return found


def _priced(rates: Sequence[Rate], *, with_usage: bool) -> NDArray[np.bool_]:
    """Return of each rate whether it prices a request: one without usage only as capacity."""
    return np.array(
        [each.unpriced is None and (with_usage or not each.usd_per_token) for each in rates],
        np.bool_,
    )


def _usd_per_token(rate: Rate) -> list[float]:
    return [float(usd or 0) for usd in rate.usd_per_token] or [0.0] * len(METERS)
