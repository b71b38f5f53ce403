"""HTTP functions about list prices, and what a call costs by them."""

from datetime import date

import azure.functions as func
import msgspec
from msgspec import UNSET

from shared.bootstrap import app
from shared.domain.price.calculating import calculate
from shared.domain.price.calculation import CalculatedCost, Calculation
from shared.domain.price.money import parse_day
from shared.domain.price.offer import ASSUMED, Offer, asked_offer, asked_tier
from shared.domain.price.price_input import PriceBody
from shared.domain.price.price_view import ModelPrice, PricePage
from shared.domain.record.object_decoding import ObjectDecoder
from shared.services.prices import Way, delete_price, get_price, list_prices, put_price
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()

_CALCULATIONS = ObjectDecoder(Calculation)

_DAY = {"at": "the UTC day, as 2026-03-01; today unless given"}
_WAY = {
    "deployment_type": "as Azure names it; GlobalStandard unless given",
    "service_tier": "standard, flex or priority; standard unless given",
    "model": "the model, where the path says `-`",
}


@endpoint(
    blueprint,
    "GET",
    "v1/prices",
    summary="List prices of a day, by model and way to buy it.",
    answer=PricePage,
    query={
        **_DAY,
        "deployment_type": "only this one",
        "service_tier": "only this one, of the deployment type",
        "limit": "100 unless given, 1,000 at most",
        "next": "of an earlier answer",
    },
)
async def get_prices(call: Call) -> Answer:
    """List prices."""
    return Answer(
        await list_prices(
            _day(call),
            _offer(call),
            limit=call.limit(),
            after=call.query.get("next"),
            load_pricing=app().load_pricing,
        )
    )


@endpoint(
    blueprint,
    "GET",
    "v1/prices/{model}",
    summary="What a model costs, by whose word, and what was put about it.",
    answer=ModelPrice,
    query={**_DAY, **_WAY},
)
async def get_one_price(call: Call) -> Answer:
    """Return a model's prices."""
    return Answer(
        await get_price(
            call.model(),
            _offer(call) or ASSUMED,
            _day(call),
            documents=app().documents,
            load_pricing=app().load_pricing,
        )
    )


@endpoint(
    blueprint,
    "PUT",
    "v1/prices/{model}",
    summary="Put a price of your own, from a day on; history is priced anew when next read.",
    request=PriceBody,
    answer=ModelPrice,
    query={"strict": "`true` refuses unknown fields", "model": _WAY["model"]},
)
async def put_one_price(call: Call) -> Answer:
    """Put a price."""
    return Answer(
        await put_price(
            call.model(),
            call.body(),
            strict=call.flag("strict"),
            now=call.now,
            documents=app().documents,
            load_pricing=app().load_pricing,
        )
    )


@endpoint(
    blueprint,
    "DELETE",
    "v1/prices/{model}",
    summary="Take back prices that were put; the history keeps them.",
    query={
        "deployment_type": "only this one",
        "service_tier": "only this one, of the deployment type",
        "effective_from": "only the price from this day on, as 2026-03-01",
        "by": "who takes it back",
        "model": _WAY["model"],
    },
    status=204,
)
async def delete_one_price(call: Call) -> Answer:
    """Take prices back."""
    since = parse_day("effective_from", call.query.get("effective_from"))
    await delete_price(
        call.model(),
        Way(_offer(call), since),
        call.query.get("by", ""),
        now=call.now,
        documents=app().documents,
        load_pricing=app().load_pricing,
    )
    return Answer(status=204)


@endpoint(
    blueprint,
    "POST",
    "v1/costs/calculate",
    summary="What a call, or an hour of capacity, costs by list price.",
    request=Calculation,
    answer=CalculatedCost,
    query={"strict": "`true` refuses unknown fields"},
)
async def calculate_cost(call: Call) -> Answer:
    """Price a call."""
    asked, unknown = _CALCULATIONS.decode(call.body(), strict=call.flag("strict"))
    cost = calculate(asked, await app().load_pricing(), now=call.now)
    return Answer(msgspec.structs.replace(cost, unknown_fields=unknown or UNSET))


def _day(call: Call) -> date:
    return parse_day("at", call.query.get("at")) or call.now.date()


def _offer(call: Call) -> Offer | None:
    """Return the way to buy models that a query names; None where it names none."""
    if "deployment_type" not in call.query and "service_tier" not in call.query:
        return None
    sold = asked_offer(call.query.get("deployment_type", "GlobalStandard"))
    return sold._replace(tier=asked_tier(call.query.get("service_tier", "")))
