"""The function app: registers every feature's Blueprint, nothing else."""

import azure.functions as func

from shared.triggers import (
    alerting,
    annotations,
    backtest,
    baselines,
    channels,
    degradation,
    deployments,
    digests,
    health,
    ingest,
    inhibitions,
    openapi,
    quality,
    query,
    recommendations,
    resources,
    retention,
    rollup,
    routes,
    rules,
    sessions,
    silences,
    weekly,
)

app = func.FunctionApp()
for feature in (
    alerting,
    annotations,
    backtest,
    baselines,
    channels,
    degradation,
    deployments,
    digests,
    health,
    ingest,
    inhibitions,
    openapi,
    quality,
    query,
    recommendations,
    resources,
    retention,
    rollup,
    routes,
    rules,
    sessions,
    silences,
    weekly,
):
    app.register_functions(feature.blueprint)
