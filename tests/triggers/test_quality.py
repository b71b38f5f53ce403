"""The HTTP functions that take in quality scores and resource usage."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triggers.http_app import HttpApp, http_app, zipped

_SPAN = {"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T10:01:00Z"}


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with http_app(series_tags=("team",)) as made:
        yield made


def _report(**fields: Any) -> dict[str, Any]:
    return {"model": "gpt-5-mini", "scores": {"groundedness": 0.81}} | fields


async def _series(app: HttpApp, metric: str, group_by: str) -> list[dict[str, Any]]:
    query = {"metric": metric, "group_by": group_by, **_SPAN}
    answer = await app.send("get_series", query=query)
    return [{**each["labels"], "value": each["points"][0][1]} for each in answer.body["series"]]


async def test_scores_become_series(app: HttpApp) -> None:
    body = _report(
        scores={"groundedness": 0.81, "fluency": 0.5},
        deployment="mini",
        application="bot",
        evaluator="judge",
        tags={"team": "web", "user": "u"},
    )
    answer = await app.send("post_quality", body)
    assert answer.status == 202
    assert (answer.body["accepted"], answer.body["rejected"]) == (2, [])
    assert answer.body["duplicate"] is False
    group_by = "model,deployment,application,evaluator,team,user"
    assert await _series(app, "model_quality_groundedness", group_by) == [
        {
            "model": "gpt-5-mini",
            "deployment": "mini",
            "application": "bot",
            "evaluator": "judge",
            "team": "web",
            "user": "",
            "value": 0.81,
        }
    ]
    (fluency,) = await _series(app, "model_quality_fluency", "model")
    assert fluency["value"] == 0.5


async def test_usage_becomes_series_of_its_very_names(app: HttpApp) -> None:
    body = {"resource": "vm-1", "usage": {"cpu_utilization": 0.71, "queue depth": 3}}
    answer = await app.send("post_resources", zipped(body), headers={"content-encoding": "gzip"})
    assert (answer.status, answer.body["accepted"]) == (202, 2)
    assert await _series(app, "cpu_utilization", "resource") == [
        {"resource": "vm-1", "value": 0.71}
    ]


@pytest.mark.parametrize(
    ("function", "body"),
    [
        ("post_quality", _report()),
        ("post_resources", {"resource": "vm-1", "usage": {"cpu_utilization": 0.5}}),
    ],
)
async def test_a_batch_id_needs_a_time_and_is_stored_once(
    app: HttpApp, function: str, body: dict[str, Any]
) -> None:
    answer = await app.send(function, body | {"batch_id": "b1"})
    assert answer.status == 400
    assert list(answer.faults) == ["timestamp"]
    dated = body | {"batch_id": "b1", "timestamp": "2026-11-23T10:00:00Z"}
    assert (await app.send(function, dated)).body["duplicate"] is False
    app.clock.now += timedelta(minutes=3)
    again = await app.send(function, dated)
    assert (again.status, again.body["batch_id"], again.body["duplicate"]) == (202, "b1", True)
    field = "scores" if "scores" in body else "usage"
    other = await app.send(function, dated | {field: {"cpu_utilization": 0.9}})
    assert other.status == 409


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        pytest.param({"model": None}, ["model"], id="no model"),
        pytest.param({"scores": {}}, ["scores"], id="no scores"),
        pytest.param({"scores": None}, ["scores"], id="null scores"),
        pytest.param({"scores": {f"s{n}": 1 for n in range(51)}}, ["scores"], id="51 scores"),
        pytest.param({"scores": {"a": 1, "b": "x", "c": None}}, ["scores.b", "scores.c"], id="b c"),
        pytest.param({"scores": {"a": 1e200}}, ["scores.a"], id="too large"),
        pytest.param({"scores": {"": 1}}, ["scores"], id="no name"),
        pytest.param({"scores": {"a\n": 1}}, ["scores"], id="control character"),
        pytest.param({"timestamp": "2026-11-23T10:00:00"}, ["timestamp"], id="naive"),
        pytest.param({"timestamp": "2026-11-23T11:00:00Z"}, ["timestamp"], id="ahead"),
        pytest.param({"timestamp": "2026-01-23T11:00:00Z"}, ["timestamp"], id="long ago"),
        pytest.param({"evaluator": "a\x00"}, ["evaluator"], id="control character in a label"),
        pytest.param({"tags": {"team": 5}}, ["tags"], id="tag of another type"),
        pytest.param({"batch_id": "a b"}, ["batch_id"], id="batch_id"),
    ],
)
async def test_a_bad_report_names_its_fields(
    app: HttpApp, fields: dict[str, Any], paths: list[str]
) -> None:
    answer = await app.send("post_quality", _report(**fields))
    assert answer.status == 400
    assert list(answer.faults) == paths


@pytest.mark.parametrize(
    ("usage", "path"),
    [
        pytest.param({"model_response_time": 1}, "usage.model_response_time", id="model"),
        pytest.param({"ok": 1, "token_usage_rate": 1}, "usage.token_usage_rate", id="rate"),
        pytest.param({"cpu": True}, "usage.cpu", id="boolean"),
        pytest.param({"cpu": [1]}, "usage.cpu", id="array"),
        pytest.param({}, "usage", id="none"),
    ],
)
async def test_bad_usage_is_named_and_nothing_of_it_is_stored(
    app: HttpApp, usage: dict[str, Any], path: str
) -> None:
    answer = await app.send("post_resources", {"resource": "vm-1", "usage": usage})
    assert answer.status == 400
    assert list(answer.faults) == [path]
    assert await _series(app, "ok", "resource") == []


async def test_a_name_of_another_kind_is_refused(app: HttpApp) -> None:
    counter = {"name": "jobs", "kind": "counter", "value": 1, "timestamp": "2026-11-23T10:00:00Z"}
    assert (await app.send("post_metrics", {"metrics": [counter]})).status == 202
    answer = await app.send("post_resources", {"resource": "vm-1", "usage": {"jobs": 1}})
    assert answer.status == 400
    assert answer.faults == {"usage.jobs": "kind_conflict"}
    assert answer.body["error"]["message"] == (
        "usage.jobs: kind_conflict (jobs is a counter in '1', got a gauge in '1')"
    )


async def test_unknown_fields_are_named_or_refused(app: HttpApp) -> None:
    body = _report(foo=1)
    assert (await app.send("post_quality", body)).body["unknown_fields"] == {"foo": 1}
    strict = await app.send("post_quality", body, query={"strict": "true"})
    assert (strict.status, strict.faults) == (400, {"foo": "unknown field"})


@pytest.mark.parametrize("function", ["post_quality", "post_resources"])
async def test_other_bodies_are_refused(app: HttpApp, function: str) -> None:
    wrong = {"content-type": "application/x-www-form-urlencoded"}
    assert (await app.send(function, b"a=1", headers=wrong)).status == 415
    assert (await app.send(function, b" " * ((4 << 20) + 1))).status == 413
    for body in (b"", b"null", b"[]", b"{", b"\xff"):
        assert (await app.send(function, body)).status == 400


_KEYS = st.sampled_from(["model", "resource", "scores", "usage", "tags", "timestamp", "x"])
_LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
_VALUES = _LEAF | st.dictionaries(st.text(max_size=3), _LEAF, max_size=3)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["post_quality", "post_resources"]),
    st.dictionaries(_KEYS, _VALUES, max_size=4),
)
async def test_hostile_reports_are_refused_by_name_or_stored(
    function: str, fields: dict[str, Any]
) -> None:
    base = {"model": "m", "resource": "r", "scores": {"s": 1}, "usage": {"u": 1}}
    with http_app() as app:
        answer = await app.send(function, base | fields)
        assert answer.status in (202, 400)
        assert answer.status == 202 or answer.faults or answer.body["error"]["message"]
