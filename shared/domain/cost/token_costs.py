"""What the tokens of rollups cost: summed in integers first, then priced once per rate.

Each day's tokens are charged at the prices of that UTC day, each cell at those of its tier and
context band, failures like successes unless they were turned away unprocessed. On provisioned
capacity tokens cost nothing of their own. Everything is linear in the counts, so that groups and
periods add up exactly however they are cut.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np

from shared.domain.cost.cells import CALLS, METERS, OUTCOMES, Entries, cell_columns
from shared.domain.cost.line import NOTHING, Amount, CostLine
from shared.domain.cost.rates import PRICING_LABELS, Rate, Rates, rate_numbers
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
    owner, targets = _owners(rollup, group_by, period, span)
    cells, rates = cell_columns(rollup), Rates(pricing, priced_on, priced_as)
    rate_of = rate_numbers(rollup, cells, rates)
    drafts = [_Draft() for _ in targets]
    _add_tokens(drafts, owner, rate_of, rates.found, cells.tokens)
    _add_unseen(drafts, owner, rate_of, rates.found, cells.unseen)
    _add_calls(drafts, owner, rate_of, rates.found, cells.calls)
    requests, successes = (
        np.bincount(owner, rollup.ints(name), len(targets)).astype(np.int64).tolist()
        for name in ("n", "n_ok")
    )
    return in_order(
        draft.line(target, requests[at], successes[at])
        for at, (draft, target) in enumerate(zip(drafts, targets, strict=True))
    )


@dataclass(slots=True)
class _Draft:
    """A line while it is added up."""

    costs: dict[Meter, Decimal] = field(default_factory=dict)
    failed: Decimal = NOTHING
    unseen: dict[Meter, Decimal] = field(default_factory=dict)
    tokens: dict[Meter, int] = field(default_factory=dict)
    unpriced: dict[Unpriced, Amount] = field(default_factory=dict)
    refused: int = 0
    assumed: int = 0
    unseen_requests: int = 0

    def miss(self, reason: Unpriced, amount: Amount) -> None:
        """Count what has no price."""
        self.unpriced[reason] = self.unpriced.get(reason, Amount()).plus(amount)

    def line(self, target: Target, requests: int, successes: int) -> CostLine:
        """Return the finished line."""
        return CostLine(
            start=target[0],
            labels=target[1],
            token_costs=self.costs,
            failed_cost=self.failed,
            unseen_costs=self.unseen,
            tokens=self.tokens,
            requests=requests,
            successes=successes,
            refused=self.refused,
            unpriced=self.unpriced,
            assumed_requests=self.assumed,
            unseen_requests=self.unseen_requests,
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


def _grouped(
    entries: Entries, owner: Ints, rate_of: Ints, rates: Sequence[Rate], kinds: int
) -> Iterator[tuple[int, Rate, int, dict[int, int]]]:
    """Yield target, rate, outcome and the sums by kind, of entries grouped by all of these."""
    if len(entries.rows) == 0:
        return
    places = len(rate_of) // len(owner)
    rate = rate_of[entries.rows * places + entries.place]
    outer = (owner[entries.rows] * len(rates) + rate) * len(OUTCOMES) + entries.outcome
    groups = Groups(outer * kinds + entries.kind)
    found: dict[int, dict[int, int]] = {}
    for code, count in zip(groups.codes.tolist(), groups.sum(entries.sums).tolist(), strict=True):
        if count:
            found.setdefault(code // kinds, {})[code % kinds] = count
    for code, counts in found.items():
        rest, outcome = divmod(code, len(OUTCOMES))
        target, number = divmod(rest, len(rates))
        yield target, rates[number], outcome, counts


_OK, _FAILED, _REFUSED = (OUTCOMES.index(each) for each in Outcome)


def _add_tokens(
    drafts: list[_Draft], owner: Ints, rate_of: Ints, rates: Sequence[Rate], tokens: Entries
) -> None:
    for target, rate, outcome, counts in _grouped(tokens, owner, rate_of, rates, len(METERS)):
        if outcome == _REFUSED:
            continue
        draft = drafts[target]
        for kind, count in counts.items():
            meter = METERS[kind]
            draft.tokens[meter] = draft.tokens.get(meter, 0) + count
            cost = _cost(draft, rate, kind, count)
            draft.costs[meter] = EXACT.add(draft.costs.get(meter, NOTHING), cost)
            if outcome == _FAILED:
                draft.failed = EXACT.add(draft.failed, cost)


def _add_unseen(
    drafts: list[_Draft], owner: Ints, rate_of: Ints, rates: Sequence[Rate], unseen: Entries
) -> None:
    for target, rate, outcome, counts in _grouped(unseen, owner, rate_of, rates, len(METERS)):
        if outcome == _REFUSED or not rate.usd_per_token:
            continue
        costs = drafts[target].unseen
        for kind, count in counts.items():
            usd, meter = rate.usd_per_token[kind] or NOTHING, METERS[kind]
            cost = EXACT.multiply(Decimal(count), usd)
            costs[meter] = EXACT.add(costs.get(meter, NOTHING), cost)


def _add_calls(
    drafts: list[_Draft], owner: Ints, rate_of: Ints, rates: Sequence[Rate], calls: Entries
) -> None:
    for target, rate, outcome, counts in _grouped(calls, owner, rate_of, rates, len(CALLS)):
        draft, by_kind = drafts[target], {CALLS[kind]: n for kind, n in counts.items()}
        blind, told = by_kind.get(CallKind.NO_USAGE, 0), by_kind.get(CallKind.METERED, 0)
        draft.unseen_requests += by_kind.get(CallKind.UNSEEN, 0)
        if rate.assumed and rate.usd_per_token:
            draft.assumed += blind + told
        if outcome == _REFUSED:
            draft.refused += blind + told
        elif rate.unpriced is not None:
            draft.miss(rate.unpriced, _requests(blind + told, outcome))
        elif rate.usd_per_token and blind:
            draft.miss(Unpriced.NO_USAGE, _requests(blind, outcome))


def _cost(draft: _Draft, rate: Rate, kind: int, count: int) -> Decimal:
    """Return what tokens cost; what has no price is counted and costs nothing here."""
    if rate.unpriced is not None:
        draft.miss(rate.unpriced, Amount(tokens=count))
        return NOTHING
    if not rate.usd_per_token:
        return NOTHING
    usd = rate.usd_per_token[kind]
    if usd is None:
        draft.miss(Unpriced.METER, Amount(tokens=count))
        return NOTHING
    return EXACT.multiply(Decimal(count), usd)


def _requests(count: int, outcome: int) -> Amount:
    return Amount(requests=count, successes=count if outcome == _OK else 0)
