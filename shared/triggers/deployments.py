"""HTTP functions about deployments: their models, types and quotas."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.deployment.az_deployment import ImportDefaults
from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.deployment.view import Deployment
from shared.services.deployment_import import ImportAnswer, import_deployments
from shared.services.deployments import (
    DeploymentName,
    DeploymentPage,
    delete_deployment,
    get_deployment,
    list_deployments,
    put_deployment,
)
from shared.triggers.call import PAGE, Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()

_WHICH = {
    "resource": "the Azure resource, where several have a deployment of this name",
    "name": "the name, where the path says `-`",
}


@endpoint(
    blueprint,
    "GET",
    "v1/deployments",
    summary="Deployments by resource and name.",
    answer=DeploymentPage,
    query=PAGE,
)
async def get_deployments(call: Call) -> Answer:
    """List deployments."""
    return Answer(
        await list_deployments(
            limit=call.limit(),
            after=call.query.get("next"),
            now=call.now,
            documents=app().documents,
        )
    )


@endpoint(
    blueprint,
    "GET",
    "v1/deployments/{name}",
    summary="A deployment and its history.",
    answer=Deployment,
    query=_WHICH,
)
async def get_one_deployment(call: Call) -> Answer:
    """Return a deployment."""
    return Answer(await get_deployment(_which(call), now=call.now, documents=app().documents))


@endpoint(
    blueprint,
    "PUT",
    "v1/deployments/{name}",
    summary="Store a deployment's configuration from a moment on.",
    request=DeploymentConfig,
    answer=Deployment,
    query={**_WHICH, "strict": "`true` refuses unknown fields"},
)
async def put_one_deployment(call: Call) -> Answer:
    """Store a configuration."""
    return Answer(
        await put_deployment(
            _which(call),
            call.body(),
            strict=call.flag("strict"),
            now=call.now,
            documents=app().documents,
        )
    )


@endpoint(
    blueprint,
    "POST",
    "v1/deployments/import",
    summary="Take in what `az cognitiveservices account deployment list` prints.",
    answer=ImportAnswer,
    query={
        "resource": "the Azure resource; that of each deployment's id unless given",
        "region": "the resource's, as `swedencentral`",
        "effective_from": "since when they are so, RFC 3339; since made or changed unless given",
    },
)
async def post_deployments(call: Call) -> Answer:
    """Take in a list of deployments."""
    since = call.moment("effective_from", call.now) if "effective_from" in call.query else None
    defaults = ImportDefaults(call.query.get("resource"), call.query.get("region"), since)
    answer = await import_deployments(
        call.body(), defaults, now=call.now, documents=app().documents
    )
    return Answer(answer, 207 if answer.rejected else 200)


@endpoint(
    blueprint,
    "DELETE",
    "v1/deployments/{name}",
    summary="Forget a deployment.",
    query=_WHICH,
    status=204,
)
async def delete_one_deployment(call: Call) -> Answer:
    """Forget a deployment."""
    await delete_deployment(_which(call), documents=app().documents)
    return Answer(None, 204)


def _which(call: Call) -> DeploymentName:
    name = call.segment("name")
    if name == "-":
        name = call.required("name")
    return DeploymentName(name, call.query.get("resource"))
