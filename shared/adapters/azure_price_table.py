"""Our own table of what Azure states, a file that is deployed: one row a band of rates.

The file is only ever added to: a price that changed is another row with a later `effective_from`,
and of two rows for the same day the later one counts. Columns, empty where nothing is stated:

    model, deployment_type, service_tier   how it is sold; `*` is every model
    regions                                with spaces between; empty: wherever no row names it
    effective_from                         the first UTC day; empty: since ever
    above_tokens                           input tokens that a request has to exceed
    input ... image_output, other          US dollars a million tokens
    ptu_hour                               US dollars an hour and PTU
    source, read_on                        who says so, and the day it was read
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.money import usd_text
from shared.domain.price.offer import asked_offer, asked_tier, type_name

TABLE = Path(__file__).with_name("azure_prices.csv")
COLUMNS = (
    *("model", "deployment_type", "service_tier", "regions", "effective_from", "above_tokens"),
    *(meter.value for meter in Meter),
    *("ptu_hour", "source", "read_on"),
)


@cache
def azure_prices() -> tuple[ListPrice, ...]:
    """Return the prices of the table that is deployed, in its order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(read_table(csv.DictReader(file)))


def read_table(rows: Iterable[Mapping[str, str]]) -> Iterator[ListPrice]:
    """Return the prices of rows; those of one price follow one another, shortest input first."""
    found: list[Mapping[str, str]] = []
    for row in rows:
        if found and int(row["above_tokens"] or 0) == 0:
            yield _price(found)
            found = []
        found.append(row)
    if found:
        yield _price(found)


def table_rows(prices: Iterable[ListPrice]) -> Iterator[dict[str, str]]:
    """Return prices as rows of the table."""
    for price in prices:
        fixed = {
            "model": price.model,
            "deployment_type": type_name(price.offer),
            "service_tier": price.offer.tier.value,
            "regions": " ".join(sorted(price.regions)),
            "effective_from": "" if price.effective_from == date.min else str(price.effective_from),
            "source": price.source,
            "read_on": str(price.source_date or ""),
        }
        for band in price.bands or (ContextBand(0, {}),):
            rates = {meter.value: usd_text(usd) for meter, usd in band.usd_per_million.items()}
            hour = {} if price.ptu_hour_usd is None else {"ptu_hour": usd_text(price.ptu_hour_usd)}
            row = {**fixed, "above_tokens": str(band.above_tokens), **rates, **hour}
            yield {column: row.get(column, "") for column in COLUMNS}


def _price(rows: list[Mapping[str, str]]) -> ListPrice:
    first = rows[0]
    tier = asked_tier(first["service_tier"])
    hour = first["ptu_hour"]
    return ListPrice(
        model=first["model"],
        offer=asked_offer(first["deployment_type"])._replace(tier=tier),
        effective_from=_day(first["effective_from"]) or date.min,
        bands=() if hour else tuple(ContextBand(int(r["above_tokens"]), _rates(r)) for r in rows),
        ptu_hour_usd=Decimal(hour) if hour else None,
        regions=frozenset(first["regions"].split()),
        source=first["source"],
        source_date=_day(first["read_on"]),
    )


def _rates(row: Mapping[str, str]) -> dict[Meter, Decimal]:
    return {meter: Decimal(row[meter]) for meter in Meter if row[meter]}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
