"""The Python worker: indexes the app and calls its functions, by the library the real worker runs.

Rejections, type checks and data conversion are therefore those of Azure, not of this host.
"""

import asyncio
import json
import logging
import os
import re
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.native_invocation import invocation_request_native

from tools.devhost.errors import HostError, InvocationError
from tools.devhost.function import Function, function_of

type Outputs = Sequence[tuple[str, Datum]]

_ADVICE = re.compile(r"\. Cannot find module\. Please check the requirements.*", re.DOTALL)
_FRAME = re.compile(r'File "([^"]+)", line (\d+)')


class _Message(SimpleNamespace):
    """Stands in for any protobuf message the library builds."""


class _BindingInfo(_Message):
    undefined, inout, out = 0, 2, 1


class _StatusResult(_Message):
    Failure, Success = 0, 1


_PROTOS = SimpleNamespace(
    BindingInfo=_BindingInfo,
    FunctionMetadataResponse=_Message,
    RpcException=_Message,
    RpcFunctionMetadata=_Message,
    RpcRetryOptions=_Message,
    StatusResult=_StatusResult,
    WorkerInitResponse=_Message,
    WorkerMetadata=_Message,
)


async def index_app(app_dir: Path) -> list[Function]:
    """Import the app in `app_dir` and return its functions.

    The library keeps one app per process; the working directory and sys.path become the app's.

    Raises:
        HostError: the app can't be imported, or the worker rejects one of its functions.
    """
    os.chdir(app_dir)
    sys.path.insert(0, str(app_dir))
    runtime.start_threadpool_executor()
    init = SimpleNamespace(capabilities={}, function_app_directory=str(app_dir))
    request = SimpleNamespace(
        request=SimpleNamespace(worker_init_request=init),
        properties={"host": "127.0.0.1", "protos": _PROTOS},
    )
    with _quiet_library():
        answer = await runtime.worker_init_request(request)
    if answer.result.status != _StatusResult.Success:
        raise HostError(_reason(answer.result.exception, app_dir))
    metadata = await runtime.functions_metadata_request(request)
    return [
        function_of(item.name, item.function_id, [json.loads(raw) for raw in item.raw_bindings])
        for item in metadata.function_metadata_results or ()
    ]


async def invoke(
    function: Function,
    trigger: Datum,
    metadata: Mapping[str, Datum] | None = None,
    traceparent: str = "",
) -> tuple[Datum | None, Outputs]:
    """Call a function once.

    Args:
        function: which.
        trigger: the value of its trigger's parameter.
        metadata: facts about the trigger, as a queue message's id; None when it has none.
        traceparent: the W3C trace context to continue; empty for a new trace.

    Returns:
        What it returned and what it gave to its output bindings.

    Raises:
        InvocationError: the function failed.
    """
    inputs = [(function.trigger.name, trigger)]
    try:
        succeeded, returned, outputs, error, _ = await invocation_request_native(
            str(uuid.uuid4()), function.id, inputs, metadata or {}, traceparent
        )
    except (asyncio.CancelledError, SystemExit, KeyboardInterrupt) as exit_:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise InvocationError(
            f"{exit_!r}: the deployed worker would never answer this invocation"
        ) from exit_
    if not succeeded:
        raise InvocationError(error)
    return returned, outputs


def stop_worker() -> None:
    """End the threads that run the app's synchronous functions."""
    runtime.stop_threadpool_executor()


@contextmanager
def _quiet_library() -> Iterator[None]:
    """Keep the library from printing a traceback of what is about to be said in one line."""
    library = logging.getLogger("azure.functions")
    library.disabled = True
    try:
        yield
    finally:
        library.disabled = False


def _reason(failure: Any, app_dir: Path) -> str:
    """Return the failure in one line: where in the app, and what."""
    what = _ADVICE.sub("", failure.message)
    frames = [
        f"{Path(file).relative_to(app_dir)}:{line}: "
        for file, line in _FRAME.findall(failure.stack_trace)
        if Path(file).is_relative_to(app_dir) and ".venv" not in file
    ]
    return f"{frames[-1] if frames else ''}{' '.join(what.split())}"
