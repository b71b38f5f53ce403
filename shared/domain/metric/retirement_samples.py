"""How many days models in use have left, as the samples of `model_days_to_retirement`.

A sample is a request of a model whose retirement is known. Days are counted from the UTC day of the
request to the first day on which the model no longer answers, below 0 once that is past.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from shared.domain import label
from shared.domain.metric.merging import merged
from shared.domain.metric.priced_rollup import price_labels
from shared.domain.metric.samples import Samples, no_samples, regrouped
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.rollup import Rollup
from shared.domain.timeline import DAY_M, instant


def retirement_samples(
    parts: Iterable[Rollup], pricing: Pricing, group_by: Sequence[str], where: Mapping[str, str]
) -> Samples:
    """Return the days to retirement by group and step: the least of each, and their mean.

    Args:
        parts: rollups of requests, in steps that cross no UTC midnight.
        pricing: retirements, deployments and the names of models.
        group_by: labels that tell groups apart; a series without one has the empty text.
        where: label -> the value it must have.
    """
    rollup = merged(parts, REQUEST_MEASURES, price_labels(group_by), where, {"n"})
    if len(rollup) == 0:
        return no_samples()
    owners = [dict(labels) for labels in rollup.labels]
    day_of = rollup.slots // DAY_M
    pairs, place = np.unique(np.stack([rollup.series, day_of]), axis=1, return_inverse=True)
    left = [_days_left(pricing, owners[series], day) for series, day in pairs.T.tolist()]
    days = np.array(left, np.float64)[place.reshape(-1)]
    known = np.flatnonzero(~np.isnan(days))
    series, slots, days = rollup.series[known], rollup.slots[known], days[known]
    order = np.lexsort((slots, series))
    series, slots, days = series[order], slots[order], days[order]
    count = rollup.ints("n")[known][order]
    base = count.astype(np.float64)
    fine = Samples(rollup.labels, series, slots, count, days * base, base, days, days, days)
    return regrouped(fine, group_by)


def _days_left(pricing: Pricing, owner: Mapping[str, str], day: int) -> float:
    on = instant(day * DAY_M).date()
    resolved = pricing.resolve(
        model=owner[label.MODEL],
        model_version=owner[label.MODEL_VERSION],
        resource=owner[label.RESOURCE],
        deployment=owner[label.DEPLOYMENT],
        day=on,
    )
    retires_on = pricing.retires_on(resolved.model)
    return np.nan if retires_on is None else float((retires_on - on).days)
