"""What requests cost, minute by minute, as the samples of `model_cost_usd`.

A chart's or a rule's number, and so in floating point; `cost/token_costs` is the exact sum of the
same tokens at the same prices. A sample is a priced request: the mean is the cost of one. Least,
greatest and last are those of a step's whole cost. Provisioned capacity costs what it does with or
without requests, and is not in it; a step in which nothing has a price has no value, not 0.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from shared.domain.cost.cells import CALLS, METERS, OUTCOMES
from shared.domain.cost.rates import Rate
from shared.domain.grouping import Groups
from shared.domain.label import Labels
from shared.domain.metric.merging import merged
from shared.domain.metric.priced_rollup import MEASURES, charged, group_owners, price_labels
from shared.domain.metric.samples import Samples, no_samples
from shared.domain.packing import Floats, Ints
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.call_cell import CallKind
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.price_cell import Outcome
from shared.domain.rollup.rollup import Rollup

_REFUSED = OUTCOMES.index(Outcome.REFUSED)
_METERED, _NO_USAGE = (CALLS.index(kind) for kind in (CallKind.METERED, CallKind.NO_USAGE))


def cost_samples(
    parts: Iterable[Rollup], pricing: Pricing, group_by: Sequence[str], where: Mapping[str, str]
) -> Samples:
    """Return what requests cost by group and step.

    Args:
        parts: rollups of requests, in steps that cross no UTC midnight.
        pricing: prices and deployments.
        group_by: labels that tell groups apart; a series without one has the empty text.
        where: label -> the value it must have.
    """
    rollup = merged(parts, REQUEST_MEASURES, price_labels(group_by), where, MEASURES)
    if len(rollup) == 0:
        return no_samples()
    costs, priced = _row_costs(rollup, pricing)
    groups, owner = group_owners(rollup, group_by)
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
    found = charged(rollup, pricing)
    usd = np.array([_usd_per_token(rate) for rate in found.rates], np.float64)
    costs = np.zeros(len(rollup))
    for entries in (found.cells.tokens, found.cells.unseen):
        paid = entries.outcome != _REFUSED
        amounts = entries.sums * usd.reshape(-1, len(METERS))[found.rate(entries), entries.kind]
        costs += np.bincount(entries.rows[paid], amounts[paid], len(rollup))
    calls = found.cells.calls
    free = calls.outcome == _REFUSED
    rate = found.rate(calls)
    told, silent = _priced(found.rates, with_usage=True), _priced(found.rates, with_usage=False)
    known = (calls.kind == _METERED) & (told[rate] | free)
    known |= (calls.kind == _NO_USAGE) & (silent[rate] | free)
    priced = np.bincount(calls.rows[known], calls.sums[known], len(rollup)).astype(np.int64)
    return costs, priced


def _priced(rates: Sequence[Rate], *, with_usage: bool) -> NDArray[np.bool_]:
    """Return of each rate whether it prices a request: one without usage only as capacity."""
    return np.array(
        [each.unpriced is None and (with_usage or not each.usd_per_token) for each in rates],
        np.bool_,
    )


def _usd_per_token(rate: Rate) -> list[float]:
    return [float(usd or 0) for usd in rate.usd_per_token] or [0.0] * len(METERS)
