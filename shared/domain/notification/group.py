"""A group: the alerts that one route tells one channel together, and when it tells them next.

| the group | a change comes | it is due |
| --- | --- | --- |
| is fresh | an alert fires | `group_wait_s` later |
| was told | an alert fires, repeats or ends | at once, but `group_interval_s` after that |
| waits | any further change | when it is due anyway |

After Alertmanager (dispatch/dispatch.go, notify/notify.go, `DedupStage`): an alert that is resolved
before its group was told of it is not told at all, a resolved one is told once, and a group without
alerts is forgotten, so that the next one is fresh. Other than there, a notification holds what
changed and not the whole group, and a group does not tick: it waits from its latest notification.
"""

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from shared.domain.label import Labels
from shared.domain.notification.dispatch import Dispatch, Told, new_dispatch
from shared.domain.notification.notification import Occasion
from shared.domain.notification.route import Route

# What a notification may hold, and what a group may have to keep until it is due.
MAX_WAITING = 500


class Group(msgspec.Struct, frozen=True, omit_defaults=True):
    """The alerts that one route tells one channel together; times are of evaluations, UTC.

    Attributes:
        route: position of the route.
        labels: those the route groups by.
        wait_s: of the route.
        interval_s: of the route.
        waiting: alert_id -> the latest word on it that is not told yet.
        firing: alert_id of those told as firing and not told as resolved.
        due_at: when to tell what waits; None where nothing does.
        told_at: when it was told last; None for a fresh group.
    """

    route: int
    channel: str
    labels: Labels = ()
    wait_s: int = 0
    interval_s: int = 0
    waiting: dict[str, Told] = {}
    firing: tuple[str, ...] = ()
    due_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def key(self) -> tuple[int, str, Labels]:
        """Return what tells this group from any other."""
        return self.route, self.channel, self.labels

    @property
    def over(self) -> bool:
        """Tell whether it has no alerts, so that it can be forgotten."""
        return not self.waiting and not self.firing

    def holds(self, alert_id: str) -> bool:
        """Tell whether an alert is in it, told or waiting."""
        return alert_id in self.waiting or alert_id in self.firing


def fresh(at: int, route: Route, channel: str, labels: Labels) -> Group:
    """Return a group without alerts.

    Args:
        at: position of the route.
        route: the route.
        channel: one of its channels.
        labels: those it groups by, of the alert to come.
    """
    return Group(at, channel, labels, route.group_wait_s, route.group_interval_s)


def with_word(group: Group, told: Told) -> Group:
    """Return the group with the latest word on one alert waiting to be told.

    The end of an alert that it was not told of takes the alert out of it instead.
    """
    identity = told.alert.alert_id
    if told.occasion is Occasion.RESOLVED and identity not in group.firing:
        return without(group, identity)
    before = group.waiting.get(identity)
    if before and before.occasion is Occasion.FIRING and told.occasion is Occasion.REPEAT:
        told = replace(told, occasion=Occasion.FIRING)
    due_at = group.due_at or _due(group, told.time)
    return replace(group, waiting={**group.waiting, identity: told}, due_at=due_at)


def without(group: Group, alert_id: str) -> Group:
    """Return the group without an alert."""
    waiting = {name: told for name, told in group.waiting.items() if name != alert_id}
    firing = tuple(name for name in group.firing if name != alert_id)
    due_at = group.due_at if waiting else None
    return replace(group, waiting=waiting, firing=firing, due_at=due_at)


def telling(group: Group, at: datetime, *, environment: str) -> tuple[Group, Dispatch]:
    """Return the group after telling all that waits, and the notification that tells it.

    Args:
        group: one in which something waits.
        at: when it is due, UTC.
        environment: where the monitor runs.
    """
    told = tuple(group.waiting.values())
    dispatch = new_dispatch(group.channel, dict(group.labels), at, told, environment=environment)
    ended = {t.alert.alert_id for t in told if t.occasion is Occasion.RESOLVED}
    firing = dict.fromkeys([*group.firing, *group.waiting])
    left = tuple(name for name in firing if name not in ended)
    return replace(group, waiting={}, firing=left, due_at=None, told_at=at), dispatch


def _due(group: Group, time: datetime) -> datetime:
    if group.told_at is None:
        return time + timedelta(seconds=group.wait_s)
    if time <= group.told_at:
        # It was full before it was due; what more comes goes out along with that.
        return group.told_at
    return max(time, group.told_at + timedelta(seconds=group.interval_s))
