"""HTTP functions for applications: how long they can wait, and what they demand."""

import azure.functions as func
import msgspec

from shared.bootstrap import app
from shared.domain.application import Application, ApplicationBody, parse_application
from shared.services.applications import APPLICATIONS
from shared.triggers.call import PAGE, Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()

_WHICH = {"name": "the name, where the path says `-`"}


class ApplicationList(msgspec.Struct, frozen=True):
    """Every application that something is known of, by name."""

    applications: list[Application]
    next: str | None = None


@endpoint(
    blueprint,
    "GET",
    "v1/applications",
    summary="Applications that something is known of.",
    answer=ApplicationList,
    query=PAGE,
)
async def get_applications(call: Call) -> Answer:
    """List the applications."""
    found = await APPLICATIONS.load(app().documents)
    return Answer(ApplicationList(*call.page(found, lambda each: each.name)))


@endpoint(
    blueprint,
    "GET",
    "v1/applications/{name}",
    summary="What one application can bear.",
    answer=Application,
    query=_WHICH,
)
async def get_one_application(call: Call) -> Answer:
    """Return an application."""
    return Answer(await APPLICATIONS.get(_name(call), app().documents))


@endpoint(
    blueprint,
    "PUT",
    "v1/applications/{name}",
    summary="Say how long an application can wait, and what it demands.",
    request=ApplicationBody,
    answer=Application,
    query=_WHICH,
)
async def put_one_application(call: Call) -> Answer:
    """Store an application."""
    application = parse_application(call.body(), name=_name(call))
    created = await APPLICATIONS.put(application, app().documents)
    return Answer(application, 201 if created else 200)


def _name(call: Call) -> str:
    name = call.segment("name")
    return call.required("name") if name == "-" else name
