"""HTTP functions for inhibitions."""

import azure.functions as func
import msgspec

from shared.bootstrap import app
from shared.domain.muting.inhibition import Inhibition
from shared.domain.muting.inhibition_input import InhibitionBody, parse_inhibition
from shared.services.inhibitions import INHIBITIONS
from shared.triggers.call import PAGE, Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


class InhibitionSet(msgspec.Struct, frozen=True):
    """Every inhibition, by name."""

    inhibitions: list[Inhibition]
    next: str | None = None


@endpoint(
    blueprint,
    "GET",
    "v1/inhibitions",
    summary="Every inhibition.",
    answer=InhibitionSet,
    query=PAGE,
)
async def get_inhibitions(call: Call) -> Answer:
    """List the inhibitions."""
    found = await INHIBITIONS.load(app().documents)
    return Answer(InhibitionSet(*call.page(found, lambda each: each.name)))


@endpoint(blueprint, "GET", "v1/inhibitions/{name}", summary="One inhibition.", answer=Inhibition)
async def get_one_inhibition(call: Call) -> Answer:
    """Return an inhibition."""
    return Answer(await INHIBITIONS.get(call.segment("name"), app().documents))


@endpoint(
    blueprint,
    "PUT",
    "v1/inhibitions/{name}",
    summary="Let alerts that match keep others from reaching anybody while they fire.",
    request=InhibitionBody,
    answer=Inhibition,
)
async def put_one_inhibition(call: Call) -> Answer:
    """Store an inhibition."""
    inhibition = parse_inhibition(call.body(), name=call.segment("name"))
    created = await INHIBITIONS.put(inhibition, app().documents)
    return Answer(inhibition, 201 if created else 200)


@endpoint(
    blueprint,
    "DELETE",
    "v1/inhibitions/{name}",
    summary="Delete an inhibition.",
    status=204,
)
async def delete_one_inhibition(call: Call) -> Answer:
    """Delete an inhibition."""
    await INHIBITIONS.delete(call.segment("name"), app().documents)
    return Answer(status=204)
