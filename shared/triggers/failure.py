"""Failures of functions, told where Azure Monitor sees them.

With the worker's own telemetry switched on, the host keeps to itself what it logs of functions,
their failures included (`OpenTelemetryConfigurationExtensions` of azure-functions-host filters the
category `Function.*`). So the app tells of them: the record becomes a row of `exceptions`, with
this message and the stack.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps

logger = logging.getLogger(__name__)


def telling_failure[**P, T](function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Return the function; what it raises is logged, and raised on for the host to retry."""

    @wraps(function)
    async def telling(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await function(*args, **kwargs)
        except Exception:
            logger.exception("function failed: name=%s", function.__name__)
            raise

    return telling
