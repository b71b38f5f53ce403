"""The HTTP function that prices one call, over what genai-prices really publishes."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.triggers.http_app import HttpApp, http_app
from tests.triggers.price_calls import calculated, put


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with http_app() as made:
        yield made


async def test_a_call_is_priced_part_by_part(app: HttpApp) -> None:
    cost = await calculated(
        app,
        model="gpt-5-mini",
        provider="azure.ai.openai",
        input_tokens=1_200,
        output_tokens=200,
        cached_input_tokens=400,
        cache_write_tokens=100,
        reasoning_tokens=64,
    )
    # By hand, per million: 700 x 0.25, 400 x 0.025, 100 x 0.25 (no rate of its own), 200 x 2.
    assert {name: cost[name] for name in cost if name.endswith("_cost")} == {
        "input_token_cost": "0.000175",
        "cached_input_token_cost": "0.00001",
        "cache_write_token_cost": "0.000025",
        "output_token_cost": "0.0004",
        "other_cost": "0",
        "deployment_cost": "0",
        "total_cost": "0.00061",
    }
    assert (cost["currency"], cost["cost_basis"], cost["deployment_type_assumed"]) == (
        "USD",
        "list",
        True,
    )
    assert cost["price"]["source"].startswith("genai-prices")


async def test_the_sketch_s_models_cost_their_list_price(app: HttpApp) -> None:
    tokens = {"input_tokens": 1_000, "output_tokens": 1_000}
    assert (await calculated(app, model="gpt-4", **tokens))["total_cost"] == "0.09"
    assert (await calculated(app, model="gpt-35-turbo", **tokens))["total_cost"] == "0.002"


async def test_amounts_are_exact_and_add_up(app: HttpApp) -> None:
    most = 1 << 53
    cost = await calculated(app, model="gpt-4o-mini", input_tokens=most, output_tokens=most)
    parts = [
        Decimal(cost[name]) for name in cost if name.endswith("_cost") and name != "total_cost"
    ]
    assert sum(parts) == Decimal(cost["total_cost"]) == Decimal(most) * Decimal("0.75") / 10**6
    assert "E" not in cost["total_cost"]
    tiny = await calculated(app, model="gpt-5-nano", input_tokens=1, cached_input_tokens=1)
    assert tiny["total_cost"] == "0.000000005"


async def test_capacity_costs_by_the_hour_used_or_not(app: HttpApp) -> None:
    cost = await calculated(
        app, model="gpt-5", input_tokens=10**6, ptu=15, deployment_hours=24, output_tokens=5
    )
    assert (cost["deployment_cost"], cost["total_cost"], cost["input_token_cost"]) == (
        "360",
        "360",
        "0",
    )
    assert (cost["deployment_type"], cost["deployment_type_assumed"]) == (
        "GlobalProvisionedManaged",
        True,
    )
    regional = await calculated(
        app,
        model="gpt-5",
        deployment_type="ProvisionedManaged",
        ptu=50,
        deployment_hours="0.5",
    )
    assert regional["deployment_cost"] == "50"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "model"),
        ({"model": ""}, "model"),
        ({"model": "gpt-5", "input_tokens": -1}, "input_tokens"),
        ({"model": "gpt-5", "input_tokens": 1.5}, "input_tokens"),
        ({"model": "gpt-5", "input_tokens": 1 << 54}, "input_tokens"),
        ({"model": "gpt-5", "input_tokens": 5, "cached_input_tokens": 6}, "cached_input_tokens"),
        ({"model": "gpt-5", "output_tokens": 5, "reasoning_tokens": 6}, "reasoning_tokens"),
        ({"model": "gpt-5", "audio_input_tokens": 6}, "audio_input_tokens"),
        ({"model": "gpt-5", "at": "2026-11-01T00:00:00"}, "at"),
        ({"model": "gpt-5", "deployment_type": "Galactic"}, "deployment_type"),
        ({"model": "gpt-5", "service_tier": "gold"}, "service_tier"),
        ({"model": "gpt-5", "service_tier": "flex", "batch": True}, "service_tier"),
        ({"model": "gpt-5", "provider": "acme"}, "provider"),
        ({"model": "gpt-5", "deployment_type": "ProvisionedManaged"}, "ptu"),
        ({"model": "gpt-5", "ptu": 15}, "deployment_hours"),
        ({"model": "gpt-5", "ptu": 15, "deployment_hours": -1}, "deployment_hours"),
        ({"model": "gpt-5", "ptu": 15, "deployment_hours": "NaN"}, "deployment_hours"),
        ({"model": "gpt-5", "ptu": 15, "deployment_type": "GlobalStandard"}, "ptu"),
        ({"model": "gpt-5", "batch": True, "ptu": 15}, "batch"),
    ],
)
async def test_bad_questions_are_refused_by_name(app: HttpApp, body: Any, path: str) -> None:
    answer = await app.send("calculate_cost", body)
    assert (answer.status, list(answer.faults)) == (400, [path])


@pytest.mark.parametrize(
    "body",
    [
        {"model": "gpt-99-ultra", "input_tokens": 1},
        {"model": "gpt-99-ultra", "ptu": 15, "deployment_hours": 1},
        {"model": "gpt-5", "deployment_type": "Standard", "batch": True},
        {"model": "gpt-4o-audio-preview", "input_tokens": 9, "audio_input_tokens": 9},
    ],
)
async def test_an_unpriced_model_is_named_and_never_given_a_price(app: HttpApp, body: Any) -> None:
    answer = await app.send("calculate_cost", body)
    assert answer.status == 404
    assert f"model {body['model']} is unpriced" in answer.body["error"]["message"]


async def test_a_corrected_price_prices_the_past_anew(app: HttpApp) -> None:
    asked = {"model": "gpt-5", "input_tokens": 10**6, "at": "2026-11-05T12:00:00Z"}
    await put(app, "gpt-5", {"input": "1.1", "output": "9", "effective_from": "2026-11-01"})
    assert (await calculated(app, **asked))["total_cost"] == "1.1"
    await put(app, "gpt-5", {"input": "1.2", "output": "9", "effective_from": "2026-11-01"})
    assert (await calculated(app, **asked))["total_cost"] == "1.2"


async def test_fields_that_a_calculation_does_not_know_are_named_or_refused(app: HttpApp) -> None:
    body = {"model": "gpt-5", "input_tokens": 1, "ouput_tokens": 5}
    assert (await calculated(app, **body))["unknown_fields"] == {"ouput_tokens": 1}
    refused = await app.send("calculate_cost", body, query={"strict": "true"})
    assert (refused.status, refused.faults) == (400, {"ouput_tokens": "unknown field"})
    assert "unknown_fields" not in await calculated(app, model="gpt-5")
