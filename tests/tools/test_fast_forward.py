"""Time moved by hand: timers run when they are due, posts come in their order."""

from datetime import UTC, datetime, timedelta

import pytest

from tools.fast_forward.functions import functions
from tools.fast_forward.lapse import LapseError, time_lapse
from tools.fast_forward.posts import live_posts
from tools.recorder import Recorder
from tools.simulator import Post, simulate

START = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def post(at: datetime, batch_id: str) -> tuple[datetime, Post]:
    body = (
        f'{{"batch_id": "{batch_id}", "requests": [{{"model": "gpt-5", "duration_ms": 100,'
        f'"start_time": "{(at - timedelta(seconds=1)).isoformat()}"}}]}}'
    )
    return at, Post("/api/v1/requests", batch_id, body.encode(), 1)


async def test_hours_pass_with_every_timer_on_its_schedule() -> None:
    async with Recorder() as recorder, time_lapse(START, recorder) as lapse:
        posts = [post(START + at * MINUTE - timedelta(seconds=5), f"b{at}") for at in range(1, 31)]
        await lapse.advance(START + 30 * MINUTE + timedelta(seconds=50), posts)
        answer = await lapse.get("/api/v1/models", range="1h")
    assert answer["models"][0]["total_requests"] == 30
    assert answer["data_through"] == "2026-11-23T22:29:00Z"
    minutes = [each.time for each in recorder.metrics("model_requests_total")]
    assert minutes == [START + at * MINUTE for at in range(29)]
    beats = [each.time.minute for each in recorder.events("system.heartbeat")]
    assert beats == [0, 5, 10, 15, 20, 25, 30]


async def test_an_answer_other_than_expected_ends_it() -> None:
    async with Recorder() as recorder, time_lapse(START, recorder) as lapse:
        with pytest.raises(LapseError, match="GET /api/v1/rules/absent: 404"):
            await lapse.get("/api/v1/rules/absent")
        with pytest.raises(LapseError, match="there is no such route"):
            await lapse.get("/api/v1/nothing")


def test_traffic_is_posted_soon_after_its_time() -> None:
    traffic = simulate(START, START + 20 * MINUTE, scale=0.2, script=())
    posts = live_posts(traffic)
    times = [at for at, _ in posts]
    assert times == sorted(times)
    assert sum(each.records for _, each in posts if each.path == "/api/v1/requests") == len(traffic)
    assert START <= times[0] <= times[-1] <= traffic.end


def test_every_function_is_known() -> None:
    known = functions()
    assert {"rollup", "post_requests", "deliver_notifications"} <= known.handlers.keys()
    assert known.routes.find("GET", "/v1/models/gpt-5/report") is not None
