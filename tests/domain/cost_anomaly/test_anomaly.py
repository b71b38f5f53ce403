"""Steps of one scope within a day of each other are one anomaly, told under one id."""

from datetime import timedelta

import msgspec

from shared.domain.cost_anomaly.anomaly import (
    CostAnomaly,
    Grain,
    anomaly_event,
    extended,
    found_anomaly,
    same_anomaly,
)
from shared.domain.cost_anomaly.attribution import Cause, Part
from shared.domain.cost_anomaly.grid import EVERYTHING, Scope
from shared.domain.cost_anomaly.judging import Unusual
from tests.domain.factories import T0

HOUR = timedelta(hours=1)
BOT = Scope(application="checkout-bot")
PARTS = [Part(Cause.APPLICATION, "checkout-bot", 8.0, 1.0), Part(Cause.MODEL, "gpt-5", 8.0, 0.9)]


def anomaly(
    hours: int = 0, value: float = 10.0, scope: Scope = BOT, grain: Grain = Grain.HOUR
) -> CostAnomaly:
    found = Unusual(scope, 0, value, 1.0, 4.0, 0.0)
    return found_anomaly(found, PARTS, grain=grain, start=T0 + hours * HOUR, now=T0 + 30 * HOUR)


def test_an_anomaly_says_how_far_outside_what_it_is() -> None:
    found = anomaly()

    assert (found.value, found.low, found.high, found.excess) == ("10", "1", "4", "6")
    assert (found.start, found.end) == (T0, T0 + HOUR)
    assert anomaly(grain=Grain.DAY).end == T0 + 24 * HOUR
    assert (found.scope, found.direction, found.grain) == (
        {"application": "checkout-bot"},
        "above",
        "hour",
    )
    assert anomaly(value=0.5).direction == "below"
    assert anomaly(value=0.5).excess == "0.5"


def test_no_two_anomalies_share_an_id_and_a_second_look_finds_the_same() -> None:
    every = [
        anomaly(),
        anomaly(1),
        anomaly(value=0.5),
        anomaly(grain=Grain.DAY),
        anomaly(scope=EVERYTHING),
        anomaly(scope=Scope(model="checkout-bot")),
    ]

    assert len({each.id for each in every}) == len(every)
    assert anomaly(value=11.0).id == anomaly().id


def test_hours_within_a_day_of_each_other_are_one() -> None:
    known = anomaly()

    assert same_anomaly(known, anomaly(0))
    assert same_anomaly(known, anomaly(25))
    assert not same_anomaly(known, anomaly(26))
    assert not same_anomaly(known, anomaly(-1))
    assert not same_anomaly(known, anomaly(1, value=0.5))
    assert not same_anomaly(known, anomaly(1, scope=EVERYTHING))
    assert not same_anomaly(known, anomaly(1, grain=Grain.DAY))


def test_an_anomaly_grows_by_each_hour_once_and_shows_its_worst() -> None:
    known = extended(extended(anomaly(), anomaly(1, value=14.0)), anomaly(3, value=6.0))

    assert (known.start, known.end) == (T0, T0 + 4 * HOUR)
    assert (known.value, known.excess) == ("14", "18")
    assert known.id == anomaly().id
    assert extended(known, anomaly(1, value=14.0)) == known
    assert extended(known, anomaly(3, value=99.0)) == known


def test_the_event_is_the_contracts() -> None:
    event = anomaly_event(anomaly(), "prod")

    assert event.name == "cost.anomaly"
    assert event.time == T0
    assert event.measurements == {"value": 10.0, "low": 1.0, "high": 4.0}
    assert event.properties["scope"] == "application checkout-bot"
    assert event.properties["environment"] == "prod"
    named = msgspec.json.decode(event.properties["attribution"])
    assert [(each["cause"], each["name"]) for each in named] == [
        ("application", "checkout-bot"),
        ("model", "gpt-5"),
    ]
    assert anomaly_event(anomaly(value=11.0), "prod").event_id == event.event_id
    assert anomaly_event(anomaly(scope=EVERYTHING), "prod").properties["scope"] == "all"
