"""The alert events, property by property, as the contract's Events table names them."""

import msgspec

from shared.domain.alert.alert import (
    Acknowledgement,
    Availability,
    Context,
    ResolvedReason,
    alert_id,
)
from shared.domain.alert.alerting import resolved
from shared.domain.alert.event import notice_event, state_event
from shared.domain.notification.notification import Notice, Occasion, Suppression
from shared.domain.rule.words import Severity
from tests.domain.rule_factories import MINUTE, T0, firing, rule

_CONTEXT = Context("test")
_RULE = rule(
    name="slow-gpt5",
    metric="model_response_time",
    threshold=5_000.0,
    severity=Severity.ERROR,
    labels={"application": "bot"},
    runbook_url="https://wiki/slow",
)
_FIRING = firing(value=7_214.0)
_PROPERTIES = {
    "schema": "1",
    "environment": "test",
    "alert_id": alert_id("slow-gpt5", _FIRING.labels, T0),
    "rule": "slow-gpt5",
    "metric": "model_response_time",
    "severity": "error",
    "comparison": ">",
    "unit": "ms",
    "data": "ok",
    "labels": '{"application":"bot","deployment":"chat","model":"gpt-5"}',
    "label_model": "gpt-5",
    "label_deployment": "chat",
    "label_application": "bot",
    "label_resource": "",
    "message": "model_response_time avg over 1 min is 7,214 ms, above 5,000 ms "
    "(model gpt-5, deployment chat, application bot)",
    "runbook_url": "https://wiki/slow",
    "active_since": "2026-11-23T10:00:00Z",
    "notify": "true",
    "suppressed_by": "",
}


def test_firing_carries_exactly_what_the_contract_lists() -> None:
    event = notice_event(_RULE, _FIRING, Notice(Occasion.FIRING), now=T0, context=_CONTEXT)

    assert (event.name, event.time) == ("alert.firing", T0)
    assert event.properties == _PROPERTIES | {"event_id": event.event_id}
    assert event.measurements == {"value": 7_214.0, "threshold": 5_000.0, "sequence": 1.0}


def test_resolved_adds_the_reason_and_how_long_it_fired() -> None:
    end = T0 + 7 * MINUTE
    ended = resolved(_FIRING, ResolvedReason.RECOVERED, now=end)

    event = notice_event(_RULE, ended, Notice(Occasion.RESOLVED), now=end, context=_CONTEXT)

    assert event.name == "alert.resolved"
    assert set(event.properties) == set(_PROPERTIES) | {"event_id", "resolved_reason"}
    assert event.properties["resolved_reason"] == "recovered"
    assert event.measurements["firing_s"] == 420.0


def test_state_adds_what_it_goes_by_and_how_long_it_fires() -> None:
    blind = firing(value=None, samples=0, data=Availability.NO_DATA)

    event = state_event(_RULE, blind, now=T0 + 5 * MINUTE, context=_CONTEXT)

    assert event.name == "alert.state"
    assert set(event.properties) == set(_PROPERTIES) | {"event_id", "data"}
    assert event.properties["data"] == "no_data"
    assert event.measurements == {"threshold": 5_000.0, "sequence": 1.0, "firing_s": 300.0}


def test_a_suppressed_event_says_by_what() -> None:
    notice = Notice(Occasion.REPEAT, Suppression.ACKNOWLEDGED)

    event = notice_event(_RULE, _FIRING, notice, now=T0, context=_CONTEXT)

    assert event.name == "alert.firing"
    assert (event.properties["notify"], event.properties["suppressed_by"]) == (
        "false",
        "acknowledged",
    )


def test_the_state_of_an_acknowledged_alert_wakes_nobody() -> None:
    taken = firing(acknowledged=Acknowledgement(by="ada", time=T0))

    event = state_event(_RULE, taken, now=T0 + 5 * MINUTE, context=_CONTEXT)

    assert (event.properties["notify"], event.properties["suppressed_by"]) == (
        "false",
        "acknowledged",
    )


def test_an_event_is_the_same_however_often_it_is_made_and_differs_from_the_next() -> None:
    first, again = (
        notice_event(_RULE, _FIRING, Notice(Occasion.FIRING), now=T0, context=_CONTEXT)
        for _ in range(2)
    )
    later = notice_event(
        _RULE, firing(sequence=2), Notice(Occasion.REPEAT), now=T0, context=_CONTEXT
    )

    assert first == again
    assert first.event_id != later.event_id
    assert first.properties["alert_id"] == later.properties["alert_id"]


def test_an_event_survives_being_stored() -> None:
    event = notice_event(_RULE, _FIRING, Notice(Occasion.FIRING), now=T0, context=_CONTEXT)

    assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event


def test_an_alert_s_identity_hangs_on_rule_labels_and_beginning() -> None:
    labels = (("model", "a"), ("deployment", "b"))
    identity = alert_id("r", labels, T0)

    assert identity == alert_id("r", labels, T0)
    assert identity != alert_id("s", labels, T0)
    assert identity != alert_id("r", labels, T0 + MINUTE)
    assert identity != alert_id("r", (("model", "b"), ("deployment", "a")), T0)
