"""A dispatch that is no alarm: what a channel's test call sends, labelled so that nobody runs."""

from datetime import datetime

from shared.domain.alert.alert import Availability, ResolvedReason
from shared.domain.alert.view import Alert, Stage
from shared.domain.identity import identity_of
from shared.domain.notification.dispatch import Dispatch, Told, new_dispatch
from shared.domain.notification.notification import Occasion
from shared.domain.rule.words import Comparison, Severity

RULE = "channel_test"


def sample_dispatch(channel: str, now: datetime, *, environment: str) -> Dispatch:
    """Return a dispatch of one alert that says that it is a test of the channel.

    Args:
        channel: its name.
        now: the clock, UTC.
        environment: where the monitor runs.
    """
    return _dispatch(channel, now, Occasion.FIRING, environment)


def sample_end(channel: str, now: datetime, *, environment: str) -> Dispatch:
    """Return the dispatch that ends what `sample_dispatch` began at the same moment."""
    return _dispatch(channel, now, Occasion.RESOLVED, environment)


def _dispatch(channel: str, now: datetime, occasion: Occasion, environment: str) -> Dispatch:
    over = occasion is Occasion.RESOLVED
    labels = {"test": "true", "channel": channel}
    alert = Alert(
        alert_id=identity_of("channel test", channel, now.isoformat()),
        rule=RULE,
        metric=RULE,
        comparison=Comparison.ABOVE,
        unit="1",
        description="Sent by POST /api/v1/channels/{name}/test.",
        runbook_url="",
        labels=labels,
        severity=Severity.INFO,
        state=Stage.RESOLVED if over else Stage.FIRING,
        data=Availability.OK,
        value=1.0,
        worst_value=1.0,
        threshold=0.0,
        message=f"This is a test of channel {channel}. Nothing is wrong.",
        active_since=now,
        fired_at=now,
        resolved_at=now if over else None,
        resolved_reason=ResolvedReason.RECOVERED if over else None,
        acknowledged=False,
        acknowledged_by=None,
        acknowledged_at=None,
        acknowledged_comment=None,
        silenced=False,
        notifications=(),
    )
    told = (Told(occasion, now, alert),)
    return new_dispatch(channel, labels, now, told, environment=environment)
