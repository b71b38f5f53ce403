"""The timer that scores, and what HTTP answers about scores."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.bootstrap import app
from shared.errors import InvalidInput
from shared.services.ingest import ingest_requests
from shared.triggers.anomalies import get_anomalies, get_model_anomalies, score_anomalies
from shared.triggers.rollup import rollup
from tests.triggers.alert_app import as_json, call
from tests.triggers.http_app import encoded
from tests.triggers.memory_app import memory_app

MODEL = "org/gpt-5"


@pytest.fixture(autouse=True)
def _app() -> Iterator[None]:
    with memory_app():
        yield


async def _traffic(hours: int, slow_m: int) -> None:
    now = datetime.now(UTC)
    records = [
        {
            "model": MODEL,
            "deployment": "east",
            "start_time": (now - timedelta(minutes=0.5 * at + math.sin(1.7 * at) - 2)).isoformat(),
            "duration_ms": (4000.0 if at < 2 * slow_m else 1000.0) * (1 + 0.05 * math.sin(at)),
        }
        for at in range(120 * hours)
    ]
    await ingest_requests(encoded({"requests": records}), strict=True, ports=app().ingest)
    await rollup(None)  # type: ignore[arg-type]
    await score_anomalies(None)  # type: ignore[arg-type]


async def _asked(**query: str) -> dict[str, Any]:
    found = await get_model_anomalies(call(model="-", query={"model": MODEL, **query}))
    answer: dict[str, Any] = as_json(found.body)
    return answer


async def test_a_models_answer_has_bands_and_episodes() -> None:
    await _traffic(14, slow_m=60)

    found = await _asked(metric="response_time_avg_ms", deployment="east")

    assert found["model_name"] == MODEL
    assert (found["step_s"], found["alert_score"]) == (300, 0.5)
    assert found["scored_through"] <= found["data_through"]
    (series,) = found["series"]
    assert (series["deployment"], series["unit"]) == ("east", "ms")
    (episode,) = series["episodes"]
    assert episode["ongoing"] is True
    assert episode["direction"] == "above"
    point = next(p for p in series["points"] if p["state"] == "abnormal")
    assert point["value"] > point["upper"] > point["expected"] > point["lower"] > 0
    assert {p["state"] for p in series["points"]} >= {"learning", "scored", "abnormal"}


async def test_everything_abnormal_is_listed() -> None:
    await _traffic(14, slow_m=60)

    found = as_json((await get_anomalies(call(query={"range": "7d"}))).body)

    assert "response_time_avg_ms" in {each["metric"] for each in found["episodes"]}
    assert found["series_watched"] == 3


async def test_without_anything_scored_answers_are_empty() -> None:
    assert (await _asked())["series"] == []
    found = as_json((await get_anomalies(call())).body)
    assert (found["episodes"], found["scored_through"]) == ([], None)


async def test_more_than_eight_days_are_refused() -> None:
    with pytest.raises(InvalidInput, match="range"):
        await _asked(range="30d")
