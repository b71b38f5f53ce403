"""The payloads of PagerDuty's Events API."""

import json
from typing import Any

import pytest

from shared.domain.notification.channel import ChannelType
from shared.domain.notification.channel_payload import bodies_of
from shared.domain.notification.channel_payload.pagerduty import (
    MAX_SUMMARY_CHARACTERS,
    pagerduty_bodies,
)
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.notification import Occasion
from shared.domain.rule.words import Severity
from tests.domain.dispatch_factories import dispatch, many, told

KEY = "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY00"


def events(given: Dispatch) -> list[Any]:
    return [json.loads(body) for body in pagerduty_bodies(given, KEY)]


def test_each_alert_is_an_event_of_its_own_in_the_order_of_the_dispatch() -> None:
    given = many(5)
    assert [each["dedup_key"] for each in events(given)] == [
        each.alert.alert_id for each in given.told
    ]


def test_an_event_has_what_pagerduty_asks_for() -> None:
    labels = {"model": "gpt-5", "deployment": "chat", "resource": "aoai-west"}
    given = dispatch(told(labels=labels, message="latency is 9", runbook_url="https://x.example/r"))
    (event,) = events(given)
    details = event["payload"].pop("custom_details")
    assert event == {
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": given.told[0].alert.alert_id,
        "client": "Foundry Monitor",
        "payload": {
            "summary": "latency is 9",
            "severity": "warning",
            "source": "aoai-west",
            "timestamp": "2026-11-23T10:00:00Z",
            "component": "chat",
            "group": "team=web",
            "class": "latency",
        },
        "links": [{"href": "https://x.example/r", "text": "Runbook"}],
    }
    assert details["dispatch_id"] == given.dispatch_id
    assert details["labels"] == labels
    assert details["value"] == 9.0


@pytest.mark.parametrize(
    ("occasion", "acknowledged", "action"),
    [
        pytest.param(Occasion.FIRING, False, "trigger", id="fires"),
        pytest.param(Occasion.FIRING, True, "trigger", id="fires, and was taken on before"),
        pytest.param(Occasion.REPEAT, False, "trigger", id="repeats"),
        pytest.param(Occasion.REPEAT, True, "acknowledge", id="repeats, taken on"),
        pytest.param(Occasion.RESOLVED, False, "resolve", id="ends"),
        pytest.param(Occasion.RESOLVED, True, "resolve", id="ends, taken on"),
    ],
)
def test_the_action_follows_from_the_occasion(
    occasion: Occasion, acknowledged: bool, action: str
) -> None:
    (event,) = events(dispatch(told("a", occasion, acknowledged=acknowledged)))
    assert event["event_action"] == action


def test_severities_are_pagerdutys_own_words() -> None:
    found = [events(dispatch(told(severity=each)))[0]["payload"]["severity"] for each in Severity]
    assert found == ["info", "warning", "error", "critical"]


def test_a_long_message_is_cut_and_says_so() -> None:
    exact, longer = "m" * MAX_SUMMARY_CHARACTERS, "m" * (MAX_SUMMARY_CHARACTERS + 1)
    summaries = [
        events(dispatch(told(message=text)))[0]["payload"]["summary"] for text in (exact, longer)
    ]
    assert summaries == [exact, "m" * (MAX_SUMMARY_CHARACTERS - 1) + "…"]


def test_an_alert_without_labels_comes_from_the_environment() -> None:
    (event,) = events(dispatch(told(labels={})))
    assert event["payload"]["source"] == "test"


@pytest.mark.parametrize("kind", list(ChannelType))
def test_only_pagerduty_gets_a_secret_in_the_body_and_several_bodies(kind: ChannelType) -> None:
    bodies = bodies_of(kind, many(3), KEY)
    is_pagerduty = kind is ChannelType.PAGERDUTY
    assert len(bodies) == (3 if is_pagerduty else 1)
    assert all((KEY.encode() in body) is is_pagerduty for body in bodies)
