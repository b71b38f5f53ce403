"""What the monitor itself costs: its own counters times prices that somebody states.

Estimates, before free grants, and without what it cannot count: stored gigabytes, queues, what the
host stores and traces itself, alert rules of Azure Monitor, network. Sources and arithmetic:
docs/deploy.md, "What it costs".
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
        usd_per_unit: US dollars.
        cost_usd: their product.
        source: who states the price.
        source_date: the day it was read or published.
    """

    item: str
    quantity: float
    unit: str
    usd_per_unit: str
    cost_usd: str
    source: str
    source_date: date


class OwnCosts(msgspec.Struct, frozen=True):
    """What the monitor itself cost.

    Attributes:
        total_cost_usd: of the items, estimated, before free grants.
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


_RETAIL = "Azure Retail Prices API, in a published estimate (East US)"
_AUSTRIA = "Azure Retail Prices API, in a published estimate (Austria East)"
_FLEX_READ, _LOGS_READ, _TABLES_READ = date(2026, 7, 30), date(2026, 8, 4), date(2026, 7, 21)


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
    runs = Decimal(sum(whole.executions.values()))
    operations = Decimal(whole.storage_operations)
    items = [
        _priced("execution_time", gb_s, "GB-s", "0.000026", _RETAIL, _FLEX_READ),
        _priced("executions", runs, "execution", "0.0000004", _RETAIL, _FLEX_READ),
        _priced(
            "storage_operations", operations, "operation", "0.000000036", _AUSTRIA, _TABLES_READ
        ),
        _priced("telemetry", gigabytes, "GB", "2.30", _RETAIL, _LOGS_READ),
    ]
    total = sum((Decimal(each.cost_usd) for each in items), Decimal(0))
    per_day = usd_text((total / len(uses)).quantize(Decimal("1E-10"))) if uses else None
    executions = dict(sorted(whole.executions.items()))
    return OwnCosts(first, last, usd_text(total), per_day, items, executions, len(uses))


def _priced(item: str, quantity: Decimal, unit: str, usd: str, source: str, read: date) -> OwnCost:
    cost = usd_text(EXACT.multiply(quantity, Decimal(usd)))
    return OwnCost(item, float(quantity), unit, usd, cost, source, read)
