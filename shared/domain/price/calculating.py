"""What one call, or an hour of capacity, costs by list price: the sum of its parts, exact."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from shared.domain.price.calculation import CalculatedCost, Calculation, PriceSource
from shared.domain.price.charge import EXACT, charge, metered
from shared.domain.price.list_price import ListPrice, Meter
from shared.domain.price.money import usd_text
from shared.domain.price.offer import (
    ASSUMED,
    Billing,
    Offer,
    Tier,
    asked_offer,
    asked_tier,
    type_name,
)
from shared.domain.price.price_input import check_provider
from shared.domain.price.pricing import Pricing
from shared.domain.record.object_decoding import refused
from shared.domain.rollup.token_cell import TokenType
from shared.errors import Fault, InvalidInput, NotFound

MAX_HOURS = 24 * 366 * 10
"""Of a deployment, to be priced in one call."""

_PARTS = (
    ("input_tokens", ("cached_input_tokens", "cache_write_tokens")),
    ("input_tokens", ("audio_input_tokens",)),
    ("input_tokens", ("image_input_tokens",)),
    ("output_tokens", ("reasoning_tokens",)),
    ("output_tokens", ("audio_output_tokens", "image_output_tokens")),
)
_COUNTED = (
    TokenType.INPUT,
    TokenType.CACHED_INPUT,
    TokenType.CACHE_WRITE,
    TokenType.OUTPUT,
    TokenType.AUDIO_INPUT,
    TokenType.AUDIO_OUTPUT,
    TokenType.IMAGE_INPUT,
    TokenType.IMAGE_OUTPUT,
)
_TOKEN_METERS = (Meter.INPUT, Meter.CACHED_INPUT, Meter.CACHE_WRITE, Meter.OUTPUT)
_COSTS = (
    "input_token_cost",
    "cached_input_token_cost",
    "cache_write_token_cost",
    "output_token_cost",
    "other_cost",
    "deployment_cost",
    "total_cost",
)
_NONE = Decimal(0)


def calculate(asked: Calculation, pricing: Pricing, *, now: datetime) -> CalculatedCost:
    """Return what a call costs.

    Args:
        asked: the tokens, and how they are bought.
        pricing: what is known of prices.
        now: the time that is meant where none is named, UTC.

    Raises:
        InvalidInput: fields contradict one another, by field.
        NotFound: nobody states the price; it names the model and why.
    """
    check_provider(asked.provider)
    _check_tokens(asked)
    offer = _offer(asked)
    day = (asked.at or now).astimezone(UTC).date()
    name = pricing.names.find(asked.model, asked.model_version or "")
    if name is None:
        raise NotFound(f"model {asked.model} is unpriced: nobody states a price of that name")
    found = pricing.price(name, offer, day, asked.region or "")
    if found.price is None:
        way = f"{type_name(offer)}, {offer.tier} tier, on {day}"
        raise NotFound(f"model {asked.model} is unpriced as {way}: {found.unpriced}")
    costs = _token_costs(asked, found.price)
    capacity = _capacity_cost(asked, found.price)
    other = EXACT.subtract(_sum(costs.values()), _sum(map(costs.get, _TOKEN_METERS)))
    parts = [*(costs.get(meter, _NONE) for meter in _TOKEN_METERS), other, capacity]
    texts = [usd_text(each) for each in (*parts, _sum(parts))]
    named: dict[str, Any] = dict(zip(_COSTS, texts, strict=True))
    return CalculatedCost(
        **named,
        model=found.model,
        deployment_type=type_name(offer),
        deployment_type_assumed=asked.deployment_type is None,
        service_tier=offer.tier.value,
        region_assumed=found.region_assumed,
        price=_source(found.price),
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    total = _NONE
    for amount in amounts:
        total = EXACT.add(total, amount or _NONE)
    return total


def _source(price: ListPrice) -> PriceSource:
    since = None if price.effective_from == date.min else price.effective_from
    return PriceSource(since, price.source, price.source_date)


def _check_tokens(asked: Calculation) -> None:
    faults = []
    for side, parts in _PARTS:
        whole = getattr(asked, side) or 0
        if sum(getattr(asked, part) or 0 for part in parts) > whole:
            given = ", ".join(f"{part} {getattr(asked, part) or 0:,}" for part in parts)
            faults.append(Fault(parts[0], f"expected at most {side} ({whole:,}), got {given}"))
    if faults:
        raise refused(faults)


def _offer(asked: Calculation) -> Offer:
    """Return what is bought; capacity where PTUs are named and no type is."""
    tier = asked_tier(asked.service_tier or "")
    if asked.deployment_type is None:
        sold = ASSUMED._replace(billing=Billing.PROVISIONED) if asked.ptu else ASSUMED
    else:
        sold = asked_offer(asked.deployment_type)
    if asked.batch:
        if sold.billing is Billing.PROVISIONED:
            raise InvalidInput.at("batch", "provisioned capacity has no batch price")
        sold = sold._replace(billing=Billing.BATCH)
    if asked.ptu and sold.billing is not Billing.PROVISIONED:
        raise InvalidInput.at("ptu", f"{type_name(sold)} sells tokens, not capacity")
    if sold.billing is Billing.STANDARD:
        return sold._replace(tier=tier)
    if tier is not Tier.STANDARD:
        raise InvalidInput.at("service_tier", f"{type_name(sold)} has none but standard")
    return sold


def _token_costs(asked: Calculation, price: ListPrice) -> dict[Meter, Decimal]:
    """Return the cost of tokens by meter; where capacity is sold, tokens come with it."""
    if price.ptu_hour_usd is not None:
        return {}
    band = price.band(asked.input_tokens or 0)
    counts = metered({kind: getattr(asked, f"{kind}_tokens") or 0 for kind in _COUNTED})
    costs = charge(band, counts) if band is not None else None
    if costs is None:
        stated = ", ".join(band.usd_per_million if band else ())
        meters = ", ".join(counts)
        raise NotFound(
            f"model {asked.model} is unpriced for some of {meters}: {price.source} states {stated}"
        )
    return costs


def _capacity_cost(asked: Calculation, price: ListPrice) -> Decimal:
    """Return PTUs x hours x the price of a PTU hour; none where tokens are sold."""
    hours = asked.deployment_hours
    if hours is not None and not (hours.is_finite() and 0 <= hours <= MAX_HOURS):
        reason = f"expected hours from 0 to {MAX_HOURS}, got {hours}"
        raise InvalidInput.at("deployment_hours", reason)
    if price.ptu_hour_usd is None:
        return _NONE
    if asked.ptu is None:
        raise InvalidInput.at("ptu", "required with a provisioned deployment type, but missing")
    if hours is None:
        raise InvalidInput.at("deployment_hours", "required with `ptu`, but missing")
    return EXACT.multiply(EXACT.multiply(hours, price.ptu_hour_usd), Decimal(asked.ptu))
