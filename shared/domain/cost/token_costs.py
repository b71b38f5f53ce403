"""What the tokens of rollups cost: summed in integers first, then priced once per rate.

Each day's tokens are charged at the prices of that UTC day, each cell at those of its tier and
context band, failures like successes unless they were turned away unprocessed. On provisioned
capacity tokens cost nothing of their own. Everything is linear in the counts, so that groups and
periods add up exactly however they are cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.domain.cost.cells import CALLS, METERS, OUTCOMES, Entries, cell_columns
from shared.domain.cost.line import NOTHING, Amount, CostLine
from shared.domain.cost.rates import (
    PRICED,
    PRICING_LABELS,
    REASONS,
    RateColumns,
    Rates,
    rate_columns,
    rate_numbers,
)
from shared.domain.cost.table import Period, in_order
from shared.domain.grouping import Groups
from shared.domain.label import Labels
from shared.domain.packing import Ints
from shared.domain.price.charge import EXACT
from shared.domain.price.list_price import Meter
from shared.domain.price.pricing import Pricing, Unpriced
from shared.domain.rollup.call_cell import CallKind
from shared.domain.rollup.price_cell import Outcome
from shared.domain.rollup.rollup import Rollup
from shared.domain.span import Span

MEASURES = frozenset({"n", "n_ok", "tokens", "unseen_tokens", "calls"})
"""What is to be read of request rollups."""

type Target = tuple[int, Labels]
type Mask = NDArray[np.bool_]
type Amounts = NDArray[np.object_]
"""Decimal US dollars, in columns."""

_OK, _FAILED, _REFUSED = (OUTCOMES.index(each) for each in Outcome)
_UNSEEN, _NO_USAGE = CALLS.index(CallKind.UNSEEN), CALLS.index(CallKind.NO_USAGE)
_KINDS = max(len(METERS), len(CALLS))


def wide_labels(group_by: Sequence[str]) -> tuple[str, ...]:
    """Return the labels that a rollup has to keep apart: the group's own and those of prices."""
    return tuple(dict.fromkeys([*group_by, *PRICING_LABELS]))


def token_lines(
    rollup: Rollup,
    pricing: Pricing,
    *,
    group_by: Sequence[str],
    period: Period,
    span: Span,
    priced_on: date | None = None,
    priced_as: str | None = None,
) -> list[CostLine]:
    """Return the cost of requests by charge period and group.

    Args:
        rollup: `MEASURES` by `wide_labels(group_by)` and step; no step crosses a UTC midnight.
        pricing: prices and deployments.
        group_by: labels that tell groups apart.
        period: how long a line's charge period is.
        span: minutes covered.
        priced_on: the day whose prices all days are charged at; None for each day's own.
        priced_as: the canonical model that all are charged as; None for each one's own.
    """
    if len(rollup) == 0:
        return []
    owner, targets = _owners(rollup, group_by, period, span)
    cells, met = cell_columns(rollup), Rates(pricing, priced_on, priced_as)
    rate_of = rate_numbers(rollup, cells, met).reshape(len(rollup), -1)
    rates, size = rate_columns(met.found), len(targets)
    tokens, unseen, calls = (
        _counts(entries, owner, rate_of) for entries in (cells.tokens, cells.unseen, cells.calls)
    )
    tokens = tokens.where(tokens.outcome != _REFUSED)
    unseen = unseen.where((unseen.outcome != _REFUSED) & rates.priced[unseen.rate])
    told = calls.where(calls.kind != _UNSEEN)
    charged = told.where(told.outcome != _REFUSED)
    costs, failed = _costs(tokens, rates), tokens.outcome == _FAILED
    fields: dict[str, Sequence[Any]] = {
        "token_costs": _by_meter(tokens, costs, size),
        "failed_cost": _total_cost(tokens.target[failed], costs[failed], size),
        "unseen_costs": _by_meter(unseen, _costs(unseen, rates), size),
        "tokens": _by_meter(tokens, tokens.sums.astype(object), size),
        "requests": _total(owner, rollup.ints("n"), size),
        "successes": _total(owner, rollup.ints("n_ok"), size),
        "refused": told.where(told.outcome == _REFUSED).total(size),
        "unpriced": _unpriced(tokens, charged, rates, size),
        "assumed_requests": told.where(rates.assumed[told.rate]).total(size),
        "unseen_requests": calls.where(calls.kind == _UNSEEN).total(size),
    }
    return in_order(
        CostLine(start=start, labels=labels, **dict(zip(fields, values, strict=True)))
        for (start, labels), *values in zip(targets, *fields.values(), strict=True)
    )


def _owners(
    rollup: Rollup, group_by: Sequence[str], period: Period, span: Span
) -> tuple[Ints, list[Target]]:
    """Return the target of each row, and the targets."""
    groups = [tuple((name, dict(each)[name]) for name in group_by) for each in rollup.labels]
    known: dict[Target, int] = {}
    starts = {int(slot): period.start(int(slot), span) for slot in np.unique(rollup.slots)}
    rows = zip(rollup.slots.tolist(), rollup.series.tolist(), strict=True)
    owner = [known.setdefault((starts[slot], groups[at]), len(known)) for slot, at in rows]
    return np.array(owner, np.int64), list(known)


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts, one for each target, rate, outcome and kind that has any."""

    target: Ints
    rate: Ints
    outcome: Ints
    kind: Ints
    sums: Ints

    def where(self, kept: Mask) -> "_Counts":
        """Return the kept ones."""
        columns = (self.target, self.rate, self.outcome, self.kind, self.sums)
        return _Counts(*(column[kept] for column in columns))

    def total(self, size: int) -> list[int]:
        """Return the sum of each of the first `size` targets."""
        return _total(self.target, self.sums, size)


def _counts(entries: Entries, owner: Ints, rate_of: Ints) -> _Counts:
    """Return entries summed by target, rate, outcome and kind; nothing where they make 0."""
    target, rate = owner[entries.rows], rate_of[entries.rows, entries.place]
    rates = int(rate.max(initial=0)) + 1
    codes = (target * rates + rate) * len(OUTCOMES) + entries.outcome
    groups = Groups(codes * _KINDS + entries.kind)
    one = groups.representatives
    counts = _Counts(
        target[one], rate[one], entries.outcome[one], entries.kind[one], groups.sum(entries.sums)
    )
    return counts.where(counts.sums != 0)


def _costs(tokens: _Counts, rates: RateColumns) -> Amounts:
    """Return what tokens cost; those without a price cost nothing here."""
    with localcontext(EXACT):
        costs: Amounts = tokens.sums.astype(object) * rates.usd_per_token[tokens.rate, tokens.kind]
    return costs


def _total_cost(target: Ints, costs: Amounts, size: int) -> list[Decimal]:
    codes, sums = _summed(target, costs)
    found = [NOTHING] * size
    for at, cost in zip(codes, sums, strict=True):
        found[at] = cost
    return found


def _total(target: Ints, values: Ints, size: int) -> list[int]:
    sums = np.zeros(size, np.int64)
    np.add.at(sums, target, values)
    return sums.tolist()


def _by_meter(counts: _Counts, values: Amounts, size: int) -> list[dict[Meter, Any]]:
    """Return for each target the sum of the values by meter, of meters that have any."""
    codes, sums = _summed(counts.target * len(METERS) + counts.kind, values)
    found: list[dict[Meter, Any]] = [{} for _ in range(size)]
    for code, value in zip(codes, sums, strict=True):
        target, kind = divmod(code, len(METERS))
        found[target][METERS[kind]] = value
    return found


def _summed(codes: Ints, values: Amounts) -> tuple[list[int], list[Any]]:
    groups = Groups(codes)
    with localcontext(EXACT):
        sums = groups.sum_exact(values)
    return groups.codes.tolist(), sums.tolist()


def _unpriced(
    tokens: _Counts, calls: _Counts, rates: RateColumns, size: int
) -> list[dict[Unpriced, Amount]]:
    """Return what has no price, by target and reason: tokens and reported requests."""
    silent = rates.priced[calls.rate] & (calls.kind == _NO_USAGE)
    of_tokens = rates.meter_unpriced[tokens.rate, tokens.kind]
    of_calls = np.where(silent, REASONS.index(Unpriced.NO_USAGE), rates.unpriced[calls.rate])
    sums = np.zeros((size, len(REASONS), 3), np.int64)
    for column, counts, reason, kept in (
        (0, calls, of_calls, of_calls != PRICED),
        (1, tokens, of_tokens, of_tokens != PRICED),
        (2, calls, of_calls, (of_calls != PRICED) & (calls.outcome == _OK)),
    ):
        np.add.at(sums[..., column], (counts.target[kept], reason[kept]), counts.sums[kept])
    found: list[dict[Unpriced, Amount]] = [{} for _ in range(size)]
    for target, why in np.argwhere(sums.any(axis=2)).tolist():
        found[target][REASONS[why]] = Amount(*sums[target, why].tolist())
    return found
