"""The answer to a question about costs: rows that add up to the total, as JSON or CSV."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import msgspec

from shared.domain.cost.costing import CostQuery
from shared.domain.cost.good_answers import GoodShares
from shared.domain.cost.grouping import Grouping
from shared.domain.cost.rows import CostRow, rows_of
from shared.domain.cost.table import CostTable
from shared.domain.price.money import usd_text
from shared.domain.price.pricing import Unpriced
from shared.domain.rollup.price_cell import WHOLE
from shared.domain.timeline import rfc3339_minute
from shared.errors import InvalidInput

MAX_ROWS = 20_000
_NOT_IN_CSV = ("keys", "good_answers", "reasons")


class CostReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a span cost.

    Attributes:
        total_cost: the sum of the items' list costs, US dollars.
        effective_cost: the sum of their effective costs: owned reservations in place of hourly
            capacity.
        basis: what `total_cost` and the costs per request and answer are told at.
        unseen_cost: what of the total is an estimate of requests that clients sampled out.
        requests: reported ones, priced or not.
        unpriced_requests: those without a price, whatever the reason.
        missing_usage_requests: of those, the ones whose usage was not told.
        refused_requests: those turned away unprocessed (401, 403, 404, 429): they cost nothing.
        deployment_type_assumed_requests: those priced as Global, as nobody told the type.
        sampled_out_requests: how many more requests the weights of the reported ones stand for.
        days_without_users: UTC days of which it is not known which users they are the cost of, or
            not of all; only where users were asked for.
        items: rows, each with the keys that were asked for and the fields of a cost row.
    """

    start: str
    end: str
    time_range_seconds: int
    data_through: str | None
    total_cost: str
    effective_cost: str
    unseen_cost: str
    requests: int
    unpriced_requests: int
    missing_usage_requests: int
    refused_requests: int
    deployment_type_assumed_requests: int
    sampled_out_requests: int
    items: list[dict[str, Any]]
    days_without_users: list[str] = []
    currency: str = "USD"
    basis: str = "list"


def report_of(
    table: CostTable, query: CostQuery, grouping: Grouping, good: GoodShares
) -> tuple[CostReport, Sequence[CostRow]]:
    """Return the answer, and its rows.

    Args:
        table: by the labels and the period of the grouping.
        query: what was asked.
        grouping: what tells rows apart.
        good: shares of good answers by group.

    Raises:
        InvalidInput: more than 20,000 rows.
    """
    rows = rows_of(table.lines, grouping, good)
    if len(rows) > MAX_ROWS:
        reason = f"expected at most {MAX_ROWS} rows, got {len(rows)}: ask for less, or coarser"
        raise InvalidInput.at("group_by", reason)
    whole, through = table.whole, table.through
    silent = whole.unpriced.get(Unpriced.NO_USAGE)
    report = CostReport(
        start=rfc3339_minute(query.span.first),
        end=rfc3339_minute(query.span.end),
        time_range_seconds=query.span.seconds,
        data_through=None if through is None else rfc3339_minute(through),
        total_cost=usd_text(whole.list_cost),
        effective_cost=usd_text(whole.effective_cost),
        unseen_cost=usd_text(whole.unseen_cost),
        requests=whole.requests,
        unpriced_requests=whole.unpriced_requests,
        missing_usage_requests=silent.requests if silent else 0,
        refused_requests=whole.refused,
        deployment_type_assumed_requests=whole.assumed_requests,
        sampled_out_requests=whole.unseen_requests // WHOLE,
        items=[_flat(row) for row in rows],
    )
    return report, rows


def csv_of(rows: Sequence[CostRow], grouping: Grouping) -> bytes:
    """Return rows as CSV (RFC 4180, UTF-8): the keys asked for, then the fields of a cost row."""
    fields = [name for name in CostRow.__struct_fields__ if name not in _NOT_IN_CSV]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*grouping.names, *fields, "scored_answers", "reasons"])
    for row in rows:
        keys = [row.keys[name] for name in grouping.names]
        scored = row.good_answers.scored if row.good_answers else None
        writer.writerow(
            [*keys, *(getattr(row, name) for name in fields), scored, " ".join(row.reasons)]
        )
    return text.getvalue().encode()


def _flat(row: CostRow) -> dict[str, Any]:
    fields = msgspec.structs.asdict(row)
    keys: dict[str, Any] = fields.pop("keys")
    return keys | fields
