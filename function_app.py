"""The function app: registers every feature's Blueprint, nothing else."""

import azure.functions as func

from shared.triggers import (
    alerting,
    deployments,
    health,
    ingest,
    openapi,
    quality,
    query,
    resources,
    retention,
    rollup,
    rules,
    sessions,
)

app = func.FunctionApp()
for feature in (
    alerting,
    deployments,
    health,
    ingest,
    openapi,
    quality,
    query,
    resources,
    retention,
    rollup,
    rules,
    sessions,
):
    app.register_functions(feature.blueprint)
