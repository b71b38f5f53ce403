"""A model that does worse is found, dated and explained; one that does not is left in peace."""

import msgspec
import pytest

from shared.domain.degradation.degradation import Gates
from shared.domain.degradation.view import DegradationView
from shared.domain.span import Span
from shared.domain.timeline import rfc3339
from shared.services.annotations import make_annotation
from shared.services.degradation import DegradationPorts, get_degradation
from tests.domain.factories import MINUTE, T0
from tests.services.baseline_factories import Learning
from tests.services.degradation_factories import Json, reported, slower, steady
from tests.services.monitor_factories import DAY, HOUR, MODEL, span


async def judged(
    made: Learning,
    over: Span | None = None,
    deployment: str = "",
    *,
    deep: bool = False,
    gates: Gates | None = None,
) -> DegradationView:
    """Return the answer of the GET."""
    app = made.monitor.app
    ports = DegradationPorts(app.reading, app.chunks, app.documents, gates or Gates())
    over = over or span(T0 - HOUR, T0)
    return await get_degradation(MODEL, deployment, over, deep=deep, ports=ports)


async def test_a_model_as_ever_is_not_degraded() -> None:
    made = Learning()
    await reported(made)

    found = await judged(made)

    assert (found.degradation_detected, found.reason, list(found.changes)) == (False, None, [])
    assert found.current_avg_response_time == pytest.approx(1200, rel=0.05)
    assert found.baseline_avg_response_time == pytest.approx(1200, rel=0.05)
    assert found.performance_change_percent == pytest.approx(0, abs=3)
    assert found.confidence is not None
    assert 0.4 < found.confidence < 1
    assert (found.sample_size, found.time_range_seconds) == (40, 3600)
    assert found.recommendations == []


async def test_a_slow_hour_is_a_degradation_that_began_when_it_did() -> None:
    made = Learning()
    await reported(made, slower(3.5))

    found = await judged(made)

    assert found.degradation_detected is True
    assert found.performance_change_percent == pytest.approx(100, rel=0.1)
    change = next(each for each in found.changes if each.metric == "response_time_ms")
    assert change.worse
    assert change.effect == pytest.approx(1.0, rel=0.1)
    assert change.p_value < 0.001
    assert change.interval.low < change.baseline < change.interval.high < change.current
    assert change.since is not None
    assert abs(change.since - (T0 - 3.5 * HOUR)) <= 10 * MINUTE
    assert change.since_earliest is not None
    assert change.since_latest is not None
    assert change.since_earliest <= T0 - 3.5 * HOUR <= change.since_latest


async def test_a_faster_hour_is_a_change_but_no_degradation() -> None:
    made = Learning()
    await reported(made, slower(1.0, 0.5))

    found = await judged(made)

    assert found.degradation_detected is False
    assert found.changes
    assert not any(change.worse for change in found.changes)


async def test_a_difference_below_the_setting_does_not_matter() -> None:
    made = Learning()
    await reported(made, slower(1.0, 1.3))

    assert (await judged(made)).degradation_detected is True
    assert (await judged(made, gates=Gates(0.5))).degradation_detected is False


async def test_longer_outputs_are_said_to_be_that() -> None:
    made = Learning()

    def longer(hours_ago: float, at: int) -> Json:
        tokens = (150 + 37 * at % 101) * (3 if hours_ago <= 1 else 1)
        return {"output_tokens": tokens, "input_tokens": 300, "duration_ms": 400.0 + 4 * tokens}

    await reported(made, longer)
    found = await judged(made)

    assert found.degradation_detected is True
    first = next(each for each in found.attribution if each.metric.startswith("response_time"))
    assert (first.cause, first.share) == ("output_length", pytest.approx(1, abs=0.2))
    assert "longer outputs" in first.text


async def test_a_slow_deployment_is_named_and_found_on_its_own() -> None:
    made = Learning()

    def mixed(hours_ago: float, at: int) -> Json:
        name = "east" if at % 2 else "west"
        slow = 3.0 if name == "west" and hours_ago <= 1 else 1.0
        usual = steady(hours_ago, at)
        return usual | {"deployment": name, "duration_ms": usual["duration_ms"] * slow}

    await reported(made, mixed)
    few = Gates(samples=15)
    found = await judged(made, gates=few)

    first = next(each for each in found.attribution if each.metric.startswith("response_time"))
    assert (first.cause, first.dimension, first.value) == ("rate", "deployment", "west")
    assert first.share == pytest.approx(1, abs=0.1)
    assert (await judged(made, deployment="west", gates=few)).degradation_detected is True
    assert (await judged(made, deployment="east", gates=few)).degradation_detected is False


async def test_failures_are_explained_by_their_type() -> None:
    made = Learning()

    def failing(hours_ago: float, at: int) -> Json:
        bad = {"error_type": "boom", "status_code": 500} if hours_ago <= 2 and at % 2 else {}
        return steady(hours_ago, at) | bad

    await reported(made, failing)
    found = await judged(made)

    change = next(each for each in found.changes if each.metric == "error_rate")
    assert (change.current, change.baseline, change.effect) == (0.5, 0.0, None)
    by_type = [each for each in found.attribution if each.by == "error_type"]
    assert [(each.value, each.share) for each in by_type] == [("boom", pytest.approx(1))]


@pytest.mark.parametrize(
    ("kind", "offset", "near"),
    [("release", -20, True), ("model", 25, True), ("prompt", -50, False)],
)
async def test_an_annotation_near_the_beginning_is_named(
    kind: str, offset: int, near: bool
) -> None:
    made = Learning()
    await reported(made, slower(2.0))
    noted = {
        "kind": kind,
        "start": rfc3339(T0 - 2 * HOUR + offset * MINUTE),
        "labels": {"model": MODEL, "application": "chat"},
        "text": "rolled out",
        "by": "ada",
    }
    documents = made.monitor.app.documents
    await make_annotation(msgspec.json.encode(noted), documents=documents)
    other = noted | {"labels": {"model": "another"}}
    await make_annotation(msgspec.json.encode(other), documents=documents)

    found = await judged(made)

    assert [each.kind for each in found.annotations] == ([kind] if near else [])


async def test_a_prompt_version_is_found_only_when_asked_for() -> None:
    made = Learning()

    def prompted(hours_ago: float, at: int) -> Json:
        usual = steady(hours_ago, at)
        latest = hours_ago <= 1 and at % 2 == 0
        slow = 4.0 if latest else 1.0
        version = "8" if latest else "7"
        return usual | {"prompt_version": version, "duration_ms": usual["duration_ms"] * slow}

    await reported(made, prompted)

    assert not any(each.by == "prompt_version" for each in (await judged(made)).attribution)
    found = await judged(made, deep=True)
    parts = [each for each in found.attribution if each.by == "prompt_version"]
    assert (parts[0].cause, parts[0].dimension, parts[0].value) == ("mix", "prompt_version", "8")
    assert sum(part.share for part in parts) == pytest.approx(1)


async def test_without_a_baseline_or_requests_nothing_is_claimed() -> None:
    made = Learning()
    made.monitor.now = T0
    empty = await judged(made)
    assert empty.degradation_detected is None
    assert "no baseline" in (empty.reason or "")

    await reported(made)
    later = await judged(made, span(T0 + HOUR, T0 + 2 * HOUR))
    assert later.degradation_detected is None
    assert "no requests" in (later.reason or "")
    short = await judged(made, span(T0 - 6 * MINUTE, T0))
    assert short.degradation_detected is None
    assert "4 requests" in (short.reason or "")


async def test_a_day_long_span_is_judged_as_a_whole() -> None:
    made = Learning()
    await reported(made, slower(24.0, 1.5), days=5)

    found = await judged(made, span(T0 - DAY, T0))

    assert found.degradation_detected is True
    assert found.time_range_seconds == 86_400
    assert found.performance_change_percent == pytest.approx(50, rel=0.2)
