"""A function that fails says so in a record that becomes a row of `exceptions`, and fails."""

import asyncio
import logging

import azure.functions as func
import pytest
from azure.monitor.opentelemetry.exporter import AzureMonitorLogExporter
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor

from shared.errors import Unavailable
from shared.triggers.failure import telling_failure
from tests.adapters.appinsights_factories import QUIET
from tools.fast_forward.functions import functions
from tools.recorder import Recorder


@telling_failure
async def retention(timer: func.TimerRequest | None) -> int:
    """Answer, or fail where there is a timer."""
    if timer is not None:
        raise Unavailable("storage did not answer")
    return 5


async def test_what_does_not_fail_goes_on_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    assert await retention(None) == 5
    assert caplog.records == []


async def test_a_failure_is_told_and_raised(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unavailable, match="storage did not answer"):
        await retention(func.TimerRequest())
    (record,) = caplog.records
    assert record.getMessage() == "function failed: name=retention"
    assert record.levelno == logging.ERROR


async def test_the_record_becomes_an_exception_with_its_stack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in QUIET:
        monkeypatch.setenv(name, "true")
    logger = logging.getLogger("shared.triggers.failure")
    async with Recorder() as recorder:
        provider = LoggerProvider()
        exporter = AzureMonitorLogExporter(
            connection_string=recorder.connection_string, disable_offline_storage=True
        )
        provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
        handler = LoggingHandler(logger_provider=provider)
        logger.addHandler(handler)
        try:
            await asyncio.to_thread(asyncio.run, _failing())
        finally:
            logger.removeHandler(handler)
            await asyncio.to_thread(provider.shutdown)
    (envelope,) = recorder.envelopes
    assert envelope["data"]["baseType"] == "ExceptionData"
    (told,) = envelope["data"]["baseData"]["exceptions"]
    assert told["message"] == "function failed: name=retention"
    assert told["typeName"].endswith("Unavailable")
    assert "storage did not answer" in told["stack"]


async def _failing() -> None:
    with pytest.raises(Unavailable):
        await retention(func.TimerRequest())


def test_every_timer_and_queue_function_tells_of_its_failure() -> None:
    known = functions()
    routed = {route for route in known.handlers if route not in known.timers}
    assert {"rollup", "evaluate_alerts", "retention"} <= known.timers.keys()
    telling = retention.__code__
    silent = [name for name, each in known.handlers.items() if each.__code__ is not telling]  # type: ignore[attr-defined]
    assert not silent, f"decorate {silent} with telling_failure, below its trigger"
    assert {"deliver_notifications", "post_requests"} <= routed
