"""Makes list prices of the API's rows; what cannot be read is named, never dropped silently."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shared.domain.price.list_price import ListPrice
from shared.domain.price.meter_words import PTU_METERS, read_meter
from shared.domain.price.model_name import ModelNames
from shared.domain.price.model_words import full_words, model_of
from shared.domain.price.offer import Billing, Geography, Offer, type_name
from shared.domain.price.price_book import EVERY_MODEL
from shared.domain.price.ptu import LONG_TOKENS
from shared.domain.price.reservation_price import Term
from tools.refresh_prices.rates import PTU_HOUR, Place, Rate, priced
from tools.refresh_prices.retail import Row

SOURCE = "Azure Retail Prices API"

_PER_MILLION = {"1K": Decimal(1000), "1M": Decimal(1)}
_PTU_PRODUCT = "Azure OpenAI"
_TERMS = {"1 Month": Term.MONTH, "1 Year": Term.YEAR}
_RESERVED_PRODUCT = "Azure AI Foundry Provisioned Throughput Reservation"
_GOVERNMENT = "usgov"
# Still in the list, but no deployment type sells it any more.
_NOT_SOLD = (Offer(Geography.REGIONAL, Billing.BATCH),)


@dataclass(slots=True)
class Reading:
    """What the rows say.

    Attributes:
        prices: of deployments that are priced by tokens, and of PTU hours.
        reserved: US dollars a PTU for the whole term, by geography, term and region.
        unknown: token meters whose model is not known, as `product: meter`.
        odd: rows that contradict their own kind, as `product: meter: reason`.
        other: how many rows price something else, by product.
    """

    prices: list[ListPrice] = field(default_factory=list)
    reserved: dict[tuple[Geography, Term, str], Decimal] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    odd: set[str] = field(default_factory=set)
    other: Counter[str] = field(default_factory=Counter)


class _OddRow(Exception):
    """The row contradicts its own kind."""


def read_rows(rows: Iterable[Row], names: ModelNames, *, read_on: date) -> Reading:
    """Return what rows of the API say.

    Args:
        rows: as `fetch_rows` gives them.
        names: the models that are known.
        read_on: the day the API was asked.
    """
    reading, found = Reading(), list[_Found]()
    for row in rows:
        try:
            found += _read(row, names, reading)
        except _OddRow as error:
            reading.odd.add(f"{row.get('productName')}: {row.get('meterName')}: {error}")
    blurred = {(each.place.model, each.place.offer) for each in found if each.bound_unknown}
    for model, offer in blurred:
        way = f"{type_name(offer)} {offer.tier}"
        reading.odd.add(f"{model}: {way}: longer input is priced apart, from a bound not told")
    own = {each.place for each in found if each.words == each.place.model}
    rates = defaultdict[Place, list[Rate]](list)
    for each in found:
        about = (each.place.model, each.place.offer)
        # A model's own meter goes before those of its variants, whose prices are rounded otherwise.
        if about not in blurred and (each.place not in own or each.words == each.place.model):
            rates[each.place].append(each.rate)
    reading.prices = priced(rates, source=SOURCE, read_on=read_on)
    return reading


class _Found(NamedTuple):
    place: Place
    rate: Rate
    words: str
    bound_unknown: bool = False


def _read(row: Row, names: ModelNames, reading: Reading) -> list[_Found]:
    """Return the rate that a row tells; none where it tells something else, which is noted."""
    product, meter = _text(row, "productName"), _text(row, "meterName")
    if _elsewhere(row):
        return []
    if row.get("type") == "Reservation":
        _read_reservation(row, product, meter, reading)
        return []
    if product == _PTU_PRODUCT and meter in PTU_METERS:
        return [_capacity(row, meter)]
    read = read_meter(meter)
    if read is None or read.offer in _NOT_SOLD:
        reading.other[product] += 1
        return []
    words = full_words(read.model, product)
    model = model_of(words, names)
    if model is None:
        reading.unknown.add(f"{product}: {meter}")
        return []
    scale = _PER_MILLION.get(_text(row, "unitOfMeasure"))
    if scale is None:
        raise _OddRow(f"expected a price of 1K or 1M tokens, got {row['unitOfMeasure']}")
    place = Place(model, read.offer, LONG_TOKENS if read.long else 0, read.meter)
    rate = Rate(_day(row), row["armRegionName"], _usd(row) * scale)
    return [_Found(place, rate, words, read.bound_unknown)]


def _elsewhere(row: Row) -> bool:
    """Return whether a row is of another cloud, or of subscriptions for development."""
    region = _text(row, "armRegionName")
    return region.startswith(_GOVERNMENT) or row.get("type") == "DevTestConsumption"


def _capacity(row: Row, meter: str) -> _Found:
    if _text(row, "unitOfMeasure").replace(" ", "/") != "1/Hour":
        raise _OddRow(f"expected a price an hour, got {row['unitOfMeasure']}")
    place = Place(EVERY_MODEL, Offer(PTU_METERS[meter], Billing.PROVISIONED), 0, PTU_HOUR)
    return _Found(place, Rate(_day(row), row["armRegionName"], _usd(row)), EVERY_MODEL)


def _read_reservation(row: Row, product: str, meter: str, reading: Reading) -> None:
    """Keep a reservation's price, which is of its whole term whatever unit the row names."""
    if product != _RESERVED_PRODUCT or meter not in PTU_METERS:
        reading.other[product] += 1
        return
    term = _TERMS.get(_text(row, "reservationTerm"))
    if term is None:
        raise _OddRow(f"expected a term of 1 Month or 1 Year, got {row['reservationTerm']}")
    reading.reserved[PTU_METERS[meter], term, row["armRegionName"]] = _usd(row)


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or (not value and key != "armRegionName"):
        raise _OddRow(f"expected {key}, got {value!r:.40}")
    return value


def _day(row: Row) -> date:
    text = _text(row, "effectiveStartDate")
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise _OddRow(f"expected a day in effectiveStartDate, got {text:.40}") from error


def _usd(row: Row) -> Decimal:
    if row.get("currencyCode", "USD") != "USD":
        raise _OddRow(f"expected US dollars, got {row['currencyCode']}")
    if row.get("tierMinimumUnits"):
        raise _OddRow(
            f"expected no price by volume, got one from {row['tierMinimumUnits']} units on"
        )
    price = row.get("retailPrice")
    if isinstance(price, bool) or not isinstance(price, int | Decimal) or price <= 0:
        raise _OddRow(f"expected a price above 0, got {price!r:.40}")
    return Decimal(price)
