"""What the monitor itself costs: its own counters times prices that somebody states.

Estimates, before free grants, and without what it cannot count: stored gigabytes, queues, what the
host stores and traces itself, alert rules of Azure Monitor, network. What has no price in a source
to rely on is counted and not priced. Sources and arithmetic: docs/deploy.md, "What it costs".
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from shared.domain.price.charge import EXACT
from shared.domain.price.money import usd_text

LEAST_BILLED_MS = 1000
STEP_MS = 100
POINT_BYTES = 424
"""Billed bytes of a minute metric: 565 as sent, of which some 25 % are not billed."""


class OwnUse(msgspec.Struct, frozen=True):
    """What one process, or several, used within a day.

    Attributes:
        executions: function -> how often it ran.
        billed_ms: of execution, each run at least a second, rounded up to 100 ms; runs that overlap
            on an instance are billed once there, so that this is the most it can be.
        storage_operations: on tables.
        telemetry_bytes: of events and minute metrics sent.
    """

    executions: dict[str, int] = {}
    billed_ms: int = 0
    storage_operations: int = 0
    telemetry_bytes: int = 0


class OwnCost(msgspec.Struct, frozen=True):
    """One thing the monitor is charged for.

    Attributes:
        quantity: how much of it was used.
        usd_per_unit: US dollars; None where no source to rely on states it.
        cost_usd: their product; None likewise.
        source: who states the price.
        source_date: the day it was read or published.
    """

    item: str
    quantity: float
    unit: str
    usd_per_unit: str | None
    cost_usd: str | None
    source: str
    source_date: date | None


class OwnCosts(msgspec.Struct, frozen=True):
    """What the monitor itself cost.

    Attributes:
        total_cost_usd: of the items that have a price, estimated, before free grants.
        cost_usd_per_day: the same, divided by the days with any use.
        executions: function -> how often it ran.
        days: UTC days with any use.
    """

    first_day: date
    last_day: date
    total_cost_usd: str
    cost_usd_per_day: str | None
    items: list[OwnCost]
    executions: dict[str, int]
    days: int
    estimated: bool = True
    currency: str = "USD"


def billed_ms(elapsed_s: float) -> int:
    """Return what a run of so long is billed as, milliseconds."""
    steps = -(-max(round(elapsed_s * 1000), LEAST_BILLED_MS) // STEP_MS)
    return steps * STEP_MS


def used_together(uses: Iterable[OwnUse]) -> OwnUse:
    """Return uses of several processes or days as one."""
    executions, ms, operations, size = Counter[str](), 0, 0, 0
    for use in uses:
        executions.update(use.executions)
        ms += use.billed_ms
        operations += use.storage_operations
        size += use.telemetry_bytes
    return OwnUse(dict(executions), ms, operations, size)


_GUIDE = "modal.com/blog/azure-function-pricing-guide (East US)"
_RETAIL = "Azure Retail Prices API, in a published estimate (Austria East)"
_LOGS = "monitoringcost.com/azure-monitor-cost"


def own_costs(uses: dict[date, OwnUse], first: date, last: date, *, memory_gb: int) -> OwnCosts:
    """Return what the monitor cost.

    Args:
        uses: UTC day -> what all its processes used.
        first: the first day asked for.
        last: the last one.
        memory_gb: of an instance.
    """
    whole = used_together(uses.values())
    gigabytes = Decimal(whole.telemetry_bytes) / 10**9
    gb_s = Decimal(whole.billed_ms) * memory_gb / 1000
    items = [
        _priced("execution_time", gb_s, "GB-s", "0.000026", _GUIDE, date(2025, 5, 22)),
        _priced("executions", Decimal(sum(whole.executions.values())), "execution", None, "", None),
        _priced(
            "storage_operations",
            Decimal(whole.storage_operations),
            "operation",
            "0.000000036",
            _RETAIL,
            date(2026, 7, 21),
        ),
        _priced("telemetry", gigabytes, "GB", "2.30", _LOGS, date(2026, 1, 1)),
    ]
    known = [Decimal(each.cost_usd) for each in items if each.cost_usd is not None]
    total = sum(known, Decimal(0))
    per_day = usd_text((total / len(uses)).quantize(Decimal("1E-10"))) if uses else None
    executions = dict(sorted(whole.executions.items()))
    return OwnCosts(first, last, usd_text(total), per_day, items, executions, len(uses))


def _priced(
    item: str, quantity: Decimal, unit: str, usd: str | None, source: str, read: date | None
) -> OwnCost:
    cost = None if usd is None else usd_text(EXACT.multiply(quantity, Decimal(usd)))
    return OwnCost(item, float(quantity), unit, usd, cost, source, read)
