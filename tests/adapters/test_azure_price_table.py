"""The table that is deployed: sound, and as Azure states it."""

import csv
from datetime import date
from decimal import Decimal

import pytest

from shared.adapters.azure_price_table import COLUMNS, TABLE, azure_prices, read_table, table_rows
from shared.domain.price.list_price import Meter
from shared.domain.price.offer import Billing, Geography, Offer, offer_of
from shared.domain.price.price_book import EVERY_MODEL, price_book
from shared.domain.price.region import region_name

DAY = date(2026, 11, 23)


def test_every_row_has_a_source_and_the_day_it_was_read() -> None:
    for price in azure_prices():
        assert price.source
        assert price.source_date is not None
        assert date(2026, 8, 1) <= price.source_date <= DAY


def test_every_row_can_be_priced_by() -> None:
    for price in azure_prices():
        provisioned = price.offer.billing is Billing.PROVISIONED
        assert provisioned == (price.ptu_hour_usd is not None) == (not price.bands)
        assert provisioned == (price.model == EVERY_MODEL)
        assert price.model == price.model.lower()
        assert {region_name(each) for each in price.regions} == price.regions
        bounds = [band.above_tokens for band in price.bands]
        assert bounds == sorted(set(bounds))
        assert bounds[:1] == ([] if provisioned else [0])
        for band in price.bands:
            assert band.rate(Meter.INPUT) is not None
            assert all(usd > 0 for usd in band.usd_per_million.values())


def test_the_table_is_written_as_it_was_read() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert list(table_rows(read_table(rows))) == rows


# The agreed list prices of a PTU hour.
@pytest.mark.parametrize(
    ("geography", "region", "usd"),
    [
        (Geography.GLOBAL, "eastus2", "1.00"),
        (Geography.DATA_ZONE, "eastus2", "1.10"),
        (Geography.REGIONAL, "eastus2", "2.00"),
        (Geography.DATA_ZONE, "swedencentral", "1.20"),
        (Geography.REGIONAL, "westeurope", "2.72"),
    ],
)
def test_a_ptu_hour_costs_what_azure_lists(geography: Geography, region: str, usd: str) -> None:
    book = price_book(azure_prices())
    price = book.price("gpt-5", Offer(geography, Billing.PROVISIONED), DAY, region)
    assert price is not None
    assert price.ptu_hour_usd == Decimal(usd)


# As the Azure Retail Prices API named and priced its meters, US dollars a million tokens of input,
# cached input and output.
@pytest.mark.parametrize(
    ("model", "type_", "region", "rates"),
    [
        ("gpt-4.1", "DataZoneStandard", "eastus2", ("2.2", "0.55", "8.8")),
        ("gpt-4.1", "Standard", "eastus2", ("2.2", "0.55", "8.8")),
        ("gpt-4.1-mini", "Standard", "swedencentral", ("0.484", "0.121", "1.936")),
        ("gpt-4o", "DataZoneStandard", "eastus2", ("2.75", "1.375", "11")),
        ("gpt-5", "DataZoneStandard", "swedencentral", ("1.375", "0.1375", "11")),
        ("gpt-5.4", "DataZoneStandard", "japaneast", ("3", "0.3", "18")),
        ("gpt-5-mini", "GlobalBatch", "eastus2", ("0.125", "0.0125", "1")),
        ("gpt-4.1", "GlobalBatch", "eastus2", ("1", "1", "4")),
        ("o3-mini", "DataZoneBatch", "eastus2", ("0.605", "0.605", "2.42")),
        ("gpt-3.5-turbo", "Standard", "eastus2", ("0.55", "0.55", "1.65")),
        ("gpt-6-sol", "DataZoneStandard", "eastus2", ("2.2", "0.22", "11")),
        ("gpt-6-sol", "DataZoneStandard", "swedencentral", ("2.4", "0.24", "12")),
    ],
)
def test_tokens_cost_what_azure_lists(
    model: str, type_: str, region: str, rates: tuple[str, ...]
) -> None:
    offer = offer_of(type_)
    assert offer is not None
    price = price_book(azure_prices()).price(model, offer, DAY, region)
    assert price is not None
    meters = (Meter.INPUT, Meter.CACHED_INPUT, Meter.OUTPUT)
    assert tuple(price.bands[0].rate(each) for each in meters) == tuple(map(Decimal, rates))
