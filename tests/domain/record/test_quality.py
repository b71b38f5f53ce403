"""Quality scores and resource usage as gauges."""

from typing import Any

from shared.domain.record.metric_record import MetricKind, MetricRecord
from shared.domain.record.quality import QualityReport, quality_records
from shared.domain.record.resources import ResourceReport, resource_records
from tests.domain.factories import MINUTE, T0


def _report(**fields: Any) -> QualityReport:
    return QualityReport(**({"model": "gpt-5-mini", "scores": {"groundedness": 0.81}} | fields))


def test_each_score_is_a_gauge_of_its_own_name() -> None:
    found = quality_records(_report(scores={"groundedness": 0.81, "fluency": 1.0}), T0, ())
    assert found == [
        MetricRecord(
            f"model_quality_{name}", MetricKind.GAUGE, T0, value, attributes={"model": "gpt-5-mini"}
        )
        for name, value in (("groundedness", 0.81), ("fluency", 1.0))
    ]


def test_the_labels_are_those_of_requests_and_the_evaluator() -> None:
    named = {
        name: name
        for name in ("model", "deployment", "application", "environment", "resource", "evaluator")
    }
    (record,) = quality_records(_report(**named, request_id="r1"), T0 + MINUTE, ())
    assert record.attributes == named
    assert record.request_id == "r1"
    assert record.timestamp == T0 + MINUTE


def test_only_series_tags_become_labels_and_never_hide_another() -> None:
    tags = {"team": "web", "user": "u", "model": "other"}
    (record,) = quality_records(_report(tags=tags), T0, ("team", "model"))
    assert record.attributes == {"model": "gpt-5-mini", "team": "web"}


def test_usage_keeps_its_very_names() -> None:
    report = ResourceReport("vm-1", {"cpu_utilization": 0.71, "memory_utilization": 0.5})
    assert resource_records(report, T0) == [
        MetricRecord(name, MetricKind.GAUGE, T0, value, attributes={"resource": "vm-1"})
        for name, value in report.usage.items()
    ]
