"""Ten days of traffic posted, digested and advised on; advice followed, and judged by what came."""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.api import Api, Json

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

MODEL = "gpt-5-mini"
DEPLOYMENT = "advised"
DAYS, CHANGED_D, PER_HOUR = 10, 5, 14


def traffic(now: datetime) -> list[Json]:
    """Return ten days of a shop's requests, whose prompts get shorter in the midst of them."""
    draw = random.Random(4)
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS)
    return [
        call(draw, first + timedelta(hours=hour, seconds=20 * at), hour < CHANGED_D * 24)
        for hour in range(DAYS * 24)
        for at in range(PER_HOUR)
    ]


def call(draw: random.Random, start: datetime, before: bool) -> Json:
    made = max(round(math.exp(draw.gauss(5, 0.4))), 1)
    given: Json = {
        "model": MODEL,
        "deployment": DEPLOYMENT,
        "application": "shop",
        "start_time": start.isoformat(),
        "duration_ms": 4_000.0 * math.exp(draw.gauss(0, 0.3)),
        "input_tokens": round((3_000 if before else 1_800) * math.exp(draw.gauss(0, 0.1))),
        "output_tokens": made,
        "max_tokens": 4_000,
        "finish_reason": "stop",
        "prompt_hash": f"{start:%d}-{draw.randrange(100)}",
    }
    if draw.random() < 0.06:
        return {name: given[name] for name in list(given)[:5]} | {"status_code": 429}
    return given


def test_advice_is_given_followed_and_verified_over_http(api: Api) -> None:
    now = datetime.now(UTC)
    records = traffic(now)
    for at in range(0, len(records), 1_000):
        assert api.requests(records[at : at + 1_000], f"advised-{at}").status == 202
    while api.report(MODEL, deployment=DEPLOYMENT, range=12 * 86_400)["total_requests"] < len(
        records
    ):
        api.run("rollup")
    for function in ("rollup", "rollup", "build_digests", "compute_baselines"):
        api.run(function)

    advice = {
        each["kind"]: each
        for each in api.seen("v1/recommendations", model=MODEL, limit=1000)["recommendations"]
        if each["deployment"] == DEPLOYMENT
    }
    assert set(advice) >= {"max_tokens", "quota", "tokens_per_request", "response_cache"}
    limit = int(advice["max_tokens"]["setting"].removeprefix("max_tokens="))
    assert 480 <= limit <= 768
    assert advice["max_tokens"]["priority"] == "high"
    assert advice["quota"]["expected_improvement"]["high"] == 100.0
    assert advice["response_cache"]["estimated_cost_impact_usd_per_month"].startswith("-")
    shown = api.seen(f"v1/models/{MODEL}/degradation", deployment=DEPLOYMENT)["recommendations"]
    assert {each["id"] for each in advice.values()} == {each["id"] for each in shown}

    config = {"max_tokens": 4_000, "temperature": 0.7, "unknown": [1, {"a": None}]}
    answer = api.post(
        f"v1/models/{MODEL}/optimize?deployment={DEPLOYMENT}", {"current_config": config}
    )
    assert answer.status == 200, answer
    better = answer.json()
    assert better["optimized_config"] == {
        "max_tokens": limit,
        "unknown": [1, {"a": None}],
        "enable_caching": True,
    }
    assert set(better["estimated_improvements"]) == {
        "admitted_tokens_per_request",
        "requests_answered_from_cache",
    }

    shorter = advice["tokens_per_request"]
    assert shorter["setting"] == "tokens_per_request=shorter_prompt"
    changed = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS - CHANGED_D)
    said = {"by": "ada", "at": changed.isoformat()}
    assert api.post(f"v1/recommendations/{shorter['id']}/applied", said).status == 200
    api.run("compute_baselines")
    judged = api.seen(f"v1/recommendations/{shorter['id']}")
    assert judged["status"] == "verified"
    assert judged["measured"]["effect_percent"] == pytest.approx(-38, abs=5)
    again = api.seen("v1/recommendations", model=MODEL, status="proposed", limit=1000)
    assert shorter["id"] not in {each["id"] for each in again["recommendations"]}
