"""The payloads of PagerDuty's Events API v2: one event for each alert, with its alert_id as key.

A firing alert triggers, or updates what it has triggered; one that repeats after somebody took it
on acknowledges; one that ended resolves. A summary has at most 1,024 characters, a key 255.
Source: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
"""

from typing import Any

import msgspec

from shared.domain.label import APPLICATION, DEPLOYMENT, MODEL, RESOURCE
from shared.domain.notification.channel_payload.wording import cut, labels_text
from shared.domain.notification.dispatch import Dispatch, Told
from shared.domain.notification.notification import Occasion

MAX_SUMMARY_CHARACTERS = 1_024
CLIENT = "Foundry Monitor"
_SOURCES = (RESOURCE, DEPLOYMENT, MODEL, APPLICATION)
_COMPONENTS = (DEPLOYMENT, MODEL, APPLICATION)
_MAX_FIELD_CHARACTERS = 255


def pagerduty_bodies(dispatch: Dispatch, routing_key: str) -> tuple[bytes, ...]:
    """Return the JSON body of each alert's event, in the order of the dispatch."""
    return tuple(msgspec.json.encode(_event(each, dispatch, routing_key)) for each in dispatch.told)


def _event(told: Told, dispatch: Dispatch, routing_key: str) -> dict[str, Any]:
    alert = told.alert
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": _action(told),
        "dedup_key": alert.alert_id,
        "client": CLIENT,
        "payload": {
            "summary": cut(alert.message, MAX_SUMMARY_CHARACTERS),
            "severity": alert.severity,
            "source": _first(_SOURCES, alert.labels) or dispatch.environment,
            "timestamp": told.time,
            "component": _first(_COMPONENTS, alert.labels),
            "group": cut(labels_text(dispatch.group), _MAX_FIELD_CHARACTERS),
            "class": alert.metric,
            "custom_details": {
                "environment": dispatch.environment,
                "dispatch_id": dispatch.dispatch_id,
                "occasion": told.occasion,
                **msgspec.structs.asdict(alert),
            },
        },
    }
    if alert.runbook_url:
        event["links"] = [{"href": alert.runbook_url, "text": "Runbook"}]
    return event


def _action(told: Told) -> str:
    if told.occasion is Occasion.RESOLVED:
        return "resolve"
    # The first word must trigger: acknowledging what does not exist yet tells nobody.
    taken_on = told.occasion is Occasion.REPEAT and told.alert.acknowledged
    return "acknowledge" if taken_on else "trigger"


def _first(names: tuple[str, ...], labels: dict[str, str]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")
