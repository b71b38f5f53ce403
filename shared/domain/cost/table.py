"""Costs of a span as lines, one per charge period and group, with what they add up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.domain.cost.line import CostLine, LineKind, summed, total
from shared.domain.label import Labels
from shared.domain.span import Span
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M, instant


class Period(StrEnum):
    """How long a charge period is: five minutes, an hour, a UTC day, or all of the span."""

    BUCKET = "bucket"
    HOUR = "hour"
    DAY = "day"
    SPAN = "span"

    def start(self, minute: int, span: Span) -> int:
        """Return the minute at which the charge period begins that holds a minute."""
        if self is Period.SPAN:
            return span.first
        step = _STEPS_M[self]
        return max(minute - minute % step, span.first)


_STEPS_M = {Period.BUCKET: BUCKET_M, Period.HOUR: HOUR_M, Period.DAY: DAY_M}
_FINEST_FIRST = tuple(Period)


@dataclass(frozen=True, slots=True)
class CostTable:
    """The cost of a span.

    Attributes:
        span: minutes covered.
        period: how long each line's charge period is.
        group_by: labels that tell groups apart.
        lines: by start, then labels, then kind; groups and periods without anything have none.
        through: every minute before this one is rolled up; None before the first rollup.
    """

    span: Span
    period: Period
    group_by: tuple[str, ...]
    lines: Sequence[CostLine]
    through: int | None = None

    @property
    def whole(self) -> CostLine:
        """Return all lines as one, idle capacity included."""
        return summed(self.lines, start=self.span.first, labels=(), kind=LineKind.USAGE)

    @property
    def list_cost(self) -> Decimal:
        """Return everything at list prices."""
        return total(line.list_cost for line in self.lines)

    @property
    def effective_cost(self) -> Decimal:
        """Return everything as it is really paid."""
        return total(line.effective_cost for line in self.lines)

    def of(self, labels: Labels) -> "CostTable":
        """Return the lines of one group."""
        lines = [line for line in self.lines if line.labels == labels]
        return CostTable(self.span, self.period, self.group_by, lines, self.through)

    def by(self, group_by: Sequence[str], period: Period | None = None) -> "CostTable":
        """Return the same costs in coarser groups, and in longer charge periods where given.

        Args:
            group_by: some of the labels of this table.
            period: this table's or a longer one.

        Raises:
            ValueError: a shorter period.
        """
        longer = period or self.period
        if _FINEST_FIRST.index(longer) < _FINEST_FIRST.index(self.period):
            raise ValueError(f"costs by {self.period} cannot be told by {longer}")
        found: dict[tuple[int, Labels, LineKind], list[CostLine]] = {}
        coarser = {labels: _only(labels, group_by) for labels in {x.labels for x in self.lines}}
        for line in self.lines:
            start = longer.start(line.start, self.span)
            found.setdefault((start, coarser[line.labels], line.kind), []).append(line)
        lines = [_one(found[key], key) for key in sorted(found)]
        return CostTable(self.span, longer, tuple(group_by), lines, self.through)

    def days(self) -> Mapping[date, CostLine]:
        """Return each UTC day that has any cost: all groups and idle capacity in one line.

        Raises:
            ValueError: the table's lines are of the whole span.
        """
        found: dict[date, list[CostLine]] = {}
        for line in self.by((), Period.DAY).lines:
            found.setdefault(instant(line.start).date(), []).append(line)
        return {
            day: summed(lines, start=lines[0].start, labels=(), kind=LineKind.USAGE)
            for day, lines in found.items()
        }


def _only(labels: Labels, names: Sequence[str]) -> Labels:
    own = dict(labels)
    return tuple((name, own.get(name, "")) for name in names)


def _one(lines: list[CostLine], key: tuple[int, Labels, LineKind]) -> CostLine:
    start, labels, kind = key
    if len(lines) == 1 and (lines[0].start, lines[0].labels) == (start, labels):
        return lines[0]
    return summed(lines, start=start, labels=labels, kind=kind)


def in_order(lines: Iterable[CostLine]) -> list[CostLine]:
    """Return lines by start, labels and kind."""
    return sorted(lines, key=lambda line: (line.start, line.labels, line.kind))
