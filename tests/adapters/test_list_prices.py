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
    return Pricing(price_book(published.prices), names=model_names(published.spellings))


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
    "name", ["my-o4-mini-test", "ft:gpt-4o-2024-08-06:acme", "deepseek-r1", "gpt-oss-120b"]
)
def test_what_only_resembles_a_model_or_is_sold_by_others_is_unknown(
    asked: Pricing, name: str
) -> None:
    assert asked.names.find(name) is None


def test_a_published_price_change_takes_hold_on_its_day(asked: Pricing) -> None:
    cut = date(2026, 7, 30)
    prices = [
        asked.resolve(model="gpt-5.6-luna", day=day).price for day in (cut - timedelta(days=1), cut)
    ]
    rates = [price.bands[0].rate(Meter.INPUT) for price in prices if price]
    assert rates == [Decimal(1), Decimal("0.2")]


def test_tiers_are_priced_from_the_day_that_somebody_states_them(asked: Pricing) -> None:
    stated = date(2026, 10, 12)
    for tier in (Tier.FLEX, Tier.PRIORITY):
        offer = GLOBAL._replace(tier=tier)
        assert asked.price("gpt-5.4", offer, stated - timedelta(days=1)).price is None
        assert asked.price("gpt-5.4", offer, stated).price is not None
    batch = asked.price("gpt-5", Offer(Geography.GLOBAL, Billing.BATCH), DAY).price
    assert batch is not None
    assert batch.bands[0].rate(Meter.OUTPUT) == Decimal(5)


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
    assert published_prices.__wrapped__().prices


def test_the_package_is_not_imported_with_the_app() -> None:
    code = "import sys, function_app; sys.exit('genai_prices' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
