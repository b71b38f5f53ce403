"""Metrics are checked by name and become one row per value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.metric.names import is_quality, is_reserved
from shared.domain.record.metric_record import (
    MetricKind,
    MetricRecord,
    metric_columns,
    metric_faults,
)
from shared.domain.timeline import micros
from tests.domain.factories import metric, metrics


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        pytest.param(
            {"name": "model_x"},
            "name",
            "expected a name that is not reserved, got model_x",
            id="reserved",
        ),
        pytest.param(
            {"name": "a\tb"}, "name", "expected no control characters, got 'a\\tb'", id="name"
        ),
        pytest.param(
            {"unit": "m\n"}, "unit", "expected no control characters, got 'm\\n'", id="unit"
        ),
        pytest.param(
            {"value": None}, "value", "expected either value or values, got neither", id="neither"
        ),
        pytest.param(
            {"value": 1.0, "values": [1.0]},
            "value",
            "expected either value or values, got both",
            id="both",
        ),
        pytest.param(
            {"values": [1.0]}, "values", "expected value, not values, for a gauge", id="gauge"
        ),
        pytest.param(
            {"kind": MetricKind.COUNTER, "value": -1.5},
            "value",
            "expected an increment >= 0, got -1.5",
            id="counter",
        ),
        pytest.param(
            {"name": "model_quality_x", "value": -1e151},
            "value",
            "expected a score of at most 1e+150, got -1e+151",
            id="score",
        ),
        pytest.param(
            {"attributes": {"__name__": "x"}},
            "attributes",
            "expected names without leading __ and no control characters, got {'__name__': 'x'}",
            id="attribute",
        ),
    ],
)
def test_a_fault_names_field_and_reason(fields: dict[str, object], field: str, reason: str) -> None:
    found = metric_faults([metric(), metric(**fields)])
    assert [(fault.row, fault.field, fault.reason) for fault in found] == [(1, field, reason)]


@pytest.mark.parametrize("name", ["", "__x", "a\x7f"])
def test_an_attribute_name_is_checked(name: str) -> None:
    assert [fault.field for fault in metric_faults([metric(attributes={name: "x"})])] == [
        "attributes"
    ]


def test_the_monitor_may_use_reserved_names() -> None:
    assert metric_faults([metric(name="model_requests_in_progress")], internal=True) == []


@pytest.mark.parametrize(
    ("name", "reserved", "quality"),
    [
        ("model_response_time", True, False),
        ("model_anything", True, False),
        ("token_usage_rate", True, False),
        ("model_quality_tone", False, True),
        ("queue_depth", False, False),
        ("cpu_utilization", False, False),
        ("modelled", False, False),
    ],
)
def test_names_are_reserved_but_for_quality(name: str, reserved: bool, quality: bool) -> None:
    assert (is_reserved(name), is_quality(name)) == (reserved, quality)


@given(st.lists(metrics(), min_size=1, max_size=8))
def test_every_value_is_a_row(records: list[MetricRecord]) -> None:
    assert metric_faults(records) == []
    batch, owner = metric_columns(records)
    rows = [
        (at, record, value)
        for at, record in enumerate(records)
        for value in (record.values or [record.value])
    ]
    assert owner.tolist() == [at for at, _, _ in rows]
    assert batch.floats("value").tolist() == [value for _, _, value in rows]
    assert batch.texts("name") == [record.name for _, record, _ in rows]
    assert batch.texts("kind") == [record.kind for _, record, _ in rows]
    assert batch.ints("at_us").tolist() == [micros(record.timestamp) for _, record, _ in rows]


def test_a_negative_zero_is_stored_as_zero() -> None:
    values = metric_columns([metric(value=-0.0)])[0].floats("value")
    assert not np.signbit(values).any()


def test_attributes_are_one_text_whatever_their_order() -> None:
    records = [metric(attributes={"b": "2", "a": "1"}), metric(attributes={"a": "1", "b": "2"})]
    assert metric_columns(records)[0].texts("attributes") == ['{"a":"1","b":"2"}'] * 2
