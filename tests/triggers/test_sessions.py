"""The HTTP functions of sessions, as clients see them."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.record.request import RequestRecord
from tests.triggers.http_app import HttpApp, http_app, zipped

_NAMES = [field.name for field in msgspec.structs.fields(RequestRecord)]


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with http_app() as made:
        yield made


async def _start(app: HttpApp) -> str:
    answer = await app.send("post_session_start", {"model": "gpt-5-mini", "input_tokens": 9})
    assert answer.status == 201
    assert list(answer.body) == ["session_id"]
    return str(answer.body["session_id"])


async def test_a_session_is_started_completed_and_replayed(app: HttpApp) -> None:
    session_id = await _start(app)
    app.clock.now += timedelta(seconds=2)
    for duplicate in (False, True):
        answer = await app.send(
            "post_session_completion", {"output_tokens": 4}, session_id=session_id
        )
        assert answer.status == 202
        assert answer.body == {
            "batch_id": session_id,
            "accepted": 1,
            "rejected": [],
            "duplicate": duplicate,
            "unknown_fields": {},
        }
    span = {"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T10:01:00Z"}
    (row,) = (await app.send("get_requests", query=span)).body["requests"]
    assert (row["duration_ms"], row["input_tokens"], row["output_tokens"]) == (2000.0, 9, 4)


async def test_bodies_may_be_compressed(app: HttpApp) -> None:
    zipped_body = {"content-encoding": "gzip"}
    answer = await app.send("post_session_start", zipped({"model": "m"}), headers=zipped_body)
    done = await app.send(
        "post_session_completion",
        zipped({}),
        headers=zipped_body,
        session_id=answer.body["session_id"],
    )
    assert (answer.status, done.status) == (201, 202)


async def test_each_refusal_has_its_status(app: HttpApp) -> None:
    session_id = await _start(app)
    send = app.send
    wrong = {"content-type": "text/plain"}
    assert (await send("post_session_start", b"{}", headers=wrong)).status == 415
    assert (await send("post_session_start", b" " * (4 << 20) + b"{}")).status == 413
    assert (await send("post_session_start", b"{")).status == 400
    assert (
        await send("post_session_start", {"model": "m", "x": 1}, query={"strict": "true"})
    ).faults == {"x": "unknown field"}
    name = "post_session_completion"
    assert (await send(name, {}, session_id="nobody")).status == 404
    assert (await send(name, {"output_tokens": "x"}, session_id=session_id)).faults == {
        "output_tokens": 'expected an integer or null, got "x"'
    }
    assert (await send(name, {"output_tokens": 1}, session_id=session_id)).status == 202
    assert (await send(name, {"output_tokens": 2}, session_id=session_id)).status == 409


async def test_the_timer_counts_sessions_in_progress() -> None:
    with http_app(live=True) as app:
        first, _ = await _start(app), await _start(app)
        await app.tick()
        await app.send("post_session_completion", {}, session_id=first)
        metric = {"metric": "model_requests_in_progress", "group_by": "model", "range": "5m"}
        answer = await app.send("get_series", query={**metric, "aggregation": "max"})
    (series,) = answer.body["series"]
    assert series["labels"] == {"model": "gpt-5-mini"}
    assert [value for _, value in series["points"] if value is not None] == [2.0]


_VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just({})
)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*_NAMES, "x"]), _VALUES, max_size=6),
    st.dictionaries(st.sampled_from([*_NAMES, "x"]), _VALUES, max_size=6),
)
async def test_hostile_bodies_are_refused_by_name_or_stored(
    start: dict[str, object], completion: dict[str, object]
) -> None:
    with http_app() as app:
        answer = await app.send("post_session_start", {"model": "m"} | start)
        if answer.status != 201:
            assert answer.status == 400
            assert answer.faults
            return
        done = await app.send(
            "post_session_completion", completion, session_id=answer.body["session_id"]
        )
        assert done.status in (202, 400)
        assert done.status == 202 or done.faults
