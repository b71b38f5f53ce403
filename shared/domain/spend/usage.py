"""What was used in a span, merged once, to be priced as often as needed.

Whoever looks ahead prices the same days at several sets of prices and for several scopes. What a
span cost as it was is told by `services/costs.py`, which knows of provisioned throughput too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from shared.domain.cost.cells import METERS, OUTCOMES, cell_columns
from shared.domain.cost.line import CostLine, total
from shared.domain.cost.table import Period
from shared.domain.cost.token_costs import MEASURES, token_lines, wide_labels
from shared.domain.grouping import Groups
from shared.domain.metric.merging import merged
from shared.domain.packing import Ints
from shared.domain.price.list_price import Meter
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.price_cell import Outcome
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.span import Span
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M

_REFUSED = OUTCOMES.index(Outcome.REFUSED)
_STEPS_M = {Period.BUCKET: BUCKET_M, Period.HOUR: HOUR_M, Period.DAY: DAY_M}


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used in a span.

    Attributes:
        span: minutes covered.
        period: how long a step is.
        rollup: `MEASURES` by series and step.
        pricing: prices and deployments.
        through: every minute before this one is rolled up; None before the first rollup.
    """

    span: Span
    period: Period
    rollup: Rollup
    pricing: Pricing
    through: int | None

    def lines(
        self,
        where: Mapping[str, str],
        group_by: tuple[str, ...] = (),
        *,
        priced_on: date | None = None,
    ) -> list[CostLine]:
        """Return what tokens cost by step and group.

        Args:
            where: label -> the value it must have.
            group_by: labels that tell groups apart, in order.
            priced_on: the day whose prices all days are charged at; None for each day's own.
        """
        chosen = merged([self.rollup], REQUEST_MEASURES, wide_labels(group_by), where, MEASURES)
        return token_lines(
            chosen,
            self.pricing,
            group_by=group_by,
            period=self.period,
            span=self.span,
            priced_on=priced_on,
        )

    def spent(
        self, where: Mapping[str, str], *, priced_on: date | None = None
    ) -> dict[int, Decimal]:
        """Return start of each step with traffic -> US dollars of tokens; see `lines`."""
        return {line.start: token_cost(line) for line in self.lines(where, priced_on=priced_on)}

    def tokens(self, where: Mapping[str, str]) -> dict[int, dict[Meter, int]]:
        """Return start of each step -> tokens that Azure charges for, sampled-out ones included."""
        chosen = merged([self.rollup], REQUEST_MEASURES, (), where, MEASURES)
        cells = cell_columns(chosen)
        every = [(each, each.outcome != _REFUSED) for each in (cells.tokens, cells.unseen)]
        rows, kinds, sums = (
            np.concatenate([getattr(each, name)[kept] for each, kept in every])
            for name in ("rows", "kind", "sums")
        )
        groups = Groups(chosen.slots[rows] * len(METERS) + kinds)
        found: dict[int, dict[Meter, int]] = {}
        for code, count in zip(groups.codes.tolist(), groups.sum(sums).tolist(), strict=True):
            start, kind = divmod(code, len(METERS))
            if count:
                found.setdefault(start, {})[METERS[kind]] = count
        return found

    def heard(self) -> set[int]:
        """Return the starts of the steps in which anybody reported anything."""
        return set(np.unique(self.rollup.slots).tolist())

    def between(self, first: int, end: int) -> "Usage":
        """Return what was used in [first, end), which begins and ends with a step."""
        part = self.rollup.between(first, end)
        return Usage(Span(first, end), self.period, part, self.pricing, self.through)


def token_cost(line: CostLine) -> Decimal:
    """Return what a line's tokens cost, those of requests that clients sampled out included."""
    return total((line.token_cost, line.unseen_cost))


def usage_of(
    rollups: Iterable[Rollup], span: Span, period: Period, pricing: Pricing, through: int | None
) -> Usage:
    """Return rollups as usage by step."""
    step_m = _STEPS_M[period]

    def step(slots: Ints) -> Ints:
        return slots - np.mod(slots, step_m)

    rollup = aggregate(rollups, REQUEST_MEASURES, step=step, only=MEASURES)
    return Usage(span, period, rollup, pricing, through)
