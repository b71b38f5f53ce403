"""The HTTP function that takes in how busy resources are."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.record.resources import ResourceReport
from shared.services.ingest import IngestAnswer
from shared.services.resources import ingest_resources
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


@endpoint(
    blueprint,
    "POST",
    "v1/resources",
    summary="Store how busy a resource is.",
    request=ResourceReport,
    answer=IngestAnswer,
    query={"strict": "`true` refuses unknown fields"},
    status=202,
)
async def post_resources(call: Call) -> Answer:
    """Store the usage of a resource."""
    answer = await ingest_resources(
        call.body(), strict=call.flag("strict"), registry=app().registry, ports=app().ingest
    )
    return Answer(answer, 202)
