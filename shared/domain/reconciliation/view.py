"""A reconciliation as people see it."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from shared.domain.price.charge import EXACT
from shared.domain.price.money import usd_text
from shared.domain.reconciliation.charged import Export, Format
from shared.domain.reconciliation.comparing import Compared, Reason

_PLACES = Decimal("1e-10")
MOST_REJECTS = 100


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One subject on one UTC day; amounts are US dollars.

    Attributes:
        meter: what it is about.
        billed_meters: names of the meters that are billed for it.
        residual: billed less computed.
        reason: of the largest part of the residual.
        parts: the residual taken apart, by reason.
    """

    day: date
    meter: str
    billed_meters: list[str]
    billed: str
    computed: str
    residual: str
    reason: Reason
    parts: dict[str, str]


class Rejected(msgspec.Struct, frozen=True):
    """A row that could not be read; the header is line 1."""

    line: int
    reason: str


class OtherCurrency(msgspec.Struct, frozen=True):
    """Rows in a currency that is not compared."""

    currency: str
    rows: int
    amount: str


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """Billed against computed.

    Attributes:
        format: whose columns the export has.
        start: the first UTC day of the export.
        end: the day after its last.
        data_through: every minute before it is completely rolled up.
        billed: of all rows in US dollars.
        computed: of the same days.
        by_reason: all residuals, taken apart.
        unexplained: what nothing explains.
        rows: by day and meter.
        rejected: rows that could not be read, the first 100.
        rejected_rows: how many there are.
        left_out: rows in other currencies.
        resources_without_telemetry: billed for models, and nothing reported names them.
    """

    format: Format
    start: date
    end: date
    data_through: str | None
    currency: str = "USD"
    billed: str
    computed: str
    by_reason: dict[str, str]
    unexplained: str
    rows: list[Row]
    rejected: list[Rejected]
    rejected_rows: int
    left_out: list[OtherCurrency]
    resources_without_telemetry: list[str]


def reconciliation_of(
    export: Export,
    found: Sequence[Compared],
    *,
    days: tuple[date, date],
    data_through: str | None,
    silent: Iterable[str],
) -> Reconciliation:
    """Return a reconciliation.

    Args:
        export: what was posted.
        found: what came of the comparison.
        days: the first day and the one after the last.
        data_through: see `Reconciliation`.
        silent: resources that are billed and not reported.
    """
    by_reason = {
        reason.value: _text(_sum(each.parts.get(reason, Decimal(0)) for each in found))
        for reason in Reason
        if any(reason in each.parts for each in found)
    }
    return Reconciliation(
        format=export.format,
        start=days[0],
        end=days[1],
        data_through=data_through,
        billed=_text(_sum(each.billed for each in found)),
        computed=_text(_sum(each.computed for each in found)),
        by_reason=by_reason,
        unexplained=by_reason.get(Reason.UNEXPLAINED, "0"),
        rows=[_row(each) for each in found],
        rejected=[Rejected(each.line, each.reason) for each in export.rejects[:MOST_REJECTS]],
        rejected_rows=len(export.rejects),
        left_out=[
            OtherCurrency(each.currency, each.rows, usd_text(each.amount))
            for each in export.left_out
        ],
        resources_without_telemetry=sorted(silent),
    )


def _row(found: Compared) -> Row:
    day, subject = found.key
    return Row(
        day=day,
        meter=subject.name,
        billed_meters=list(found.meters),
        billed=_text(found.billed),
        computed=_text(found.computed),
        residual=_text(EXACT.subtract(found.billed, found.computed)),
        reason=found.reason,
        parts={reason.value: _text(part) for reason, part in found.parts.items()},
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def _text(amount: Decimal) -> str:
    """Return an amount to ten places."""
    return usd_text(amount.quantize(_PLACES, ROUND_HALF_EVEN, EXACT))
