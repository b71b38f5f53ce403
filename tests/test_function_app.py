"""The function app as the real worker indexes it: the exact functions, and nothing at import."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[1]

TIMERS = {
    "rollup": "0 * * * * *",
    "score_anomalies": "20 * * * * *",
    "evaluate_alerts": "35 * * * * *",
    "compute_baselines": "0 7 * * * *",
    "retention": "0 40 23 * * *",
    "build_digests": "0 20 * * * *",
    "erase_data": "50 */5 * * * *",
    "summarize_week": "0 0 7-11 * * 1",
    "watch_spend": "0 12 * * * *",
    "plan_costs": "0 30 1 * * *",
}

QUEUES = {
    "deliver_notifications": "notifications AzureWebJobsStorage",
    "notifications_given_up": "notifications-poison AzureWebJobsStorage",
}

ROUTES = {
    "acknowledge_alert": "POST v1/alerts/{alert_id}/acknowledge FUNCTION",
    "calculate_cost": "POST v1/costs/calculate FUNCTION",
    "delete_one_annotation": "DELETE v1/annotations/{id} FUNCTION",
    "delete_one_budget": "DELETE v1/budgets/{name} FUNCTION",
    "delete_one_channel": "DELETE v1/channels/{name} FUNCTION",
    "delete_one_deployment": "DELETE v1/deployments/{name} FUNCTION",
    "delete_one_inhibition": "DELETE v1/inhibitions/{name} FUNCTION",
    "delete_one_price": "DELETE v1/prices/{model} FUNCTION",
    "delete_one_reservation": "DELETE v1/reservations/{name} FUNCTION",
    "delete_one_rule": "DELETE v1/rules/{name} FUNCTION",
    "delete_one_silence": "DELETE v1/silences/{id} FUNCTION",
    "get_alerts": "GET v1/alerts FUNCTION",
    "get_alerts_of_week": "GET v1/alerts/weekly FUNCTION",
    "get_anomalies": "GET v1/anomalies FUNCTION",
    "get_annotations": "GET v1/annotations FUNCTION",
    "get_applications": "GET v1/applications FUNCTION",
    "get_budgets": "GET v1/budgets FUNCTION",
    "get_channels": "GET v1/channels FUNCTION",
    "get_cost_plan": "GET v1/cost-plan FUNCTION",
    "get_cost_anomalies": "GET v1/costs/anomalies FUNCTION",
    "get_cost_forecast": "GET v1/costs/forecast FUNCTION",
    "get_costs": "GET v1/costs FUNCTION",
    "get_own_costs": "GET v1/costs/own FUNCTION",
    "get_deployments": "GET v1/deployments FUNCTION",
    "get_digest": "GET v1/digests/{day} FUNCTION",
    "get_erasure": "GET v1/erasures/{id} FUNCTION",
    "get_erasures": "GET v1/erasures FUNCTION",
    "post_erasure": "POST v1/erasures FUNCTION",
    "get_inhibitions": "GET v1/inhibitions FUNCTION",
    "get_model_anomalies": "GET v1/models/{model}/anomalies FUNCTION",
    "get_model_baseline": "GET v1/models/{model}/baseline FUNCTION",
    "get_model_cost_plan": "GET v1/models/{model}/cost-plan FUNCTION",
    "get_model_cost_trend": "GET v1/models/{model}/cost-trend FUNCTION",
    "get_model_degradation": "GET v1/models/{model}/degradation FUNCTION",
    "optimize_model_config": "POST v1/models/{model}/optimize FUNCTION",
    "get_model_report": "GET v1/models/{model}/report FUNCTION",
    "get_model_successors": "GET v1/models/{model}/successors FUNCTION",
    "get_models": "GET v1/models FUNCTION",
    "get_one_alert": "GET v1/alerts/{alert_id} FUNCTION",
    "get_one_application": "GET v1/applications/{name} FUNCTION",
    "get_one_budget": "GET v1/budgets/{name} FUNCTION",
    "get_one_channel": "GET v1/channels/{name} FUNCTION",
    "get_one_deployment": "GET v1/deployments/{name} FUNCTION",
    "get_one_inhibition": "GET v1/inhibitions/{name} FUNCTION",
    "get_one_price": "GET v1/prices/{model} FUNCTION",
    "get_one_recommendation": "GET v1/recommendations/{id} FUNCTION",
    "get_one_reservation": "GET v1/reservations/{name} FUNCTION",
    "get_one_rule": "GET v1/rules/{name} FUNCTION",
    "get_openapi": "GET openapi.json ANONYMOUS",
    "get_prices": "GET v1/prices FUNCTION",
    "get_recommendations": "GET v1/recommendations FUNCTION",
    "get_requests": "GET v1/requests FUNCTION",
    "get_reservations": "GET v1/reservations FUNCTION",
    "get_routes": "GET v1/routes FUNCTION",
    "get_rules": "GET v1/rules FUNCTION",
    "get_series": "GET v1/series FUNCTION",
    "get_silences": "GET v1/silences FUNCTION",
    "get_summary": "GET v1/summary FUNCTION",
    "health": "GET health ANONYMOUS",
    "health_ready": "GET health/ready FUNCTION",
    "post_annotation": "POST v1/annotations FUNCTION",
    "post_backtest": "POST v1/rules/backtest FUNCTION",
    "post_channel_test": "POST v1/channels/{name}/test FUNCTION",
    "post_deployments": "POST v1/deployments/import FUNCTION",
    "post_metrics": "POST v1/metrics FUNCTION",
    "post_model_baseline": "POST v1/models/{model}/baseline FUNCTION",
    "post_quality": "POST v1/quality FUNCTION",
    "post_reconciliation": "POST v1/costs/reconcile FUNCTION",
    "post_recommendation_applied": "POST v1/recommendations/{id}/applied FUNCTION",
    "post_requests": "POST v1/requests FUNCTION",
    "post_resources": "POST v1/resources FUNCTION",
    "post_session_completion": "POST v1/requests/{session_id}/complete FUNCTION",
    "post_session_start": "POST v1/requests/start FUNCTION",
    "post_silence": "POST v1/silences FUNCTION",
    "put_one_application": "PUT v1/applications/{name} FUNCTION",
    "put_one_budget": "PUT v1/budgets/{name} FUNCTION",
    "put_one_channel": "PUT v1/channels/{name} FUNCTION",
    "put_one_deployment": "PUT v1/deployments/{name} FUNCTION",
    "put_one_inhibition": "PUT v1/inhibitions/{name} FUNCTION",
    "put_one_price": "PUT v1/prices/{model} FUNCTION",
    "put_one_reservation": "PUT v1/reservations/{name} FUNCTION",
    "put_one_rule": "PUT v1/rules/{name} FUNCTION",
    "put_route_list": "PUT v1/routes FUNCTION",
    "put_rule_set": "PUT v1/rules FUNCTION",
}

INDEX = """
import asyncio, json, sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from tools.devhost.worker import index_app, stop_worker

functions = asyncio.run(index_app(Path(sys.argv[1])))
stop_worker()
print(json.dumps([[f.name, dict(f.trigger.attributes), list(f.outputs)] for f in functions]))
"""
IMPORT = """
import json, sys

sys.path.insert(0, sys.argv[1])
import function_app

print(json.dumps(sorted(sys.modules)))
"""
# What talks to Azure, and what a cold start would pay for before it is needed.
CLIENTS = ("azure.core", "azure.data", "azure.identity", "azure.monitor", "azure.storage")


def run_in_process(program: str, environment: dict[str, str]) -> Any:
    """Return the JSON that a program prints, in a process with that environment and no more."""
    ended = subprocess.run(
        [sys.executable, "-c", program, str(REPOSITORY)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def functions() -> dict[str, dict[str, Any]]:
    indexed = run_in_process(INDEX, {})
    triggers = {name: trigger for name, trigger, _ in indexed}
    assert len(triggers) == len(indexed)
    return triggers


def test_the_worker_finds_exactly_these_routes(functions: dict[str, dict[str, Any]]) -> None:
    found = {
        name: f"{' '.join(trigger['methods'])} {trigger['route']} {trigger['authLevel']}"
        for name, trigger in functions.items()
        if trigger["type"] == "httpTrigger"
    }
    assert found == ROUTES


def test_the_worker_finds_exactly_these_timers(functions: dict[str, dict[str, Any]]) -> None:
    timers = {name: each for name, each in functions.items() if each["type"] == "timerTrigger"}
    assert {name: each["schedule"] for name, each in timers.items()} == TIMERS
    assert not any(each["runOnStartup"] for each in timers.values())


def test_the_worker_finds_exactly_these_queue_functions(
    functions: dict[str, dict[str, Any]],
) -> None:
    found = {
        name: f"{trigger['queueName']} {trigger['connection']}"
        for name, trigger in functions.items()
        if trigger["type"] == "queueTrigger"
    }
    assert found == QUEUES


def test_a_route_comes_before_those_whose_parameters_would_take_it() -> None:
    # Azure's host tries routes in the order of their functions' names (azure-functions-host issue
    # 9876), the local one by how literal they are.
    split = {name: route.split()[:2] for name, route in ROUTES.items()}
    taking = [
        (literal, wide)
        for literal, (method, route) in split.items()
        for wide, (other, template) in split.items()
        if method == other and literal != wide and _takes(template, route)
    ]
    assert ("get_alerts_of_week", "get_one_alert") in taking
    assert [(literal, wide) for literal, wide in taking if literal > wide] == []


def _takes(template: str, route: str) -> bool:
    parts = [re.escape(part) for part in re.split(r"\{\w+\}", template)]
    return re.fullmatch("[^/]+".join(parts), route) is not None


def test_there_is_no_other_kind_of_function(functions: dict[str, dict[str, Any]]) -> None:
    assert functions.keys() == TIMERS.keys() | QUEUES.keys() | ROUTES.keys()


def test_importing_the_app_builds_and_imports_no_client() -> None:
    modules = run_in_process(IMPORT, {})
    loaded = [name for name in modules if name.startswith(CLIENTS) or name == "aiohttp"]
    assert loaded == []
    assert "yaml" not in modules
    assert "shared.triggers.ingest" in modules


def test_importing_the_app_reads_no_setting() -> None:
    absurd = dict.fromkeys(("AzureWebJobsStorage", "CHUNK_SHARDS", "SERIES_TAGS"), "a,b,c,nonsense")
    assert "function_app" in run_in_process(IMPORT, absurd)
