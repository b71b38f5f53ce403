"""Rows as the API has them, to list prices; every meter name here is one of Azure's."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters.list_prices import published_prices
from shared.domain.price.list_price import ListPrice, Meter
from shared.domain.price.meter_words import read_meter
from shared.domain.price.model_name import model_names
from shared.domain.price.model_words import full_words, model_of
from shared.domain.price.offer import Billing, Geography, Offer, Tier
from shared.domain.price.reservation_price import Term
from tests.tools.refresh_prices.retail_api import row
from tools.refresh_prices.reading import Reading, read_rows

NAMES = model_names(published_prices().spellings)
GLOBAL, ZONE = Offer(Geography.GLOBAL), Offer(Geography.DATA_ZONE)
REGIONAL = Offer(Geography.REGIONAL)
PRIORITY = GLOBAL._replace(tier=Tier.PRIORITY)
GPT5, OPENAI = "Azure OpenAI GPT5", "Azure OpenAI"
DEEPSEEK, LLAMA = "Azure Deepseek Models", "Azure Llama Models"


@pytest.mark.parametrize(
    ("name", "product", "model", "meter", "offer"),
    [
        ("gpt 4.1 Inp glbl Tokens", OPENAI, "gpt-4.1", Meter.INPUT, GLOBAL),
        ("gpt 4.1 cached Inp Data Zone Tokens", OPENAI, "gpt-4.1", Meter.CACHED_INPUT, ZONE),
        ("gpt-4o-mini-0718-Outp-regnl Tokens", OPENAI, "gpt-4o-mini", Meter.OUTPUT, REGIONAL),
        ("gpt 4o 0513 Input global Tokens", OPENAI, "gpt-4o-2024-05-13", Meter.INPUT, GLOBAL),
        ("gpt 4o 1120 Outp Data Zone Tokens", OPENAI, "gpt-4o", Meter.OUTPUT, ZONE),
        ("gpt-35-turbo16K-0125 Inp-glbl Tokens", OPENAI, "gpt-3.5-turbo", Meter.INPUT, GLOBAL),
        ("gpt-4-8K-Inp-glbl Tokens", OPENAI, "gpt-4", Meter.INPUT, GLOBAL),
        ("o3 mini 0131 cached input regnl Tokens", OPENAI, "o3-mini", Meter.CACHED_INPUT, REGIONAL),
        ("o4-mini 0416 cached Inp DataZone Tokens", OPENAI, "o4-mini", Meter.CACHED_INPUT, ZONE),
        ("GPT 5 Mini outpt DZone 1M Tokens", GPT5, "gpt-5-mini", Meter.OUTPUT, ZONE),
        ("5.4 inp Gl 1M Tokens", GPT5, "gpt-5.4", Meter.INPUT, GLOBAL),
        ("5.5 ShortCo cd inp Dz 1M Tokens", GPT5, "gpt-5.5", Meter.CACHED_INPUT, ZONE),
        ("5.6 sol ShortCo Cd Wr Std Gl 1M Tokens", GPT5, "gpt-5.6-sol", Meter.CACHE_WRITE, GLOBAL),
        ("5.6 terra ShortCo Opt Std Gl", GPT5, "gpt-5.6-terra", Meter.OUTPUT, GLOBAL),
        ("gpt 5 pro out glbl Tokens", GPT5, "gpt-5-pro", Meter.OUTPUT, GLOBAL),
        ("5 mini pp Inp Gl 1M Tokens", GPT5, "gpt-5-mini", Meter.INPUT, PRIORITY),
        (
            "gpt 4o mini0718 BatchOutp DataZone Tokens",
            OPENAI,
            "gpt-4o-mini",
            Meter.OUTPUT,
            Offer(Geography.DATA_ZONE, Billing.BATCH),
        ),
        (
            "text-embedding-3-large-glbl Tokens",
            OPENAI,
            "text-embedding-3-large",
            Meter.INPUT,
            GLOBAL,
        ),
        ("embedding-ada-regional Tokens", OPENAI, "text-embedding-ada-002", Meter.INPUT, REGIONAL),
        ("R1 Outp DZone Tokens", DEEPSEEK, "deepseek-r1", Meter.OUTPUT, ZONE),
        ("V4 Pro cached glbl Tokens", DEEPSEEK, "deepseek-v4-pro", Meter.CACHED_INPUT, GLOBAL),
        ("Llama 3.3 70B Inp Dzone Tokens", LLAMA, "llama-3.3-70b-instruct", Meter.INPUT, ZONE),
    ],
)
def test_a_token_meter_is_read(
    name: str, product: str, model: str, meter: Meter, offer: Offer
) -> None:
    read = read_meter(name)
    assert read is not None
    assert (read.meter, read.offer) == (meter, offer)
    assert model_of(full_words(read.model, product), NAMES) == model


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o-0806-FT-inp-glbl Tokens",
        "gpt-4.1-mini-dev-ft opt glbl Tokens",
        "o4-mini-ft model grader output Tokens",
        "gpt-4o-aud-1217 Inp glbl Tokens",
        "gpt-image-1-inp-img-glbl Tokens",
        "Provisioned Managed Global Unit",
        "Code-Interpreter-global Session",
        "Sora 2 pro glbl Second",
        "Doc AI glbl 2505 Pages",
        "Phi-4-Input Tokens",
    ],
)
def test_what_prices_something_else_is_no_token_meter(name: str) -> None:
    assert read_meter(name) is None


def read(*rows: dict[str, Any]) -> Reading:
    return read_rows(rows, NAMES, read_on=date(2026, 11, 23))


def rates(price: ListPrice, band: int = 0) -> dict[str, str]:
    return {meter.value: str(usd) for meter, usd in price.bands[band].usd_per_million.items()}


def test_prices_of_a_thousand_and_of_a_million_tokens_become_the_same() -> None:
    for unit, sent, made in (("1K", "0.0025", "0.015"), ("1M", "2.5", "15")):
        found = read(
            row("5.4 inp Gl 1M Tokens", Decimal(sent), unit),
            row("5.4 opt Gl 1M Tokens", Decimal(made), unit),
        )
        (price,) = found.prices
        bands = price.bands[0]
        assert (bands.rate(Meter.INPUT), bands.rate(Meter.OUTPUT)) == (Decimal("2.5"), Decimal(15))
        assert (price.model, price.effective_from) == ("gpt-5.4", date(2026, 3, 1))
        assert (price.source, price.source_date) == ("Azure Retail Prices API", date(2026, 11, 23))


def test_long_context_is_a_band_of_its_own() -> None:
    found = read(
        row("5.4 inp Gl 1M Tokens", Decimal("2.5")),
        row("5.4 longco inp Gl 1M Tokens", Decimal(5)),
    )
    (price,) = found.prices
    assert [band.above_tokens for band in price.bands] == [0, 272_000]
    assert rates(price, 1) == {"input": "5"}


def test_a_longer_context_without_a_known_bound_leaves_the_model_out() -> None:
    product = "Azure Grok Models"
    found = read(
        row("4.3 Inp Glbl Tokens", Decimal("0.00125"), "1K", productName=product),
        row("4.3 Inp Glbl L Tokens", Decimal("0.0025"), "1K", productName=product),
        row("Grok-4 Inp glbl Tokens", Decimal("0.003"), "1K", productName=product),
    )
    assert [each.model for each in found.prices] == ["grok-4"]
    assert found.unknown == {f"{product}: 4.3 Inp Glbl Tokens", f"{product}: 4.3 Inp Glbl L Tokens"}
    known = read(
        row("Grok-4 Inp glbl Tokens", Decimal("0.003"), "1K", productName=product),
        row("Grok-4 Inp glbl L Tokens", Decimal("0.006"), "1K", productName=product),
    )
    assert known.prices == []
    assert [each.partition(":")[0] for each in known.odd] == ["grok-4"]


def test_regions_that_charge_the_same_are_one_price() -> None:
    name = "gpt 4.1 Inp regnl Tokens"
    found = read(
        *(
            row(name, Decimal(usd), "1K", productName=OPENAI, armRegionName=region)
            for region, usd in (("eastus", "0.0022"), ("westus", "0.0022"), ("uksouth", "0.00242"))
        )
    )
    assert [(sorted(each.regions), rates(each)["input"]) for each in found.prices] == [
        (["eastus", "westus"], "2.2000"),
        (["uksouth"], "2.42000"),
    ]


def test_a_price_change_is_another_price_from_its_day_on() -> None:
    name = "5.6 luna ShortCo Inp Std DZ 1M Tokens"
    found = read(
        row(name, Decimal("0.22"), effectiveStartDate="2026-09-01T00:00:00Z"),
        row(name, Decimal("1.1"), effectiveStartDate="2026-07-01T00:00:00Z"),
    )
    assert [(each.effective_from, rates(each)["input"]) for each in found.prices] == [
        (date(2026, 7, 1), "1.1"),
        (date(2026, 9, 1), "0.22"),
    ]


def test_a_model_s_own_meter_goes_before_its_variant_s() -> None:
    found = read(
        row("GPT 5 Inpt DZone 1M Tokens", Decimal("1.375")),
        row("GPT 5 cchd Inpt DZone 1M Tokens", Decimal("0.1375")),
        row("gpt-5-codex-ccchd-inp-dzone Tokens", Decimal("0.000138"), "1K"),
    )
    (price,) = found.prices
    assert rates(price) == {"cached_input": "0.1375", "input": "1.375"}


def test_capacity_is_read_by_the_hour_and_reservations_for_their_term() -> None:
    reserved = {
        "productName": "Azure AI Foundry Provisioned Throughput Reservation",
        "type": "Reservation",
    }
    unit = "Provisioned Managed Global Unit"
    found = read(
        row(unit, Decimal(1), "1/Hour", productName=OPENAI),
        row(unit, Decimal(260), "1/Hour", reservationTerm="1 Month", **reserved),
        row(unit, Decimal(2652), "1/Hour", reservationTerm="1 Year", **reserved),
    )
    (price,) = found.prices
    assert (price.model, price.offer) == ("*", Offer(Geography.GLOBAL, Billing.PROVISIONED))
    assert price.ptu_hour_usd == Decimal(1)
    assert found.reserved == {
        (Geography.GLOBAL, Term.MONTH, "eastus2"): Decimal(260),
        (Geography.GLOBAL, Term.YEAR, "eastus2"): Decimal(2652),
    }


def test_other_clouds_and_developers_prices_are_passed_over() -> None:
    found = read(
        row("5.4 inp Gl 1M Tokens", Decimal(2), armRegionName="usgovvirginia"),
        row("5.4 inp Gl 1M Tokens", Decimal(2), type="DevTestConsumption"),
    )
    assert found == Reading()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"unitOfMeasure": "1 Hour"}, "expected a price of 1K or 1M tokens, got 1 Hour"),
        ({"unitOfMeasure": "100"}, "expected a price of 1K or 1M tokens, got 100"),
        ({"retailPrice": 0}, "expected a price above 0, got 0"),
        ({"retailPrice": Decimal(-1)}, "expected a price above 0, got Decimal('-1')"),
        ({"retailPrice": "2.5"}, "expected a price above 0, got '2.5'"),
        ({"retailPrice": None}, "expected a price above 0, got None"),
        ({"retailPrice": True}, "expected a price above 0, got True"),
        ({"currencyCode": "EUR"}, "expected US dollars, got EUR"),
        ({"tierMinimumUnits": 1000}, "expected no price by volume, got one from 1000 units on"),
        ({"effectiveStartDate": "soon"}, "expected a day in effectiveStartDate, got soon"),
        ({"effectiveStartDate": None}, "expected effectiveStartDate, got None"),
        ({"unitOfMeasure": ""}, "expected unitOfMeasure, got ''"),
    ],
)
def test_an_odd_row_is_named_and_left_out(changes: dict[str, Any], reason: str) -> None:
    name = "5.4 inp Gl 1M Tokens"
    found = read(row(name, Decimal("2.5")), {**row(name, Decimal(9)), **changes})
    assert found.odd == {f"{GPT5}: {name}: {reason}"}
    (price,) = found.prices
    assert rates(price) == {"input": "2.5"}


def test_a_row_without_its_names_is_odd() -> None:
    assert read({}, {"productName": GPT5}).odd == {
        "None: None: expected productName, got None",
        f"{GPT5}: None: expected meterName, got None",
    }


def test_an_unknown_model_is_named_never_guessed() -> None:
    found = read(row("9.9 nova inp Gl 1M Tokens", Decimal(1)))
    assert (found.prices, found.unknown) == ([], {f"{GPT5}: 9.9 nova inp Gl 1M Tokens"})
