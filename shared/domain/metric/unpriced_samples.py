"""Tokens that no price was found for, as the samples of `model_unpriced_tokens`.

A sample is a reported token, and `reason` tells why it has no price (`Unpriced`). Tokens of
requests that were turned away unprocessed cost nothing, and those served by provisioned capacity
nothing of their own: neither are in it.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from shared.domain.cost.cells import METERS, OUTCOMES
from shared.domain.cost.rates import Rate
from shared.domain.grouping import Groups
from shared.domain.label import Labels
from shared.domain.metric.merging import merged
from shared.domain.metric.priced_rollup import MEASURES, charged, group_owners, price_labels
from shared.domain.metric.samples import Samples, no_samples, regrouped
from shared.domain.packing import Ints
from shared.domain.price.pricing import Pricing, Unpriced
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.price_cell import Outcome
from shared.domain.rollup.rollup import Rollup

REASON = "reason"
_REASONS = tuple(Unpriced)
_REFUSED = OUTCOMES.index(Outcome.REFUSED)
_PRICED = -1


def unpriced_samples(
    parts: Iterable[Rollup], pricing: Pricing, group_by: Sequence[str], where: Mapping[str, str]
) -> Samples:
    """Return how many tokens have no price, by group and step.

    Args:
        parts: rollups of requests, in steps that cross no UTC midnight.
        pricing: prices and deployments.
        group_by: labels that tell groups apart, `reason` among them or not.
        where: label -> the value it must have.
    """
    own = [name for name in group_by if name != REASON]
    series = {name: text for name, text in where.items() if name != REASON}
    rollup = merged(parts, REQUEST_MEASURES, price_labels(own), series, MEASURES)
    if len(rollup) == 0:
        return no_samples()
    rows, reasons, counts = _unpriced(rollup, pricing)
    wanted = where.get(REASON)
    kept = np.array([wanted in (None, reason) for reason in _REASONS])[reasons]
    groups, owner = group_owners(rollup, own)
    labels = [(*group, (REASON, reason)) for group in groups for reason in _REASONS]
    rows, reasons, counts = rows[kept], reasons[kept], counts[kept]
    fine = owner[rows] * len(_REASONS) + reasons
    return regrouped(_samples(labels, fine, rollup.slots[rows], counts), group_by)


def _unpriced(rollup: Rollup, pricing: Pricing) -> tuple[Ints, Ints, Ints]:
    """Return row, reason and count of what has no price."""
    found = charged(rollup, pricing)
    tokens = found.cells.tokens
    reason_of = np.array([_reasons(rate) for rate in found.rates], np.int64)
    reason = reason_of.reshape(-1, len(METERS))[found.rate(tokens), tokens.kind]
    missing = (reason != _PRICED) & (tokens.outcome != _REFUSED)
    return tokens.rows[missing], reason[missing], tokens.sums[missing]


def _reasons(rate: Rate) -> list[int]:
    """Return why tokens have no price, by meter."""
    if rate.unpriced is not None:
        return [_REASONS.index(rate.unpriced)] * len(METERS)
    if not rate.usd_per_token:
        return [_PRICED] * len(METERS)
    meter = _REASONS.index(Unpriced.METER)
    return [meter if usd is None else _PRICED for usd in rate.usd_per_token]


def _samples(groups: Sequence[Labels], owner: Ints, slots: Ints, counts: Ints) -> Samples:
    span = int(slots.max()) + 1 if len(slots) else 1
    rows = Groups(owner * span + slots)
    total = rows.sum(counts)
    kept = total > 0
    group, slot, count = rows.codes[kept] // span, rows.codes[kept] % span, total[kept]
    tokens, ones = count.astype(np.float64), np.ones(len(count))
    return Samples(groups, group, slot, count, tokens, tokens, ones, ones, ones)
