"""The OpenAPI document: valid, complete, and true to the examples of the contract."""

from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

import function_app
from shared.triggers.endpoint import OPERATIONS
from shared.triggers.openapi import openapi_document
from tests.test_function_app import ROUTES

REQUESTS = {
    "batch_id": "optional-the-clients-own",
    "requests": [
        {
            "request_id": "optional",
            "trace_id": "optional",
            "model": "gpt-5-mini",
            "model_version": "2025-08-07",
            "resource": "aoai-west",
            "deployment": "mini-prod",
            "deployment_served": "mini-spill",
            "provider": "azure.ai.openai",
            "application": "checkout-bot",
            "user": "hashed on arrival",
            "start_time": "2026-11-23T10:00:00.250Z",
            "duration_ms": 812.5,
            "time_to_first_token_ms": 210.0,
            "input_tokens": 1200,
            "output_tokens": 200,
            "cached_input_tokens": 400,
            "error_type": None,
            "status_code": 200,
            "stream": False,
            "temperature": None,
            "sample_weight": 1,
            "tags": {"team": "web"},
        }
    ],
}
METRICS = {
    "metrics": [
        {
            "name": "queue_depth",
            "kind": "gauge",
            "value": 4,
            "unit": "1",
            "timestamp": "2026-11-23T10:00:00Z",
            "attributes": {"host": "a"},
        }
    ]
}
RULE = {
    "name": "slow-gpt4o",
    "description": "...",
    "kind": "threshold",
    "metric": "model_response_time",
    "aggregation": "p95",
    "window_s": 300,
    "comparison": ">",
    "threshold": 5000,
    "for_s": 180,
    "keep_firing_for_s": 0,
    "cooldown_s": 300,
    "repeat_interval_s": 14400,
    "group_by": ["model", "deployment"],
    "filter": {"model": "gpt-4o"},
    "min_samples": 1,
    "no_data": "keep",
    "severity": "warning",
    "labels": {"team": "web"},
    "runbook_url": "",
    "enabled": True,
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    assert function_app.app is not None
    return openapi_document(OPERATIONS)


def body_schema(document: dict[str, Any], path: str, method: str) -> jsonschema_rs.Validator:
    content = document["paths"][path][method]["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []


def test_every_component_is_a_valid_schema(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert [name for name, each in schemas.items() if not jsonschema_rs.meta.is_valid(each)] == []


def test_every_registered_route_is_listed_and_no_other(document: dict[str, Any]) -> None:
    listed = {
        described["operationId"]: (method.upper(), path, described.get("security") == [])
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    }
    registered = {
        name: (method, f"/api/{route}", level == "ANONYMOUS")
        for name, (method, route, level) in ((n, each.split()) for n, each in ROUTES.items())
    }
    assert listed == registered


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        wanted = {part.strip("{}") for part in path.split("/") if part.startswith("{")}
        for described in methods.values():
            named = {p["name"] for p in described["parameters"] if p["in"] == "path"}
            assert named == wanted, path


@pytest.mark.parametrize(
    ("path", "method", "example"),
    [
        ("/api/v1/requests", "post", REQUESTS),
        ("/api/v1/metrics", "post", METRICS),
        ("/api/v1/rules/{name}", "put", RULE),
        ("/api/v1/rules", "put", {"rules": [RULE]}),
    ],
)
def test_the_examples_of_the_contract_fit_their_schemas(
    document: dict[str, Any], path: str, method: str, example: dict[str, Any]
) -> None:
    errors = body_schema(document, path, method).iter_errors(example)
    assert [error.message for error in errors] == []


@pytest.mark.parametrize(
    "wrong", [{}, {"requests": 5}, {"requests": [{"model": "x"}]}, {"requests": [{"model": 5}]}]
)
def test_what_the_route_refuses_does_not_fit_its_schema(
    document: dict[str, Any], wrong: dict[str, Any]
) -> None:
    assert not body_schema(document, "/api/v1/requests", "post").is_valid(wrong)
