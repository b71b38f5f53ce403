"""Advice over HTTP: what the hourly timer concludes, and a configuration improved on demand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.bootstrap import App
from shared.errors import InvalidInput
from shared.services.ingest import ingest_requests
from shared.services.rollup import roll_up
from shared.triggers.advice import advise, optimize_model_config
from shared.triggers.call import Call
from shared.triggers.degradation import get_model_degradation
from shared.triggers.recommendations import get_recommendations
from tests.services.monitor_factories import MODEL, Json, sent
from tests.triggers.memory_app import memory_app

CONFIG = {"max_tokens": 4000, "temperature": 0.7, "enable_caching": False, "seed": {"a": [1]}}


@pytest.fixture
def parts() -> Any:
    with memory_app() as found:
        yield found


def now() -> datetime:
    return datetime.now(UTC)


def asked(body: Any, model: str = MODEL, **query: str) -> Call:
    return Call(now(), {"model": model}, query, {}, msgspec.json.encode(body))


async def optimized(config: Any = CONFIG, model: str = MODEL, **query: str) -> Json:
    answer = await optimize_model_config(asked({"current_config": config}, model, **query))
    found: Json = msgspec.to_builtins(answer.body)
    return found


async def post(parts: App, *records: Json) -> None:
    body = msgspec.json.encode({"requests": records})
    await ingest_requests(body, strict=True, ports=parts.ingest)
    await roll_up(
        now=now(),
        ports=parts.rollup,
        evaluation_delay_s=0,
        timer=lambda: 0.0,
        budget_s=1e9,
    )


def calls(size: int, *, repeats: bool = True, **fields: Any) -> list[Json]:
    """Return requests of the last half hour, half of them asked before."""
    draw, end = np.random.default_rng(3), now() - timedelta(minutes=1)
    return [
        sent(
            end - timedelta(seconds=1_700 * (size - at) / size),
            8_000.0,
            **{
                "deployment": "mini",
                "input_tokens": 600,
                "output_tokens": max(round(float(np.exp(draw.normal(5, 0.4)))), 1),
                "max_tokens": 4000,
                "finish_reason": "stop",
                "prompt_hash": f"p{at % (size // 2)}" if repeats else f"p{at}",
            }
            | fields,
        )
        for at in range(size)
    ]


async def test_a_configuration_is_improved_by_what_traffic_shows(parts: App) -> None:
    await post(parts, *calls(1_000))
    found = await optimized()
    config = found["optimized_config"]
    assert 512 <= config["max_tokens"] <= 704
    assert config["enable_caching"] is True
    assert config["seed"] == {"a": [1]}
    assert "temperature" not in config
    applied = {each["setting"]: each for each in found["optimizations_applied"]}
    assert (applied["max_tokens"]["from"], applied["max_tokens"]["to"]) == (
        4000,
        config["max_tokens"],
    )
    assert applied["temperature"]["to"] is None
    assert all(each["reason"] and each["evidence"] for each in applied.values())
    improved = found["estimated_improvements"]
    assert set(improved) == {"admitted_tokens_per_request", "requests_answered_from_cache"}
    assert all(each["low"] <= each["high"] for each in improved.values())
    assert "reason" not in found


async def test_no_time_is_promised_for_a_lower_temperature_of_a_slow_model(parts: App) -> None:
    """The sketch promised 10 to 30 % for it, whatever the data."""
    await post(parts, *calls(1_000, repeats=False, model="gpt-4o", temperature=0.7))
    found = await optimized({"temperature": 0.7}, "gpt-4o")
    assert found["optimized_config"] == {"temperature": 0.7}
    assert "estimated_improvements" not in found
    assert "show nothing to change" in found["reason"]


@pytest.mark.parametrize("size", [0, 200])
async def test_without_data_enough_it_comes_back_unchanged(parts: App, size: int) -> None:
    if size:
        await post(parts, *calls(size))
    found = await optimized({"max_tokens": 4000, "x": None})
    assert found["optimized_config"] == {"max_tokens": 4000, "x": None}
    assert found["optimizations_applied"] == []
    assert found["reason"]
    assert "estimated_improvements" not in found


async def test_deployments_and_applications_are_looked_at_apart_or_together(parts: App) -> None:
    await post(
        parts,
        *calls(600, application="shop", repeats=False),
        *calls(600, application="mail", output_tokens=3_000, repeats=False),
    )
    shop = await optimized({"max_tokens": 4000}, application="shop")
    both = await optimized({"max_tokens": 4000}, deployment="mini")
    other = await optimized({"max_tokens": 4000}, deployment="elsewhere")
    assert shop["optimized_config"]["max_tokens"] <= 704
    assert both["optimized_config"] == {"max_tokens": 4000}
    assert other["reason"].startswith("No requests")
    assert (shop["application"], both["deployment"]) == ("shop", "mini")


@pytest.mark.parametrize("key", ["max_completion_tokens", "max_output_tokens"])
async def test_a_limit_is_known_by_its_other_names(parts: App, key: str) -> None:
    await post(parts, *calls(600, repeats=False))
    assert (await optimized({key: 4000}))["optimized_config"][key] <= 704


async def test_nothing_is_predicted_above_the_limit_in_use(parts: App) -> None:
    fields = {"output_tokens": 100, "finish_reason": "length", "max_tokens": 100}
    await post(parts, *calls(600, repeats=False, **fields))
    found = await optimized({"max_tokens": 4000})
    assert found["optimized_config"] == {"max_tokens": 4000}
    raised = await optimized({"max_tokens": 100})
    assert raised["optimized_config"]["max_tokens"] == 208
    assert "estimated_improvements" not in raised


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"max_tokens": 0}, "current_config.max_tokens"),
        ({"max_tokens": 1.5}, "current_config.max_tokens"),
        ({"max_tokens": True}, "current_config.max_tokens"),
        ({"temperature": -1}, "current_config.temperature"),
        ({"temperature": "hot"}, "current_config.temperature"),
        ({"enable_caching": "yes"}, "current_config.enable_caching"),
        ({"reasoning_effort": 3}, "current_config.reasoning_effort"),
        ({"stream": 1}, "current_config.stream"),
        ({"timeout_s": -1}, "current_config.timeout_s"),
        ({str(at): at for at in range(201)}, "current_config"),
    ],
)
async def test_a_fault_is_named_by_its_field(
    parts: App, config: dict[str, object], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await optimized(config)
    assert str(refused.value).startswith(f"{path}: expected")


@pytest.mark.parametrize("body", [{}, {"current_config": None}, {"current_config": []}, []])
async def test_a_body_without_a_configuration_is_refused(body: object) -> None:
    with pytest.raises(InvalidInput):
        await optimize_model_config(asked(body))


async def test_null_is_not_set(parts: App) -> None:
    await post(parts, *calls(600, repeats=False))
    config = {"max_tokens": None, "temperature": None, "enable_caching": None}
    assert (await optimized(config))["optimized_config"] == config


async def test_a_model_slow_from_its_first_day_is_advised_where_it_is_asked_about(
    parts: App,
) -> None:
    await post(parts, *calls(400, repeats=False))
    await advise(now())
    answer = await get_model_degradation(Call(now(), {"model": MODEL}, {}, {}, b""))
    view = msgspec.to_builtins(answer.body)
    page = msgspec.to_builtins((await get_recommendations(Call(now(), {}, {}, {}, b""))).body)
    assert view["degradation_detected"] is None
    advised = {each["kind"]: each for each in view["recommendations"]}
    assert advised["slow_responses"]["category"] == "model_optimization"
    assert advised["slow_responses"]["priority"] == "high"
    assert {each["id"] for each in view["recommendations"]} == {
        each["id"] for each in page["recommendations"]
    }
    elsewhere = await get_model_degradation(
        Call(now(), {"model": MODEL}, {"deployment": "other"}, {}, b"")
    )
    assert msgspec.to_builtins(elsewhere.body)["recommendations"] == []
