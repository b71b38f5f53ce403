"""Starting and completing sessions: one record each, whoever asks again."""

from typing import Any

import msgspec
import pytest

from shared.adapters import tables as layout
from shared.domain.timeline import rfc3339
from shared.errors import Conflict, InvalidInput, NotFound
from shared.services.sessions import start_session
from tests.adapters.storage_factories import gathered
from tests.domain.factories import MINUTE, T0
from tests.services.session_factories import SessionMonitor


@pytest.fixture
def monitor() -> SessionMonitor:
    return SessionMonitor()


async def test_a_completed_session_is_one_request(monitor: SessionMonitor) -> None:
    session_id = await monitor.start(input_tokens=12, deployment="mini", user="alice")
    monitor.later(seconds=2.5)
    answer = await monitor.complete(session_id, output_tokens=7, finish_reason="stop")
    assert (answer.batch_id, answer.accepted, answer.duplicate) == (session_id, 1, False)
    (row,) = await monitor.requests()
    assert len(row.pop("user_hash")) == 16
    assert row == {
        "usage_source": "reported",
        "start_time": "2026-11-23T10:00:00Z",
        "end_time": "2026-11-23T10:00:02.500000Z",
        "duration_ms": 2500.0,
        "model": "gpt-5-mini",
        "deployment": "mini",
        "input_tokens": 12,
        "output_tokens": 7,
        "finish_reason": "stop",
    }
    assert await monitor.open_ids() == []


async def test_the_user_is_hashed_as_everywhere_and_never_kept(monitor: SessionMonitor) -> None:
    session_id = await monitor.start(user="alice")
    rows = await gathered(monitor.parts.tables.query(layout.SESSIONS, session_id[:10]))
    assert len(rows) == 2
    assert not any(b"alice" in msgspec.json.encode(row.properties) for row in rows)
    assert not any(b"alice" in value for row in rows for value in _binaries(row.properties))
    await monitor.complete(session_id)
    other = await monitor.start()
    await monitor.complete(other, user="alice")
    first, second = await monitor.requests()
    assert first["user_hash"] == second["user_hash"]


def _binaries(properties: Any) -> list[bytes]:
    return [value for value in properties.values() if isinstance(value, bytes)]


async def test_a_retry_is_told_what_the_first_try_was(monitor: SessionMonitor) -> None:
    session_id = await monitor.start()
    monitor.later(seconds=1)
    await monitor.complete(session_id, output_tokens=7)
    before = await monitor.requests()
    monitor.later(minutes=50)
    again = await monitor.complete(session_id, output_tokens=7)
    assert (again.batch_id, again.accepted, again.duplicate) == (session_id, 1, True)
    assert await monitor.requests() == before


async def test_other_content_is_a_conflict(monitor: SessionMonitor) -> None:
    session_id = await monitor.start()
    await monitor.complete(session_id, output_tokens=7)
    with pytest.raises(Conflict, match="other content"):
        await monitor.complete(session_id, output_tokens=8)
    with pytest.raises(Conflict, match="other content"):
        await monitor.complete(session_id, output_tokens=7, error_type="timeout")
    assert len(await monitor.requests()) == 1


@pytest.mark.parametrize("session_id", ["", "open|x", "20261123100000-0123456789abcdef", "a/../b"])
async def test_what_never_started_is_unknown(monitor: SessionMonitor, session_id: str) -> None:
    with pytest.raises(NotFound):
        await monitor.complete(session_id, output_tokens=7)


async def test_a_failure_and_a_stated_duration_are_kept(monitor: SessionMonitor) -> None:
    session_id = await monitor.start(start_time=rfc3339(T0 - MINUTE))
    await monitor.complete(session_id, status_code=429, duration_ms=80.25)
    (row,) = await monitor.requests()
    assert (row["error_type"], row["error_class"]) == ("http_429", "quota")
    assert (row["start_time"], row["duration_ms"]) == ("2026-11-23T09:59:00Z", 80.25)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param({"model": ""}, "model", id="empty model"),
        pytest.param({"input_tokens": -1}, "input_tokens", id="negative"),
        pytest.param({"output_tokens": 3}, "output_tokens", id="outcome"),
        pytest.param({"resource": "a\nb"}, "resource", id="control character"),
        pytest.param(
            {"cached_input_tokens": 5, "input_tokens": 4}, "cached_input_tokens", id="part"
        ),
        pytest.param({"start_time": "2026-11-23T10:00:00"}, "start_time", id="naive"),
        pytest.param({"start_time": rfc3339(T0 + 6 * MINUTE)}, "start_time", id="ahead"),
        pytest.param({"start_time": "2026-09-01T10:00:00Z"}, "start_time", id="long ago"),
        pytest.param({"start_time": "0001-01-01T00:00:00+14:00"}, "start_time", id="first year"),
        pytest.param({"tags": {f"t{n}": "" for n in range(9)}}, "tags", id="many tags"),
    ],
)
async def test_a_bad_start_names_its_field(
    monitor: SessionMonitor, fields: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await monitor.start(**fields)
    assert [fault.path for fault in caught.value.faults] == [path]
    assert await monitor.open_ids() == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param({"output_tokens": 1.5}, "output_tokens", id="fraction"),
        pytest.param({"duration_ms": -5}, "duration_ms", id="negative"),
        pytest.param({"error_type": "a\x00"}, "error_type", id="control character"),
        pytest.param({"cached_input_tokens": 11}, "cached_input_tokens", id="more than started"),
        pytest.param(
            {"reasoning_tokens": 2, "output_tokens": 1}, "reasoning_tokens", id="more than output"
        ),
        pytest.param({"duration_ms": 600_000}, "start_time", id="end ahead of the clock"),
        pytest.param({"start_time": "2026-11-01T10:00:00Z"}, "duration_ms", id="weeks"),
    ],
)
async def test_a_bad_completion_names_its_field_and_leaves_the_session_open(
    monitor: SessionMonitor, fields: dict[str, Any], path: str
) -> None:
    session_id = await monitor.start(input_tokens=10)
    with pytest.raises(InvalidInput) as caught:
        await monitor.complete(session_id, **fields)
    assert [fault.path for fault in caught.value.faults] == [path]
    assert await monitor.open_ids() == [session_id]
    assert (await monitor.complete(session_id, output_tokens=3)).accepted == 1


async def test_unknown_fields_are_named(monitor: SessionMonitor) -> None:
    body = b'{"model":"m","foo":1}'
    parts = monitor.parts
    answer = await start_session(body, strict=False, sessions=parts.sessions, ports=parts.ingest)
    assert answer.unknown_fields == {"foo": 1}
    assert (await monitor.complete(answer.session_id, bar=1)).unknown_fields == {"bar": 1}
    with pytest.raises(InvalidInput, match="foo: unknown field"):
        await start_session(body, strict=True, sessions=parts.sessions, ports=parts.ingest)
