"""The HTTP function about degradation, and the check that follows the baselines."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.bootstrap import app
from shared.errors import InvalidInput
from shared.services.ingest import ingest_requests
from shared.settings import settings_from
from shared.triggers.baselines import compute_baselines
from shared.triggers.degradation import get_model_degradation
from shared.triggers.rollup import rollup
from tests.triggers.alert_app import as_json, call
from tests.triggers.http_app import encoded
from tests.triggers.memory_app import memory_app

MODEL = "org/gpt-5"


@pytest.fixture(autouse=True)
def _app() -> Iterator[None]:
    with memory_app():
        yield


async def _traffic(hours: int, last_ms: float) -> None:
    now = datetime.now(UTC)
    records = [
        {
            "model": MODEL,
            "deployment": "east",
            "start_time": (now - timedelta(minutes=1.5 * at + 1)).isoformat(),
            "duration_ms": (last_ms if at < 39 else 1000.0) + at % 7,
        }
        for at in range(40 * hours)
    ]
    await ingest_requests(encoded({"requests": records}), strict=True, ports=app().ingest)
    await rollup(None)  # type: ignore[arg-type]


async def _degradation(**query: str) -> dict[str, Any]:
    found = await get_model_degradation(call(model="-", query={"model": MODEL, **query}))
    answer: dict[str, Any] = as_json(found.body)
    return answer


async def test_the_answer_has_every_field_of_the_contract() -> None:
    await _traffic(8, 2000.0)
    before = await _degradation()
    assert before["degradation_detected"] is None
    assert before["baseline_date"] is None
    assert before["reason"].startswith("no baseline")

    await compute_baselines(None)  # type: ignore[arg-type]

    found = await _degradation(deployment="east", deep="true")
    assert (found["model_name"], found["deployment"]) == (MODEL, "east")
    assert found["degradation_detected"] is True
    assert 0 < found["confidence"] < 1
    assert found["current_avg_response_time"] == pytest.approx(2000, rel=0.05)
    assert found["baseline_avg_response_time"] == pytest.approx(1000, rel=0.05)
    assert found["performance_change_percent"] == pytest.approx(100, rel=0.1)
    assert found["recommendations"] == found["annotations"] == []
    change = next(each for each in found["changes"] if each["metric"] == "response_time_ms")
    assert {"current", "baseline", "effect", "interval", "p_value", "since"} <= change.keys()
    assert change["interval"].keys() == {"low", "high", "level"}
    assert change["since"].endswith("Z")
    assert isinstance(found["attribution"], list)
    assert found["time_range_seconds"] in (3600, 3660)


async def test_the_baseline_timer_checks_for_degradation() -> None:
    await _traffic(8, 2000.0)

    await compute_baselines(None)  # type: ignore[arg-type]
    await compute_baselines(None)  # type: ignore[arg-type]

    (stored,) = await app().documents.list("degradations")
    assert b"response_time" in stored.body


@pytest.mark.parametrize(
    ("query", "path"),
    [({"range": "soon"}, "range"), ({"range": "2678400"}, "range"), ({"deep": "very"}, "deep")],
)
async def test_a_bad_parameter_is_named(query: dict[str, str], path: str) -> None:
    with pytest.raises(InvalidInput, match=f"{path}: "):
        await _degradation(**query)


@pytest.mark.parametrize("text", ["0", "-5", "much"])
def test_the_percentage_is_checked(text: str) -> None:
    with pytest.raises(InvalidInput, match="DEGRADATION_PERCENT: "):
        settings_from({"DEGRADATION_PERCENT": text})
