"""The recorder answers as the ingestion endpoint does, and can fail as it can."""

import asyncio
import gzip
import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tools.recorder import Recorder, Refusal

T0 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def event(name: str) -> dict[str, Any]:
    """Return an event's envelope."""
    data = {"ver": 2, "name": name, "properties": {"a": "b"}, "measurements": {"value": 1.5}}
    body = {"baseType": "EventData", "baseData": data}
    return {"name": "Event", "time": "2026-11-23T10:00:00Z", "iKey": "k", "data": body}


def metric(name: str) -> dict[str, Any]:
    """Return a metric's envelope."""
    data = {"ver": 2, "metrics": [{"name": name, "value": 3.0}], "properties": {"model": "m"}}
    body = {"baseType": "MetricData", "baseData": data}
    return {"name": "Metric", "time": "2026-11-23T10:00:00Z", "iKey": "k", "data": body}


async def post(
    port: int, body: bytes, path: str = "/v2.1/track", **headers: str
) -> tuple[int, dict[str, Any]]:
    """Post a body; return the status and the decoded answer (empty when it is not JSON)."""
    url = f"http://127.0.0.1:{port}{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as response,
    ):
        is_json = response.content_type == "application/json"
        return response.status, await response.json() if is_json else {}


def encode(*envelopes: dict[str, Any]) -> bytes:
    """Return the body of a post."""
    return json.dumps(envelopes).encode()


async def test_what_is_posted_is_kept_and_counted() -> None:
    async with Recorder() as recorder:
        answer = await post(recorder.port, encode(event("one"), metric("two")))

    assert answer == (200, {"itemsReceived": 2, "itemsAccepted": 2, "appId": None, "errors": []})
    [row] = recorder.events("one")
    assert (row.time, row.properties, row.measurements) == (T0, {"a": "b"}, {"value": 1.5})
    [value] = recorder.metrics("two")
    assert (value.time, value.value, value.labels) == (T0, 3.0, {"model": "m"})


async def test_rows_are_found_by_name() -> None:
    async with Recorder() as recorder:
        await post(recorder.port, encode(event("one"), metric("two"), event("three")))

    assert [row.name for row in recorder.events()] == ["one", "three"]
    assert [row.name for row in recorder.metrics()] == ["two"]
    assert recorder.events("two") == []
    assert recorder.metrics("one") == []


async def test_a_gzip_body_is_read() -> None:
    async with Recorder() as recorder:
        body = gzip.compress(encode(event("one")))
        status, _ = await post(recorder.port, body, **{"Content-Encoding": "gzip"})

    assert status == 200
    assert len(recorder.events("one")) == 1


async def test_a_body_that_is_not_json_is_refused() -> None:
    async with Recorder() as recorder:
        status, answer = await post(recorder.port, b"{")

    assert status == 400
    assert answer["errors"] == [{"index": 0, "statusCode": 400, "message": "Invalid JSON"}]
    assert recorder.envelopes == []


async def test_a_partly_refused_post_is_a_206_with_places_and_reasons() -> None:
    async with Recorder() as recorder:
        recorder.refuse = lambda envelope: (
            Refusal(429, "slow down") if envelope["name"] == "Metric" else None
        )
        status, answer = await post(recorder.port, encode(event("one"), metric("two")))

    assert status == 206
    assert (answer["itemsReceived"], answer["itemsAccepted"]) == (2, 1)
    assert answer["errors"] == [{"index": 1, "statusCode": 429, "message": "slow down"}]
    assert [envelope["name"] for envelope in recorder.envelopes] == ["Event"]


async def test_a_post_refused_as_a_whole_has_the_refusals_status() -> None:
    async with Recorder() as recorder:
        recorder.refuse = lambda _: Refusal(400, "Invalid instrumentation key")
        status, answer = await post(recorder.port, encode(event("one"), event("two")))

    assert status == 400
    assert (answer["itemsReceived"], answer["itemsAccepted"]) == (2, 0)


async def test_down_means_an_error_until_told_otherwise() -> None:
    async with Recorder() as recorder:
        recorder.go_down()
        assert await post(recorder.port, encode(event("one"))) == (503, {})
        recorder.come_up()
        status, _ = await post(recorder.port, encode(event("two")))

    assert status == 200
    assert [row.name for row in recorder.events()] == ["two"]
    assert recorder.post_sizes == [1, 1]


@pytest.mark.parametrize(("for_s", "expected"), [(0.0, 200), (3_600.0, 503)])
async def test_down_for_a_time_ends_by_itself(for_s: float, expected: int) -> None:
    async with Recorder() as recorder:
        recorder.go_down(for_s=for_s)
        status, _ = await post(recorder.port, encode(event("one")))

    assert status == expected


async def test_a_stopped_recorder_refuses_connections_and_comes_back_on_its_port() -> None:
    async with Recorder() as recorder:
        port = recorder.port
        await recorder.stop()
        with pytest.raises(aiohttp.ClientConnectorError):
            await post(port, encode(event("one")))
        await recorder.start()
        status, _ = await post(port, encode(event("two")))

    assert (status, recorder.port) == (200, port)
    assert [row.name for row in recorder.events()] == ["two"]


async def test_waiting_ends_with_the_post_that_was_waited_for() -> None:
    async with Recorder() as recorder:
        waiting = asyncio.create_task(recorder.wait_until(lambda r: len(r.events("two")) == 1))
        await post(recorder.port, encode(event("one")))
        assert not waiting.done()
        await post(recorder.port, encode(event("two")))
        await asyncio.wait_for(waiting, 5)
        with pytest.raises(TimeoutError):
            await recorder.wait_until(lambda r: len(r.events()) == 3, timeout_s=0.01)


async def test_as_a_process_it_is_steered_over_http_and_writes_a_file(tmp_path: Path) -> None:
    out = tmp_path / "envelopes.jsonl"
    command = ("-m", "tools.recorder", "--out", str(out))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode().strip()
            port = int(line.rpartition(":")[2])
            await post(port, encode(event("one")))
            await post(port, b"", "/recorder/down?status=429&for_s=3600")
            assert (await post(port, encode(event("two"))))[0] == 429
            await post(port, b"", "/recorder/up")
            await post(port, encode(event("three")))
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0

    kept = [json.loads(line) for line in out.read_text().splitlines()]
    assert kept == [event("one"), event("three")]
