"""The payload of plain webhooks."""

import json

from msgspec import structs

from shared.domain.alert.view import Alert
from shared.domain.notification.channel_payload.generic import generic_body
from shared.domain.notification.notification import Occasion
from tests.domain.dispatch_factories import dispatch, many, told
from tests.domain.rule_factories import MINUTE, T0


def test_every_field_of_every_alert_is_there() -> None:
    over = told("gpt-4o", Occasion.RESOLVED, T0 + MINUTE)
    given = dispatch(told(), over)
    body = json.loads(generic_body(given))
    assert [each["occasion"] for each in body["alerts"]] == ["firing", "resolved"]
    for each in body["alerts"]:
        assert each.keys() == {"occasion", "time", *(f.name for f in structs.fields(Alert))}
    assert body["alerts"][0]["time"] == "2026-11-23T10:00:00Z"
    assert body["alerts"][0]["labels"] == {"model": "gpt-5"}
    assert body["alerts"][1]["state"] == "resolved"


def test_the_envelope_is_versioned_and_names_the_dispatch() -> None:
    given = dispatch()
    body = json.loads(generic_body(given))
    del body["alerts"]
    assert body == {
        "schema": "1",
        "dispatch_id": given.dispatch_id,
        "channel": "ops",
        "environment": "test",
        "group": {"team": "web"},
        "due_at": "2026-11-23T10:01:00Z",
    }


def test_nothing_is_left_out_however_many_there_are() -> None:
    assert len(json.loads(generic_body(many(3_000)))["alerts"]) == 3_000


def test_the_same_dispatch_gives_the_same_bytes() -> None:
    assert generic_body(dispatch()) == generic_body(dispatch())
