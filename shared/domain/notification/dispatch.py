"""A dispatch: one notification about a group of alerts on its way to one channel.

Alertmanager's grouping (30 s to wait for more, 5 minutes between notifications of one group) makes
one dispatch of many alerts. Its id follows from what it tells, so that computing it again writes
the same row, and a receiver may recognise a second delivery.
"""

from datetime import datetime

import msgspec

from shared.domain.alert.view import Alert
from shared.domain.identity import identity_of
from shared.domain.notification.notification import Occasion
from shared.domain.timeline import rfc3339


class Told(msgspec.Struct, frozen=True):
    """One alert of a dispatch, as it stood at the evaluation that led to it.

    Attributes:
        occasion: what there is to tell of it.
        time: that evaluation, UTC.
        alert: as the HTTP contract shows it.
    """

    occasion: Occasion
    time: datetime
    alert: Alert


class Dispatch(msgspec.Struct, frozen=True):
    """One notification to one channel; `new_dispatch` builds them.

    Attributes:
        dispatch_id: stable: the same alerts told to the same channel at the same time.
        channel: name of the channel.
        group: the labels all alerts of it share, those the route groups by.
        due_at: when it is to be sent, UTC; by the clock of evaluations, not of the sender.
        told: the latest word on each alert, firing ones first.
        environment: where the monitor runs.
    """

    dispatch_id: str
    channel: str
    group: dict[str, str]
    due_at: datetime
    told: tuple[Told, ...]
    environment: str


def new_dispatch(
    channel: str,
    group: dict[str, str],
    due_at: datetime,
    told: tuple[Told, ...],
    *,
    environment: str,
) -> Dispatch:
    """Return a dispatch with its id."""
    ordered = tuple(sorted(told, key=_place))
    alerts = [f"{each.alert.alert_id} {each.occasion} {rfc3339(each.time)}" for each in ordered]
    identity = identity_of("dispatch", channel, rfc3339(due_at), *alerts)
    return Dispatch(identity, channel, group, due_at, ordered, environment)


def _place(told: Told) -> tuple[bool, str]:
    return told.occasion is Occasion.RESOLVED, told.alert.alert_id
