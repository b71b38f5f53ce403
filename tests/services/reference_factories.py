"""Baselines and budgets in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from shared.domain.label import Labels
from shared.domain.metric.window import Expression
from shared.domain.rule.references import Normal, Shares
from shared.services.references import ReferencePorts


@dataclass
class MemoryBaselines:
    """Baselines that are the same at all times.

    Attributes:
        known: (metric, label set) -> centre and spread.
        reason: why there is none of any measurement; None where there may be.
    """

    known: dict[tuple[str, Labels], tuple[float, float]] = field(default_factory=dict)
    reason: str | None = None

    def unavailable(self, expression: Expression) -> str | None:
        return self.reason

    async def normals(self, expression: Expression, minutes: range) -> Mapping[Labels, Normal]:
        return {
            labels: Normal(np.full(len(minutes), center), np.full(len(minutes), spread))
            for (metric, labels), (center, spread) in self.known.items()
            if metric == expression.metric
        }


@dataclass
class MemoryBudgets:
    """Budgets by name and minute: what is spent and expected, as shares; unknown otherwise."""

    known: dict[tuple[str, int], tuple[float, float]] = field(default_factory=dict)

    async def unavailable(self, name: str) -> str | None:
        return None

    async def shares(self, name: str, minutes: range) -> Shares | None:
        if all(of != name for of, _ in self.known):
            return None
        unknown = (np.nan, np.nan)
        both = np.array([self.known.get((name, minute), unknown) for minute in minutes])
        return Shares(both[:, 0], both[:, 1])


def reference_ports(
    baselines: MemoryBaselines | None = None, budgets: MemoryBudgets | None = None
) -> ReferencePorts:
    """Return the ports of baselines and budgets in memory."""
    return ReferencePorts(baselines or MemoryBaselines(), budgets or MemoryBudgets())
