"""The costs that somebody asks for: of tokens and of provisioned capacity, by group and period."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from shared.domain import label
from shared.domain.cost.capacity import Capacity
from shared.domain.cost.capacity_lines import capacity_lines
from shared.domain.cost.table import CostTable, Period
from shared.domain.cost.token_costs import MEASURES, token_lines, wide_labels
from shared.domain.label import Labels
from shared.domain.packing import Ints
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, HOUR_M


@dataclass(frozen=True, slots=True)
class CostQuery:
    """What is asked.

    Attributes:
        span: minutes covered; what a request costs counts in the minute it ended.
        group_by: labels that tell groups apart, in order.
        where: label -> the value it must have.
        period: how long each line's charge period is.
    """

    span: Span
    group_by: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    period: Period = Period.SPAN

    @property
    def step_m(self) -> int:
        """Return how finely rollups are needed, minutes: prices change at midnight UTC."""
        return HOUR_M if self.period is Period.HOUR else DAY_M

    @property
    def coarsest(self) -> Grain:
        """Return the longest step that the rollups may have."""
        return Grain.HOUR if self.period is Period.HOUR else Grain.DAY

    def wants(self, labels: Mapping[str, str]) -> bool:
        """Tell whether a group of these labels is asked for."""
        return all(labels.get(name, "") == text for name, text in self.where.items())


def costs_of(
    rollups: Sequence[Rollup],
    pricing: Pricing,
    capacity: Capacity,
    query: CostQuery,
    through: int | None,
) -> CostTable:
    """Return the costs that a query asks for.

    Args:
        rollups: requests of the query's span, `MEASURES` at least.
        pricing: prices and deployments.
        capacity: provisioned, of the span.
        query: what is asked.
        through: every minute before this one is rolled up; None before the first rollup.
    """
    wide = tuple(dict.fromkeys([*query.group_by, *query.where]))
    held = {each.deployment for each in capacity.held}

    def uses_capacity(labels: Mapping[str, str]) -> bool:
        return labels.get(label.DEPLOYMENT) in held

    merged = merged_for(
        rollups, wide, query.step_m, lambda each: query.wants(each) or uses_capacity(each)
    )
    lines = token_lines(
        _of_series(merged, query.wants),
        pricing,
        group_by=query.group_by,
        period=query.period,
        span=query.span,
    )
    table = CostTable(query.span, query.period, query.group_by, lines, through)
    if not capacity.held and not capacity.unused:
        return table
    # Who pays for capacity depends on all that used it, asked for or not.
    more = capacity_lines(
        _of_series(merged, uses_capacity),
        capacity,
        pricing,
        group_by=wide,
        period=query.period,
        span=query.span,
        step_m=query.step_m,
    )
    wanted = [line for line in more if query.wants(dict(line.labels))]
    return replace(table, lines=[*lines, *wanted]).by(query.group_by)


def _of_series(rollup: Rollup, wanted: Callable[[Mapping[str, str]], bool]) -> Rollup:
    kept = np.array([wanted(dict(labels)) for labels in rollup.labels], np.bool_)
    return rollup.where(kept[rollup.series])


def merged_for(
    rollups: Sequence[Rollup],
    group_by: Sequence[str],
    step_m: int,
    wanted: Callable[[Mapping[str, str]], bool],
) -> Rollup:
    """Return requests by the labels that their cost depends on, and by step.

    Args:
        rollups: requests, `MEASURES` at least.
        group_by: further labels to keep apart.
        step_m: how long a step is, minutes.
        wanted: whether series of these labels are to be kept.
    """
    names = wide_labels(group_by)

    def key(labels: Labels) -> Labels | None:
        own = dict(labels)
        return tuple((name, own.get(name, "")) for name in names) if wanted(own) else None

    def step(slots: Ints) -> Ints:
        return slots - np.mod(slots, step_m)

    return aggregate(rollups, REQUEST_MEASURES, key=key, step=step, only=MEASURES)
