"""The OpenAPI document, generated from the routes as they are registered and their types."""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Any

import azure.functions as func
import msgspec

from shared.triggers.call import Call
from shared.triggers.endpoint import OPERATIONS, Operation, endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()

_REF = "#/components/schemas/{name}"
_PATH_PARAMETER = re.compile(r"\{(\w+)\}")
_STATUSES = {
    "400": "Malformed, or nothing in it is valid; `details` names each place.",
    "401": "A function key is missing.",
    "404": "Unknown.",
    "409": "In conflict with what is stored.",
    "413": "Too large.",
    "415": "Not JSON, or an unknown encoding.",
    "503": "Storage is away; retry after `Retry-After` seconds.",
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["path", "reason"],
                        "properties": {
                            "path": {"type": "string"},
                            "reason": {"type": "string"},
                        },
                    },
                },
            },
        }
    },
}


@endpoint(blueprint, "GET", "openapi.json", summary="This document.", anonymous=True)
async def get_openapi(call: Call) -> Answer:
    """Return the OpenAPI document."""
    del call
    return Answer(openapi_document(OPERATIONS))


def openapi_document(operations: list[Operation]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the operations."""
    stated = [t for o in operations for t in (o.request, o.answer) if t is not None]
    types = list(dict.fromkeys(one for t in stated for one in _alternatives(t)))
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    by_type = dict(zip(types, schemas, strict=True))
    for several in (t for t in stated if t not in by_type):
        by_type[several] = {"anyOf": [by_type[one] for one in _alternatives(several)]}
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = paths.setdefault(f"/api/{operation.route}", {})
        path[operation.method.lower()] = _described(operation, by_type)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Foundry Monitor",
            "version": "1",
            "description": "Monitoring, alerting and cost planning for Azure AI Foundry apps.",
        },
        "paths": paths,
        "components": {
            "schemas": {**components, "Error": _ERROR},
            "securitySchemes": {
                "functionKey": {"type": "apiKey", "in": "header", "name": "x-functions-key"}
            },
        },
        "security": [{"functionKey": []}],
    }


def _alternatives(stated: Any) -> tuple[Any, ...]:
    """Return the types of a union that nothing in the JSON tells apart; any other type alone."""
    if not isinstance(stated, UnionType):
        return (stated,)
    structs = all(
        isinstance(one, type) and issubclass(one, msgspec.Struct) for one in stated.__args__
    )
    tagged = structs and all(one.__struct_config__.tag for one in stated.__args__)
    return (stated,) if tagged or not structs else stated.__args__


def _described(operation: Operation, by_type: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    in_path = [_parameter(name, "path", "percent-encoded") for name in _names_in(operation.route)]
    in_query = [_parameter(name, "query", text) for name, text in _query_of(operation).items()]
    answer = by_type.get(operation.answer, {"type": "object"})
    responses: dict[str, Any] = {
        str(operation.status): {"description": "Success.", "content": _json(answer)}
    }
    error = _json({"$ref": _REF.format(name="Error")})
    responses |= {
        status: {"description": text, "content": error} for status, text in _STATUSES.items()
    }
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*in_path, *in_query],
        "responses": responses,
    }
    if operation.request is not None:
        described["requestBody"] = {"required": True, "content": _json(by_type[operation.request])}
    if operation.anonymous:
        described["security"] = []
    return described


def _query_of(operation: Operation) -> Mapping[str, str]:
    """Return the query parameters; hosts treat `%2F` in a path differently."""
    if "model" not in _names_in(operation.route):
        return operation.query
    return {"model": "the model, where the path says `-`", **operation.query}


def _names_in(route: str) -> list[str]:
    return _PATH_PARAMETER.findall(route)


def _parameter(name: str, place: str, text: str) -> dict[str, Any]:
    required = {"required": True} if place == "path" else {}
    return {
        "name": name,
        "in": place,
        "description": text,
        "schema": {"type": "string"},
        **required,
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
