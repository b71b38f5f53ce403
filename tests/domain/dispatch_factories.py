"""Dispatches of alerts with defaults."""

from datetime import datetime
from typing import Any

from msgspec import structs

from shared.domain.alert.alert import Context, alert_id
from shared.domain.alert.view import Alert, Stage, alert_of
from shared.domain.notification.dispatch import Dispatch, Told, new_dispatch
from shared.domain.notification.notification import Occasion
from tests.domain.rule_factories import MINUTE, T0, firing, rule


def alert(model: str = "gpt-5", **fields: Any) -> Alert:
    """Return a firing alert of one model."""
    labels = (("model", model),)
    made = alert_of(rule(), firing(labels=labels), Context())
    assert made is not None
    fields.setdefault("alert_id", alert_id("slow", labels, made.active_since))
    return structs.replace(made, **fields)


def told(
    model: str = "gpt-5",
    occasion: Occasion = Occasion.FIRING,
    time: datetime = T0,
    **fields: Any,
) -> Told:
    """Return what there is to tell of one model's alert."""
    if occasion is Occasion.RESOLVED:
        fields = {"state": Stage.RESOLVED, "resolved_at": time, **fields}
    return Told(occasion, time, alert(model, **fields))


def dispatch(*each: Told, channel: str = "ops", due_at: datetime = T0 + MINUTE) -> Dispatch:
    """Return a dispatch of these alerts, of one that fires where none is given."""
    return new_dispatch(channel, {"team": "web"}, due_at, each or (told(),), environment="test")


def many(count: int, **fields: Any) -> Dispatch:
    """Return a dispatch of many alerts."""
    return dispatch(*(told(f"model-{at:04}", **fields) for at in range(count)))
