"""The HTTP functions about prices, over what genai-prices really publishes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.triggers.http_app import HttpApp, http_app
from tests.triggers.price_calls import calculated, put

GPT_5 = {"input": "1.10", "cached_input": "0.11", "output": "9"}


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with http_app() as made:
        yield made


async def price(app: HttpApp, model: str, **query: str) -> Any:
    return (await app.send("get_one_price", model=model, query=query)).body


async def test_a_published_price_says_whose_it_is(app: HttpApp) -> None:
    found = await price(app, "gpt-5")
    assert (found["model"], found["deployment_type"], found["service_tier"]) == (
        "gpt-5",
        "GlobalStandard",
        "standard",
    )
    assert (found["input"], found["cached_input"], found["output"]) == ("1.25", "0.125", "10")
    assert found["source"].startswith("genai-prices ")
    assert (found["effective_from"], found["history"]) == (None, [])


async def test_a_price_is_put_got_and_taken_back(app: HttpApp) -> None:
    body = {**GPT_5, "effective_from": "2026-11-01", "source": "contract 4711", "by": "jo"}
    answer = await put(app, "gpt-5", body)
    assert answer == await price(app, "GPT-5")
    assert (answer["input"], answer["source"]) == ("1.1", "contract 4711")
    assert answer["effective_from"] == "2026-11-01"
    assert [(each["by"], each["withdrawn"]) for each in answer["history"]] == [("jo", False)]
    assert (await price(app, "gpt-5", at="2026-10-31"))["input"] == "1.25"
    gone = await app.send("delete_one_price", model="gpt-5", query={"by": "al"})
    assert (gone.status, gone.body) == (204, None)
    after = await price(app, "gpt-5")
    assert after["input"] == "1.25"
    assert [(each["by"], each["withdrawn"]) for each in after["history"]] == [
        ("jo", False),
        ("al", True),
    ]
    assert (await app.send("delete_one_price", model="gpt-5")).status == 404


async def test_a_correction_is_recorded_and_the_first_word_kept(app: HttpApp) -> None:
    await put(app, "gpt-5", {**GPT_5, "effective_from": "2026-11-01", "by": "jo"})
    corrected = {**GPT_5, "input": "1.2", "effective_from": "2026-11-01", "by": "al"}
    answer = await put(app, "gpt-5", corrected)
    assert answer["input"] == "1.2"
    assert [(each["input"], each["by"]) for each in answer["history"]] == [
        ("1.1", "jo"),
        ("1.2", "al"),
    ]
    assert answer["history"][0]["recorded_at"].startswith("20")


async def test_what_is_said_again_is_not_stored_again(app: HttpApp) -> None:
    await put(app, "gpt-5", GPT_5)
    assert len((await put(app, "gpt-5", {**GPT_5, "by": "al"}))["history"]) == 1


async def test_an_answer_can_be_put_back(app: HttpApp) -> None:
    answer = await put(app, "gpt-5", {**GPT_5, "effective_from": "2026-11-01"})
    body = {name: value for name, value in answer.items() if value is not None}
    again = await app.send("put_one_price", body, model="gpt-5", query={"strict": "true"})
    assert (again.status, len(again.body["history"])) == (200, 1)


async def test_a_model_that_nobody_publishes_can_be_priced(app: HttpApp) -> None:
    assert (await app.send("get_one_price", model="acme-1")).status == 404
    await put(app, "acme-1", {"input": "3", "output": "4"})
    assert (await price(app, "Acme-1"))["output"] == "4"
    listed = await app.send("get_prices", query={"limit": "1000"})
    assert "acme-1" in {each["model"] for each in listed.body["prices"]}


async def test_the_list_is_paged_whole(app: HttpApp) -> None:
    whole = (await app.send("get_prices", query={"limit": "1000"})).body
    assert whole["next"] is None
    pages, after = [], {}
    while after is not None:
        page = (await app.send("get_prices", query={"limit": "7", **after})).body
        pages += page["prices"]
        after = {"next": page["next"]} if page["next"] else None
    assert pages == whole["prices"]


async def test_capacity_is_priced_for_every_model(app: HttpApp) -> None:
    body = {"deployment_type": "GlobalProvisionedManaged", "ptu_hour": "0.9"}
    assert (await put(app, "*", body))["ptu_hour"] == "0.9"
    refused = await app.send("put_one_price", {"input": "1"}, model="*")
    assert list(refused.faults) == ["deployment_type"]


PTU = "ProvisionedManaged"
BANDS = [{"above_tokens": 272_000, "input": "2", "output": "3"}]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "input"),
        ({"output": "1"}, "input"),
        ({"input": "-1"}, "input"),
        ({"input": "NaN"}, "input"),
        ({"input": "Infinity"}, "input"),
        ({"input": "1e30"}, "input"),
        ({"input": "0.0000000000001"}, "input"),
        ({"input": "cheap"}, "input"),
        ({"input": "1", "output": "-0.1"}, "output"),
        ({"input": "1", "effective_from": "yesterday"}, "effective_from"),
        ({"input": "1", "effective_from": "2026-02-30"}, "effective_from"),
        ({"input": "1", "effective_from": "2026-03-01T12:00:00Z"}, "effective_from"),
        ({"input": "1", "retires_on": "soon"}, "retires_on"),
        ({"input": "1", "deployment_type": "Galactic"}, "deployment_type"),
        ({"input": "1", "service_tier": "gold"}, "service_tier"),
        ({"input": "1", "service_tier": "flex", "deployment_type": "GlobalBatch"}, "service_tier"),
        ({"input": "1", "provider": "acme"}, "provider"),
        ({"input": "1", "ptu_hour": "1"}, "ptu_hour"),
        ({"ptu_hour": "1", "input": "1", "deployment_type": PTU}, "deployment_type"),
        ({"deployment_type": PTU}, "ptu_hour"),
    ],
)
async def test_bad_prices_are_refused_by_name(app: HttpApp, body: Any, path: str) -> None:
    answer = await app.send("put_one_price", body, model="gpt-5")
    assert (answer.status, list(answer.faults)) == (400, [path])


@pytest.mark.parametrize(
    ("bands", "field"),
    [
        (BANDS * 2, "[1].above_tokens"),
        ([{"above_tokens": 0, "input": "1", "output": "1"}], "[0].above_tokens"),
        ([{"above_tokens": 9, "input": "1"}], "[0].output"),
        ([{"above_tokens": 9, "input": "-2", "output": "1"}], "[0].input"),
        ([{"above_tokens": "9", "input": "2", "output": "1"}], "[0].above_tokens"),
    ],
)
async def test_bad_bands_are_refused_by_name(app: HttpApp, bands: Any, field: str) -> None:
    body = {"input": "1", "output": "1", "context_bands": bands}
    answer = await app.send("put_one_price", body, model="gpt-5")
    assert (answer.status, list(answer.faults)) == (400, [f"context_bands{field}"])


async def test_unknown_fields_are_named_or_refused(app: HttpApp) -> None:
    assert (await put(app, "gpt-5", {**GPT_5, "inptu": 1}))["unknown_fields"] == {"inptu": 1}
    strict = await app.send(
        "put_one_price", {**GPT_5, "x": 1}, model="gpt-5", query={"strict": "true"}
    )
    assert strict.faults == {"x": "unknown field"}


async def test_a_price_holds_from_its_day_on_bands_and_all(app: HttpApp) -> None:
    body = {"input": "1", "output": "2", "context_bands": BANDS, "effective_from": "2026-11-01"}
    await put(app, "gpt-5", body)
    costs = [
        await calculated(app, model="gpt-5", input_tokens=sent, output_tokens=10, at=at)
        for at, sent in (
            ("2026-10-31T23:59:59Z", 272_000),
            ("2026-11-01T00:00:00Z", 272_000),
            ("2026-11-01T00:00:00Z", 272_001),
        )
    ]
    # By hand: 272,000 x 1.25 + 10 x 10; 272,000 x 1 + 10 x 2; 272,001 x 2 + 10 x 3, per million.
    assert [each["total_cost"] for each in costs] == ["0.3401", "0.27202", "0.544032"]
