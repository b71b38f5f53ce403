"""What reaches Application Insights, read from the envelopes that the real exporter posts."""

import threading

import pytest
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.adapters.appinsights import AppInsights
from shared.domain.event import GaugePoint, new_event
from tests.adapters.appinsights_factories import MINUTE, T0, connected, event, point
from tools.recorder import INSTRUMENTATION_KEY, Recorder


async def test_an_event_arrives_as_it_is() -> None:
    labels = '{"model": "gpt-5-mini"}'
    sent = new_event(
        "alert.firing",
        event_id="a1-1",
        time=T0.replace(microsecond=250_001),
        environment="prod",
        properties={"alert_id": "a1", "labels": labels, "notify": "true", "message": "zu groß 🔥"},
        measurements={"value": 6_012.5, "threshold": 5_000, "sequence": 1},
    )
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        await app_insights.send_events([sent])

    [envelope] = recorder.envelopes
    assert envelope["name"] == "Microsoft.ApplicationInsights.Event"
    assert envelope["iKey"] == INSTRUMENTATION_KEY
    assert envelope["time"] == "2026-11-23T10:00:00.250001Z"
    assert envelope["tags"]["ai.cloud.role"] == "monitor"
    assert envelope["data"] == {
        "baseType": "EventData",
        "baseData": {
            "ver": 2,
            "name": "alert.firing",
            "properties": {
                "event_id": "a1-1",
                "schema": "1",
                "environment": "prod",
                "alert_id": "a1",
                "labels": labels,
                "notify": "true",
                "message": "zu groß 🔥",
            },
            "measurements": {"value": 6_012.5, "threshold": 5_000.0, "sequence": 1.0},
        },
    }


async def test_a_point_arrives_with_its_own_minute_and_labels() -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        await app_insights.send_metrics([point("model_error_rate", 0.0)])

    [envelope] = recorder.envelopes
    assert envelope["name"] == "Microsoft.ApplicationInsights.Metric"
    assert envelope["iKey"] == INSTRUMENTATION_KEY
    assert envelope["time"] == "2026-11-23T10:00:00Z"
    assert envelope["data"] == {
        "baseType": "MetricData",
        "baseData": {
            "ver": 2,
            "properties": {"model": "gpt-5-mini"},
            "metrics": [{"name": "model_error_rate", "value": 0.0, "count": 1}],
        },
    }


async def test_label_sets_and_minutes_of_one_metric_stay_apart() -> None:
    points = [
        GaugePoint("queue_depth", T0 + minute * MINUTE, value, labels)
        for minute, value, labels in [
            (0, 4.0, {"host": "a", "zone": "1"}),
            (0, 5.0, {"host": "b"}),
            (1, -6.5, {"host": "a", "zone": "1"}),
            (1, 7.0, {}),
        ]
    ]
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        await app_insights.send_metrics(points)

    rows = [(row.time, row.value, row.labels) for row in recorder.metrics("queue_depth")]
    assert rows == [(sent.time, sent.value, sent.labels) for sent in points]


async def test_a_long_value_arrives_cut_and_its_event_whole() -> None:
    many = {f"fact_{number}": "x" for number in range(150)}
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        await app_insights.send_events([event("long", message="y" * 9_000, **many)])

    [row] = recorder.events("alert.firing")
    assert row.properties["message"] == "y" * 8_192
    assert row.properties["event_id"] == "long"
    assert len(row.properties) == 100
    assert row.measurements == {"value": 0.25}


async def test_a_post_holds_at_most_100_envelopes() -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        await app_insights.send_events([event(f"e{number}") for number in range(250)])
        await app_insights.send_metrics([point(minute=number) for number in range(101)])

    assert recorder.post_sizes == [100, 100, 50, 100, 1]
    ids = [row.properties["event_id"] for row in recorder.events()]
    assert ids == [f"e{number}" for number in range(250)]


async def test_nothing_to_send_posts_nothing() -> None:
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        await app_insights.send_events([])
        await app_insights.send_metrics([])

    assert recorder.post_sizes == []


async def test_a_post_is_no_dependency_of_the_app() -> None:
    spans = InMemorySpanExporter()
    tracing = TracerProvider()
    tracing.add_span_processor(SimpleSpanProcessor(spans))
    instrumentor = RequestsInstrumentor()
    instrumentor.instrument(tracer_provider=tracing)
    try:
        async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
            await app_insights.send_events([event()])
    finally:
        instrumentor.uninstrument()

    assert len(recorder.events()) == 1
    assert spans.get_finished_spans() == ()


async def test_closing_ends_every_thread() -> None:
    before = set(threading.enumerate())
    async with Recorder() as recorder, connected(recorder.connection_string) as app_insights:
        await app_insights.send_events([event()])
        await app_insights.send_metrics([point()])
        during = {thread.name for thread in set(threading.enumerate()) - before}

    after = {thread.name for thread in set(threading.enumerate()) - before}
    assert {"appinsights-events_0", "appinsights-points_0"} <= during
    assert not {name for name in after if name.startswith("appinsights-")}


@pytest.mark.parametrize("ending", [";\n", "/", "/;", "/;LiveEndpoint=http://127.0.0.1:1/"])
async def test_a_connection_string_may_end_as_the_portal_ends_it(ending: str) -> None:
    async with (
        Recorder() as recorder,
        connected(f"{recorder.connection_string}{ending}") as app_insights,
    ):
        await app_insights.send_events([event()])

    assert len(recorder.events()) == 1


def test_a_connection_string_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="Instrumentation key"):
        AppInsights("IngestionEndpoint=http://127.0.0.1:7200", None)
