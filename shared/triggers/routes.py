"""HTTP functions for routes."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.notification.route import Route
from shared.services.routes import load_routes, put_routes
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


@endpoint(
    blueprint,
    "GET",
    "v1/routes",
    summary="Which alerts are told to which channels; the first route that matches decides.",
    answer=list[Route],
)
async def get_routes(call: Call) -> Answer:
    """List the routes."""
    del call
    return Answer(list(await load_routes(app().documents) or ()))


@endpoint(
    blueprint,
    "PUT",
    "v1/routes",
    summary="Make a list of routes the only ones.",
    request=list[Route],
    answer=list[Route],
)
async def put_route_list(call: Call) -> Answer:
    """Replace the routes."""
    return Answer(list(await put_routes(call.body(), documents=app().documents)))
