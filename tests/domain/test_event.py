"""What an event always carries, and what it never exceeds."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.event import Event, GaugePoint, new_event

T0 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def event(properties: dict[str, str], measurements: dict[str, float | None]) -> Event:
    return new_event(
        "alert.firing",
        event_id="a1-1",
        time=T0,
        environment="prod",
        properties=properties,
        measurements=measurements,
    )


def test_every_event_says_its_id_schema_and_environment() -> None:
    made = event({"rule": "slow"}, {"value": 1})
    assert made.properties == {
        "event_id": "a1-1",
        "schema": "1",
        "environment": "prod",
        "rule": "slow",
    }


def test_a_property_cannot_replace_the_events_own() -> None:
    made = event({"event_id": "other", "schema": "2", "environment": "dev"}, {})
    assert made.properties == {"event_id": "a1-1", "schema": "1", "environment": "prod"}


@pytest.mark.parametrize(("length", "kept"), [(8_191, 8_191), (8_192, 8_192), (8_193, 8_192)])
def test_a_value_is_cut_at_8192_characters(length: int, kept: int) -> None:
    assert len(event({"message": "é" * length}, {}).properties["message"]) == kept


@given(st.dictionaries(st.text(), st.text(max_size=20), max_size=120))
def test_an_event_keeps_its_own_and_the_first_97_properties(properties: dict[str, str]) -> None:
    made = event(properties, {})
    theirs = [key for key in properties if key not in ("event_id", "schema", "environment")]
    assert list(made.properties) == ["event_id", "schema", "environment", *theirs[:97]]


def test_a_measurement_without_a_finite_value_is_left_out() -> None:
    made = event({}, {"value": None, "low": float("-inf"), "high": float("nan"), "sequence": 2})
    assert made.measurements == {"sequence": 2.0}


def test_an_event_survives_the_outbox() -> None:
    made = event({"message": "🔥"}, {"value": 0.1})
    assert msgspec.json.decode(msgspec.json.encode(made), type=Event) == made


@pytest.mark.parametrize(
    "time",
    [
        pytest.param(datetime(2026, 11, 23, 10, 0), id="naive"),  # noqa: DTZ001
        pytest.param(T0.astimezone(timezone(timedelta(hours=2))), id="another-offset"),
    ],
)
def test_a_time_that_is_not_utc_is_refused(time: datetime) -> None:
    with pytest.raises(ValueError, match=r"event\.time: expected a UTC time"):
        Event("alert.firing", "a1-1", time, {}, {})
    with pytest.raises(ValueError, match=r"gauge_point\.time: expected a UTC time"):
        GaugePoint("queue_depth", time, 1.0, {})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_point_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="expected a finite number"):
        GaugePoint("queue_depth", T0, value, {})
