from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.offer import Geography, Offer, Tier
from shared.domain.price.price_book import price_book
from shared.domain.rollup.price_cell import BANDS

GLOBAL = Offer(Geography.GLOBAL)
MARCH = date(2026, 3, 1)


def listed(model: str, since: date, usd: str) -> ListPrice:
    bands = (ContextBand(0, {Meter.INPUT: Decimal(usd)}),)
    return ListPrice(model=model, offer=GLOBAL, effective_from=since, bands=bands)


def test_a_price_holds_from_its_first_day_until_the_next() -> None:
    old, new = listed("m", date.min, "2"), listed("m", MARCH, "1")
    book = price_book([new, old])
    assert book.price("m", GLOBAL, MARCH - timedelta(days=1)) is old
    assert book.price("m", GLOBAL, MARCH) is new


def test_nothing_is_priced_as_something_else() -> None:
    book = price_book([listed("m", MARCH, "1")])
    assert book.price("m", GLOBAL, MARCH - timedelta(days=1)) is None
    assert book.price("n", GLOBAL, MARCH) is None
    assert book.price("m", GLOBAL._replace(tier=Tier.FLEX), MARCH) is None
    assert book.price("m", Offer(Geography.DATA_ZONE), MARCH) is None


def test_of_two_prices_for_a_day_the_later_one_counts() -> None:
    corrected = listed("m", MARCH, "3")
    book = price_book([listed("m", MARCH, "1"), corrected])
    assert book.price("m", GLOBAL, MARCH) is corrected


def test_a_band_holds_above_its_bound() -> None:
    short, long = (ContextBand(at, {Meter.INPUT: Decimal(1)}) for at in (0, 272_000))
    price = ListPrice(model="m", offer=GLOBAL, effective_from=MARCH, bands=(short, long))
    assert [price.band(tokens) for tokens in (0, 272_000, 272_001)] == [short, short, long]
    assert ListPrice(model="m", offer=GLOBAL, effective_from=MARCH).band(10) is None


def test_a_stronger_layer_hides_weaker_ones_from_its_first_day_on() -> None:
    weak = [listed("m", date.min, "1"), listed("m", MARCH + timedelta(days=30), "2")]
    strong = listed("m", MARCH, "3")
    book = price_book(weak, [strong])
    days = [MARCH - timedelta(days=1), MARCH, MARCH + timedelta(days=99)]
    assert [book.price("m", GLOBAL, day) for day in days] == [weak[0], strong, strong]


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ((0,), [0, 0, 0]),
        ((0, 272_000), [0, 0, 272_000]),
        ((0, 128_000), [0, 128_000, 128_000]),
        ((0, 200_000), [0, None, 200_000]),
        ((0, 100_000, 272_000), [None, 100_000, 272_000]),
        ((0, 500_000), [0, 0, None]),
    ],
)
def test_a_cell_that_straddles_a_bound_has_no_one_rate(
    bounds: tuple[int, ...], found: list[int | None]
) -> None:
    bands = tuple(ContextBand(at, {Meter.INPUT: Decimal(at)}) for at in bounds)
    price = ListPrice(model="m", offer=GLOBAL, effective_from=MARCH, bands=bands)
    told = [price.cell_band(cell) for cell in BANDS]
    assert [band.above_tokens if band else None for band in told] == found
