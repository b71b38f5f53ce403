"""What becomes of events and points while Application Insights does not take them."""

import asyncio
import logging
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.errors import Unavailable
from tests.adapters.appinsights_factories import connected, event, point
from tools.recorded import Envelope
from tools.recorder import INSTRUMENTATION_KEY, Recorder, Refusal

THROTTLED = Refusal(429, "Too many requests")
INVALID = Refusal(400, "109: Field 'name' on type 'EventData' is invalid")
TOO_OLD = Refusal(
    400,
    "103: Field 'time' on type 'Envelope' is older than the allowed min date. "
    "Expected: now - 172800000ms, Actual: now - 414962282ms",
)
EVENTS = [event("e1"), event("e2"), event("e3")]


def delivered(recorder: Recorder) -> Counter[str]:
    """Count arrivals by event_id."""
    return Counter(row.properties["event_id"] for row in recorder.events())


def refusing(
    event_id: str, refusal: Refusal, *, times: int = 1_000
) -> Callable[[Envelope], Refusal | None]:
    """Refuse one event the first so many times."""
    left = [refusal] * times

    def refuse(envelope: Envelope) -> Refusal | None:
        theirs = envelope["data"]["baseData"]["properties"].get("event_id") == event_id
        return left.pop() if theirs and left else None

    return refuse


@pytest.mark.parametrize("status", [401, 402, 429, 439, 500, 503])
async def test_an_error_status_is_unavailable_and_a_resend_delivers_once(status: int) -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        recorder.go_down(status=status)
        with pytest.raises(Unavailable, match=f"answered {status}; not delivered: 3 of 3 events"):
            await app_insights.send_events(EVENTS)
        assert delivered(recorder) == {}
        recorder.come_up()
        await app_insights.send_events(EVENTS)

    assert delivered(recorder) == {"e1": 1, "e2": 1, "e3": 1}
    assert recorder.post_sizes == [3, 3]


async def test_a_closed_port_is_unavailable_until_it_opens_again() -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        await app_insights.send_events(EVENTS[:1])
        await recorder.stop()
        with pytest.raises(Unavailable, match="did not answer"):
            await app_insights.send_events(EVENTS[1:])
        with pytest.raises(Unavailable, match="not delivered: 1 of 1 points"):
            await app_insights.send_metrics([point()])
        await recorder.start()
        await app_insights.send_events(EVENTS[1:])
        await app_insights.send_metrics([point()])

    assert delivered(recorder) == {"e1": 1, "e2": 1, "e3": 1}
    assert len(recorder.metrics()) == 1


async def test_a_wished_pause_is_passed_on_instead_of_slept_through() -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        recorder.go_down(status=429, retry_after_s=90)
        async with asyncio.timeout(5):
            with pytest.raises(Unavailable) as caught:
                await app_insights.send_events(EVENTS)

    assert caught.value.retry_after_s == 90
    assert recorder.post_sizes == [3]


async def test_an_endpoint_that_never_answers_is_unavailable_after_the_timeout() -> None:
    released = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await released.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    endpoint = f"InstrumentationKey={INSTRUMENTATION_KEY};IngestionEndpoint=http://127.0.0.1:{port}"
    async with connected(endpoint, timeout_s=0.2) as app_insights, server:
        try:
            async with asyncio.timeout(5):
                with pytest.raises(Unavailable, match="did not answer"):
                    await app_insights.send_events(EVENTS)
        finally:
            released.set()


async def test_the_rest_of_a_partly_accepted_post_is_posted_again() -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        recorder.refuse = refusing("e2", THROTTLED, times=1)
        await app_insights.send_events(EVENTS)

    assert delivered(recorder) == {"e1": 1, "e2": 1, "e3": 1}
    assert recorder.post_sizes == [3, 1]


async def test_an_item_throttled_twice_is_not_lost() -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        recorder.refuse = refusing("e2", THROTTLED, times=2)
        with pytest.raises(Unavailable, match="answered 429: Too many requests; not delivered: 1"):
            await app_insights.send_events(EVENTS)
        await app_insights.send_events(EVENTS)

    assert delivered(recorder) == {"e1": 2, "e2": 1, "e3": 2}


@pytest.mark.parametrize("refusal", [INVALID, TOO_OLD, Refusal(206, "Telemetry sampled out.")])
async def test_an_item_refused_for_good_is_logged_and_holds_up_no_other(
    refusal: Refusal, caplog: pytest.LogCaptureFixture
) -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        recorder.refuse = refusing("e2", refusal)
        with caplog.at_level(logging.ERROR, logger="shared"):
            await app_insights.send_events(EVENTS)

    assert delivered(recorder) == {"e1": 1, "e3": 1}
    [line] = [record.getMessage() for record in caplog.records if record.name.startswith("shared")]
    assert "item=alert.firing/e2" in line
    assert refusal.message in line


async def test_a_post_of_nothing_but_old_events_is_given_up() -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        recorder.refuse = refusing("e1", TOO_OLD)
        await app_insights.send_events(EVENTS[:1])

    assert recorder.post_sizes == [1]
    assert delivered(recorder) == {}


async def test_a_refusal_of_everything_as_invalid_loses_nothing() -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        recorder.refuse = lambda _: Refusal(400, "Invalid instrumentation key")
        with pytest.raises(Unavailable, match="400: Invalid instrumentation key; not delivered: 3"):
            await app_insights.send_events(EVENTS)

    assert recorder.post_sizes == [3]


async def test_an_outage_leaves_nothing_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        recorder.go_down()
        with pytest.raises(Unavailable):
            await app_insights.send_events(EVENTS)
        with pytest.raises(Unavailable):
            await app_insights.send_metrics([point()])

    assert recorder.post_sizes == [3, 1]
    assert list(tmp_path.rglob("*")) == []
