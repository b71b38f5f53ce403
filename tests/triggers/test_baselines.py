"""The HTTP functions for baselines and annotations, and the timer."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.bootstrap import app
from shared.errors import InvalidInput
from shared.services.ingest import ingest_requests
from shared.triggers.annotations import delete_one_annotation, get_annotations, post_annotation
from shared.triggers.baselines import compute_baselines, get_model_baseline, post_model_baseline
from shared.triggers.rollup import rollup
from tests.triggers.alert_app import as_json, call
from tests.triggers.http_app import encoded
from tests.triggers.memory_app import memory_app

MODEL = "org/gpt-5"


@pytest.fixture(autouse=True)
def _app() -> Iterator[None]:
    with memory_app():
        yield


async def _traffic(hours: int) -> None:
    start = datetime.now(UTC) - timedelta(hours=hours)
    records = [
        {
            "model": MODEL,
            "deployment": "east",
            "start_time": (start + timedelta(minutes=6 * at)).isoformat(),
            "duration_ms": 1000.0 + at % 7,
        }
        for at in range(10 * hours)
    ]
    await ingest_requests(encoded({"requests": records}), strict=True, ports=app().ingest)
    await rollup(None)  # type: ignore[arg-type]


async def _baseline(**query: str) -> dict[str, Any]:
    found = await get_model_baseline(call(model="-", query={"model": MODEL, **query}))
    answer: dict[str, Any] = as_json(found.body)
    return answer


async def test_the_timer_establishes_what_a_get_answers() -> None:
    await _traffic(30)
    assert (await _baseline())["no_baseline"] is True

    await compute_baselines(None)  # type: ignore[arg-type]

    found = await _baseline(deployment="east")
    assert (found["model_name"], found["deployment"], found["version"]) == (MODEL, "east", 1)
    assert (await _baseline())["deployment"] is None
    assert found["period"].keys() == {"start", "end"}
    metric = found["metrics"]["response_time_ms"]
    assert metric["p5"] <= metric["p50"] <= metric["p95"]
    assert metric["confidence_interval"].keys() == {"low", "high", "level", "method"}
    assert len(metric["seasonal"]) == 7 * 24
    assert metric["seasonal"][25].keys() == {
        "weekday",
        "hour",
        "center",
        "spread",
        "sample_size",
    }
    assert sum(cell["sample_size"] for cell in metric["seasonal"]) == metric["sample_size"]
    assert all(math.isfinite(cell["spread"]) for cell in metric["seasonal"])


async def test_a_post_establishes_and_pins() -> None:
    await _traffic(30)

    made = await post_model_baseline(call({"range": "24h", "pin": True}, model=MODEL))
    await compute_baselines(None)  # type: ignore[arg-type]

    assert as_json(made.body)["pinned"] is True
    assert await _baseline() == as_json(made.body)
    again = await post_model_baseline(call(model=MODEL))
    assert (as_json(again.body)["version"], as_json(again.body)["pinned"]) == (2, False)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"range": "soon"}, "range"),
        ({"range": "31d"}, "range"),
        ({"range": 3_000_000}, "range"),
        ({"start": "2026-01-01T00:00:00Z", "end": "2126-01-01T00:00:00Z"}, "end"),
        ({"start": "2026-01-01T00:00:00"}, "start"),
        ({"pin": "yes"}, "pin"),
    ],
)
async def test_a_span_that_is_none_is_refused_by_name(body: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await post_model_baseline(call(body, model=MODEL))

    assert refused.value.faults[0].path == path


async def test_an_annotation_is_made_listed_and_taken_back() -> None:
    now = datetime.now(UTC)
    body = {
        "kind": "incident",
        "start": (now - timedelta(hours=3)).isoformat(),
        "labels": {"model": MODEL},
        "text": "region down",
        "by": "ada",
    }

    made = await post_annotation(call(body))
    listed = as_json((await get_annotations(call(query={"kind": "incident"}))).body)
    none = as_json((await get_annotations(call(query={"kind": "release,other"}))).body)
    gone = await delete_one_annotation(call(id=as_json(made.body)["id"]))

    assert (made.status, gone.status) == (201, 204)
    assert listed == {"annotations": [as_json(made.body)], "next": None}
    assert none["annotations"] == []
    assert as_json((await get_annotations(call())).body)["annotations"] == []
    with pytest.raises(InvalidInput, match="kind: expected some of release"):
        await get_annotations(call(query={"kind": "party"}))
