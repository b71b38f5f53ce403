"""What rules of the kinds `baseline` and `budget` are held against, and what is said without it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from shared.domain.label import Labels
from shared.domain.metric.frame import Frame
from shared.domain.metric.names import DAYS_TO_RETIREMENT
from shared.domain.metric.window import Expression
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.references import Normal, References, Shares
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule
from shared.services.alert_ports import Baselines, Budgets, Successors


class NoBaselines:
    """Baselines where none are established."""

    def unavailable(self, expression: Expression) -> str | None:
        """Return why nothing is known."""
        del expression
        return "baselines are not established yet"

    async def normals(self, expression: Expression, minutes: range) -> Mapping[Labels, Normal]:
        """Return nothing."""
        del expression, minutes
        return {}


class NoBudgets:
    """Budgets where spend is not known."""

    async def unavailable(self, name: str) -> str | None:
        """Return why nothing is known."""
        del name
        return "budgets are not established yet"

    async def shares(self, name: str, minutes: range) -> Shares | None:
        """Return None."""
        del name, minutes
        return None


class NoSuccessors:
    """Successors where no traffic is read."""

    async def notes(self, asked: Collection[Labels], minutes: range) -> Mapping[Labels, str]:
        """Return nothing."""
        del asked, minutes
        return {}


@dataclass(frozen=True, slots=True)
class ReferencePorts:
    """Where baselines, budgets and successors are read; nowhere unless given."""

    baselines: Baselines = field(default_factory=NoBaselines)
    budgets: Budgets = field(default_factory=NoBudgets)
    successors: Successors = field(default_factory=NoSuccessors)


async def load_references(
    rules: Sequence[AlertRule], minutes: range, frame: Frame, *, ports: ReferencePorts
) -> References:
    """Return what rules are held against at each of the minutes.

    Args:
        rules: the rules in force.
        minutes: evaluation times.
        frame: what they are evaluated over.
        ports: where it is read.
    """
    asked = {rule.expression: None for rule in rules if isinstance(rule, BaselineRule)}
    names = {rule.budget: None for rule in rules if isinstance(rule, BudgetRule)}
    normals = await asyncio.gather(*(ports.baselines.normals(each, minutes) for each in asked))
    shares = await asyncio.gather(*(ports.budgets.shares(name, minutes) for name in names))
    known = {name: each for name, each in zip(names, shares, strict=True) if each is not None}
    near = await asyncio.to_thread(_retiring, rules, frame)
    found = await ports.successors.notes(near, minutes) if near else {}
    return References(dict(zip(asked, normals, strict=True)), known, found)


def _retiring(rules: Sequence[AlertRule], frame: Frame) -> set[Labels]:
    """Return the label sets that rules on retirement may have to tell of."""
    found: set[Labels] = set()
    for rule in rules:
        if isinstance(rule, ThresholdRule) and rule.metric == DAYS_TO_RETIREMENT:
            samples = frame.samples(rule.expression)
            near = samples.group[rule.comparison.holds(samples.low, rule.threshold)]
            found |= {samples.groups[group] for group in set(near.tolist())}
    return found


async def with_availability[R: AlertRule](rule: R, *, ports: ReferencePorts) -> R:
    """Return a rule as it is answered: with the reason why it can't be evaluated, if there is one.

    Args:
        rule: as it is stored.
        ports: what it needs.
    """
    missing: str | None = None
    if isinstance(rule, BaselineRule):
        missing = ports.baselines.unavailable(rule.expression)
    if isinstance(rule, BudgetRule):
        missing = await ports.budgets.unavailable(rule.budget)
    return rule if missing is None else replace(rule, unavailable=missing)
