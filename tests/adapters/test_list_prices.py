"""What the installed genai-prices makes of the models that Azure sells."""

import socket
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from importlib.metadata import version

import pytest

from shared.adapters.list_prices import PACKAGE, RELEASED, published_prices
from shared.domain.price.list_price import Meter
from shared.domain.price.model_name import model_names
from shared.domain.price.offer import Billing, Geography, Offer, Tier
from shared.domain.price.price_book import price_book
from shared.domain.price.pricing import Pricing

GLOBAL = Offer(Geography.GLOBAL)
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def asked() -> Pricing:
    published = published_prices()
    return Pricing(price_book(*published.layers), names=model_names(published.spellings))


# The agreed list prices: US dollars a million tokens of input, output and cached input.
AGREED = {
    "gpt-4o": ("2.5", "10", "1.25"),
    "gpt-4o-mini": ("0.15", "0.60", "0.075"),
    "gpt-4.1": ("2", "8", "0.5"),
    "gpt-4.1-mini": ("0.4", "1.6", "0.1"),
    "gpt-5": ("1.25", "10", "0.125"),
    "gpt-4": ("30", "60", "30"),
    "gpt-35-turbo": ("0.5", "1.5", "0.5"),
    "o3-mini": ("1.1", "4.4", "0.55"),
}


@pytest.mark.parametrize("model", AGREED)
def test_agreed_list_prices(asked: Pricing, model: str) -> None:
    found = asked.resolve(model=model, day=DAY)
    assert found.price is not None
    (band,) = found.price.bands
    rates = [band.rate(meter) for meter in (Meter.INPUT, Meter.OUTPUT, Meter.CACHED_INPUT)]
    assert rates == [Decimal(usd) for usd in AGREED[model]]


@pytest.mark.parametrize(
    "model",
    ["gpt-5-mini", "gpt-5.1", "gpt-5.2", "gpt-5.4", "gpt-5.4-mini", "gpt-5.5", "gpt-5.6", "o3"],
)
def test_models_in_use_are_priced(asked: Pricing, model: str) -> None:
    assert asked.resolve(model=model, day=DAY).price is not None


def test_a_long_context_has_its_own_rates(asked: Pricing) -> None:
    price = asked.resolve(model="gpt-5.4", day=DAY).price
    assert price is not None
    short, long = price.band(272_000), price.band(272_001)
    assert short is not None
    assert long is not None
    assert (short.rate(Meter.INPUT), long.rate(Meter.INPUT)) == (Decimal("2.5"), Decimal(5))


@pytest.mark.parametrize(
    "name", ["my-o4-mini-test", "ft:gpt-4o-2024-08-06:acme", "deepseek-reasoner", "gpt-oss-20b"]
)
def test_what_only_resembles_a_model_or_is_sold_by_others_is_unknown(
    asked: Pricing, name: str
) -> None:
    assert asked.names.find(name) is None


def test_a_published_price_change_takes_hold_on_its_day(asked: Pricing) -> None:
    for name, before, after in (("gpt-5.6-luna", "1", "0.2"), ("gpt-5.6-sol", "5", "4")):
        cut = date(2026, 9, 1)
        days = (cut - timedelta(days=1), cut)
        prices = [asked.resolve(model=name, day=day).price for day in days]
        rates = [price.bands[0].rate(Meter.INPUT) for price in prices if price]
        assert rates == [Decimal(before), Decimal(after)]


def test_tiers_and_batch_are_priced_as_azure_states_them(asked: Pricing) -> None:
    # Azure Retail Prices API: "5.5 ShortCo PP inp Gl 1M Tokens" 12.50, "GPT 5 Batch outpt Glbl 1M
    # Tokens" 5.00; Microsoft Learn: flex at half of standard from 2026-10-06 on.
    priority = asked.price("gpt-5.5", GLOBAL._replace(tier=Tier.PRIORITY), DAY).price
    batch = asked.price("gpt-5", Offer(Geography.GLOBAL, Billing.BATCH), DAY).price
    flex = asked.price("gpt-6-astra", GLOBAL._replace(tier=Tier.FLEX), DAY).price
    found = [
        (each.bands[0].rate(Meter.INPUT), each.bands[0].rate(Meter.OUTPUT))
        for each in (priority, batch, flex)
        if each
    ]
    assert found == [
        (Decimal("12.5"), Decimal(75)),
        (Decimal("0.625"), Decimal(5)),
        (Decimal(5), Decimal(25)),
    ]
    assert asked.price("gpt-5", GLOBAL._replace(tier=Tier.FLEX), DAY).price is None


def test_a_price_says_whose_it_is(asked: Pricing) -> None:
    release = version(PACKAGE)
    sources = {
        model: (price.source, price.source_date)
        for model in ("o3-mini", "gpt-5", "claude-opus-4-1")
        if (price := asked.resolve(model=model, day=DAY).price)
    }
    assert sources == {
        "o3-mini": (f"genai-prices {release} (azure)", RELEASED[release]),
        "gpt-5": (f"genai-prices {release} (openai)", RELEASED[release]),
        "claude-opus-4-1": (f"genai-prices {release} (anthropic)", RELEASED[release]),
    }


def test_reading_prices_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert published_prices.__wrapped__().layers


def test_the_package_is_not_imported_with_the_app() -> None:
    code = "import sys, function_app; sys.exit('genai_prices' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
