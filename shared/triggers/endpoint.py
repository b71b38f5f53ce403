"""An HTTP route: parse the call, run one coroutine, answer in JSON; errors become statuses here.

Every route is declared once with `endpoint`, which registers it with its Blueprint and with the
list that `/api/openapi.json` is generated from.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import azure.functions as func

from shared.errors import MonitorError
from shared.triggers.call import Call
from shared.triggers.failure import telling_failure
from shared.triggers.metering import counted
from shared.triggers.responses import Answer, error_answer, http_response


@dataclass(frozen=True, slots=True)
class Operation:
    """One route, as the OpenAPI document describes it.

    Attributes:
        method: GET, POST, PUT or DELETE.
        route: after `/api/`, parameters in braces.
        name: the function's name.
        summary: one sentence.
        request: type of the JSON body; None where there is none.
        answer: type of the JSON answer; None where it is free-form.
        query: query parameter -> description.
        status: the usual status of success.
        anonymous: True where no function key is needed.
    """

    method: str
    route: str
    name: str
    summary: str
    request: Any = None
    answer: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    anonymous: bool = False


OPERATIONS: list[Operation] = []

type Handler = Callable[[Call], Awaitable[Answer]]


def endpoint(
    blueprint: func.Blueprint, method: str, route: str, *, summary: str, **described: Any
) -> Callable[[Handler], Handler]:
    """Register a coroutine `(Call) -> Answer` as an HTTP function named after it.

    Args:
        blueprint: the feature's Blueprint.
        method: the one HTTP method.
        route: the route template after `/api/`.
        summary: one sentence for the OpenAPI document.
        described: further fields of `Operation`.
    """

    def register(handler: Handler) -> Handler:
        operation = Operation(method, route, handler.__name__, summary, **described)

        async def run(req: func.HttpRequest) -> func.HttpResponse:
            began_s = time.perf_counter()
            try:
                return http_response(await handler(_call(req)))
            except MonitorError as error:
                return http_response(error_answer(error))
            finally:
                await counted(handler.__name__, began_s)

        run.__name__ = run.__qualname__ = handler.__name__
        run.__doc__ = handler.__doc__
        run.__module__ = handler.__module__
        level = func.AuthLevel.ANONYMOUS if operation.anonymous else func.AuthLevel.FUNCTION
        blueprint.route(route=route, methods=[method], auth_level=level)(telling_failure(run))
        OPERATIONS.append(operation)
        return handler

    return register


def _call(req: func.HttpRequest) -> Call:
    return Call(datetime.now(UTC), req.route_params, req.params, req.headers, req.get_body())
