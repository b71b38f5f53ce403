"""Which price traffic has: models, deployments, tiers and days, all resolved together."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from shared.domain.deployment.deployment import DeploymentConfig, quota_book
from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.model_name import model_names
from shared.domain.price.offer import ASSUMED, Billing, Geography, Offer, Tier
from shared.domain.price.price_book import EVERY_MODEL, price_book
from shared.domain.price.pricing import Pricing, Unpriced

DAY = date(2026, 11, 23)
GLOBAL = Offer(Geography.GLOBAL)
ZONE = Offer(Geography.DATA_ZONE)
PTU = Offer(Geography.GLOBAL, Billing.PROVISIONED)


def listed(model: str, offer: Offer = GLOBAL, usd: str = "2", since: date = date.min) -> ListPrice:
    bands = (ContextBand(0, {Meter.INPUT: Decimal(usd)}),)
    return ListPrice(model=model, offer=offer, effective_from=since, bands=bands)


CAPACITY = ListPrice(model=EVERY_MODEL, offer=PTU, effective_from=date.min, ptu_hour_usd=Decimal(1))
PRICES = (
    listed("gpt-4o"),
    listed("gpt-4o", ZONE, "2.2"),
    listed("gpt-4o", GLOBAL._replace(tier=Tier.PRIORITY), "3.5", DAY),
    listed("gpt-4o-2024-05-13", usd="5"),
    listed("gpt-4", usd="30"),
    listed("gpt-4-turbo", usd="10"),
    listed("gpt-3.5-turbo", usd="0.5"),
    CAPACITY,
)
SPELLINGS = {
    "gpt-4o": "gpt-4o",
    "gpt-4o-2024-08-06": "gpt-4o",
    "gpt-4o-2024-05-13": "gpt-4o-2024-05-13",
    "gpt-4": "gpt-4",
    "gpt-4-turbo-2024-04-09": "gpt-4-turbo",
    "gpt-3.5-turbo": "gpt-3.5-turbo",
}


def pricing(**deployments: DeploymentConfig) -> Pricing:
    return Pricing(price_book(PRICES), quota_book(deployments.items()), model_names(SPELLINGS))


@pytest.mark.parametrize(
    ("model", "version", "name"),
    [
        ("gpt-4o", "", "gpt-4o"),
        ("GPT-4o", "", "gpt-4o"),
        (" gpt-4o ", "", "gpt-4o"),
        ("gpt-4o-2024-08-06", "", "gpt-4o"),
        ("gpt-4o", "2024-08-06", "gpt-4o"),
        ("gpt-4o-2024-05-13", "", "gpt-4o-2024-05-13"),
        ("gpt-4o", "2024-05-13", "gpt-4o-2024-05-13"),
        ("gpt-4o", "2027-01-01", "gpt-4o"),
        ("gpt-4o-2027-01-01", "", "gpt-4o"),
        ("gpt-35-turbo", "", "gpt-3.5-turbo"),
        ("gpt-35-turbo-0125", "", "gpt-3.5-turbo"),
        ("gpt-35-turbo", "0125", "gpt-3.5-turbo"),
        ("gpt-4", "turbo-2024-04-09", "gpt-4-turbo"),
        ("gpt-4", "0613", "gpt-4"),
    ],
)
def test_a_model_is_found_however_azure_spells_it(model: str, version: str, name: str) -> None:
    found = pricing().resolve(model=model, model_version=version, day=DAY)
    assert (found.model, found.unpriced) == (name, None)
    assert found.price is not None
    assert found.price.model == name


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("my-gpt-4o", ""),
        ("gpt-4o-eu", ""),
        ("gpt-4", "turbo-2031-01-01"),
        ("gpt-4o", "vision-preview"),
        ("gpt", ""),
        ("", ""),
        ("*", ""),
    ],
)
def test_a_name_that_resembles_a_model_is_not_that_model(model: str, version: str) -> None:
    found = pricing().resolve(model=model, model_version=version, day=DAY)
    assert (found.model, found.price, found.unpriced) == (model, None, Unpriced.UNKNOWN_MODEL)


def test_a_deployment_tells_its_model_and_type() -> None:
    asked = pricing(chat=DeploymentConfig(model="gpt-4o", type="DataZoneStandard"))
    found = asked.resolve(model="chat", deployment="chat", day=DAY)
    assert (found.model, found.offer, found.deployment_type_assumed) == ("gpt-4o", ZONE, False)
    assert found.price == PRICES[1]


def test_a_deployment_named_like_a_model_is_what_it_is_configured_to_be() -> None:
    asked = pricing(**{"gpt-4": DeploymentConfig(model="gpt-4o")})
    assert asked.resolve(model="gpt-4", deployment="gpt-4", day=DAY).model == "gpt-4o"
    dated = asked.resolve(model="gpt-4", model_version="2024-05-13", deployment="gpt-4", day=DAY)
    assert dated.model == "gpt-4o-2024-05-13"
    assert asked.resolve(model="gpt-4", deployment="other", day=DAY).model == "gpt-4"


def test_a_deployment_s_version_tells_models_of_one_name_apart() -> None:
    config = DeploymentConfig(model="gpt-4o", model_version="2024-05-13")
    asked = pricing(chat=config)
    for reported in ("chat", "gpt-4o"):
        found = asked.resolve(model=reported, deployment="chat", day=DAY)
        assert found.model == "gpt-4o-2024-05-13"


def test_an_unknown_type_is_assumed_to_be_global_and_said() -> None:
    asked = pricing(chat=DeploymentConfig(model="gpt-4o"))
    for deployment in ("chat", "other"):
        found = asked.resolve(model="gpt-4o", deployment=deployment, day=DAY)
        assert (found.offer, found.deployment_type_assumed) == (ASSUMED, True)
        assert found.price is not None


def test_a_type_that_azure_does_not_have_is_unpriced() -> None:
    asked = pricing(chat=DeploymentConfig(model="gpt-4o", type="Galactic"))
    found = asked.resolve(model="gpt-4o", deployment="chat", day=DAY)
    assert (found.price, found.unpriced) == (None, Unpriced.UNKNOWN_DEPLOYMENT_TYPE)


def test_capacity_costs_the_same_whatever_it_serves() -> None:
    asked = pricing(big=DeploymentConfig(type="GlobalProvisionedManaged", ptu=15))
    for model in ("gpt-4o", "unheard-of"):
        found = asked.resolve(model=model, deployment="big", service_tier="priority", day=DAY)
        assert (found.offer, found.price, found.unpriced) == (PTU, CAPACITY, None)


def test_the_tier_that_served_is_priced() -> None:
    asked = pricing()
    priority = asked.resolve(model="gpt-4o", service_tier="priority", day=DAY)
    assert priority.price == PRICES[2]
    flex = asked.resolve(model="gpt-4o", service_tier="flex", day=DAY)
    assert (flex.price, flex.unpriced) == (None, Unpriced.OFFER)
    gold = asked.resolve(model="gpt-4o", service_tier="gold", day=DAY)
    assert (gold.price, gold.unpriced) == (None, Unpriced.UNKNOWN_TIER)


def test_the_day_before_a_price_begins_is_unpriced_and_says_so() -> None:
    found = pricing().resolve(model="gpt-4o", service_tier="priority", day=DAY - timedelta(days=1))
    assert (found.price, found.unpriced) == (None, Unpriced.NOT_YET)


def test_a_day_is_priced_as_its_deployment_ends_it() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    book = quota_book(
        [
            ("chat", DeploymentConfig(model="gpt-4o", type="GlobalStandard")),
            (
                "chat",
                DeploymentConfig(model="gpt-4o", type="DataZoneStandard", effective_from=noon),
            ),
        ]
    )
    asked = Pricing(price_book(PRICES), book, model_names(SPELLINGS))
    offers = [
        asked.resolve(model="gpt-4o", deployment="chat", day=DAY + timedelta(days=days)).offer
        for days in (-1, 0, 1)
    ]
    assert offers == [GLOBAL, ZONE, ZONE]


def test_what_was_resolved_is_not_resolved_again() -> None:
    asked = pricing()
    assert asked.resolve(model="gpt-4o", day=DAY) is asked.resolve(model="gpt-4o", day=DAY)


@pytest.mark.parametrize(
    ("region", "usd", "assumed"),
    [
        (None, "1.1", True),
        ("eastus2", "1.1", False),
        ("Sweden Central", "1.2", False),
        ("southindia", None, False),
    ],
)
def test_a_price_of_a_region_holds_nowhere_else(
    region: str | None, usd: str | None, assumed: bool
) -> None:
    there = [
        replace(listed("gpt-4o", ZONE, "1.1"), regions=frozenset({"eastus2", "westus"})),
        replace(listed("gpt-4o", ZONE, "1.2"), regions=frozenset({"swedencentral"})),
    ]
    config = DeploymentConfig(model="gpt-4o", type="DataZoneStandard", region=region)
    names = model_names(SPELLINGS)
    asked = Pricing(price_book(there), quota_book([("chat", config)]), names)
    found = asked.resolve(model="gpt-4o", deployment="chat", day=DAY)
    rate = found.price.bands[0].rate(Meter.INPUT) if found.price else None
    assert (rate, found.region_assumed) == (Decimal(usd) if usd else None, assumed)


def test_a_price_that_holds_everywhere_gives_way_to_a_region_s() -> None:
    there = replace(listed("gpt-4o", ZONE, "1.2"), regions=frozenset({"swedencentral"}))
    book = price_book([listed("gpt-4o", ZONE, "1.1"), there])
    assert book.price("gpt-4o", ZONE, DAY, "swedencentral") == there
    later = price_book([there], [listed("gpt-4o", ZONE, "9", DAY)])
    strongest = later.price("gpt-4o", ZONE, DAY, "swedencentral")
    assert strongest is not None
    assert strongest.bands[0].rate(Meter.INPUT) == Decimal(9)
