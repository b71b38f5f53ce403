"""From notices to dispatches: alerts are routed, gathered in groups, and told when these are due.

Time is that of evaluations, a minute apart, so the same notices always lead to the same dispatches,
however many minutes one run makes up for. The work goes in small steps, after each of which the
groups are in a state that may be stored: whoever goes on from there comes to the same end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from shared.domain.alert.alert import Notification
from shared.domain.label import Labels
from shared.domain.muting.muting import labels_of
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.group import MAX_WAITING, Group, fresh, telling, with_word, without
from shared.domain.notification.notice import AlertNotice
from shared.domain.notification.notification import Occasion
from shared.domain.notification.route import Routes, route_of

RESOLVED_BEFORE_TOLD = "resolved_before_told"

type Key = tuple[int, str, Labels]


@dataclass(frozen=True, slots=True)
class Untold:
    """Word of an alert that a channel was waiting for and does not get.

    Attributes:
        alert_id: of the alert.
        notification: its entry in the alert's history, which says why.
    """

    alert_id: str
    notification: Notification


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did.

    Attributes:
        dispatch: the notification that became due; None for none.
        notice: the notice that was taken in, and is not needed any more; None for none.
        untold: word that goes to nobody.
    """

    dispatch: Dispatch | None = None
    notice: AlertNotice | None = None
    untold: Sequence[Untold] = ()


@dataclass(slots=True)
class Dispatched:
    """What notices led to.

    Attributes:
        groups: where all groups stand, by key.
        dispatches: in order of when they are due.
        untold: word that goes to nobody, and why.
    """

    groups: tuple[Group, ...] = ()
    dispatches: list[Dispatch] = field(default_factory=list)
    untold: list[Untold] = field(default_factory=list)


def dispatched(
    groups: Iterable[Group],
    notices: Iterable[AlertNotice],
    routes: Routes,
    *,
    until: datetime,
    environment: str,
) -> Dispatched:
    """Return what notices lead to.

    Args:
        groups: where they stood before.
        notices: in any order, all that were decided before `until` and are not in the groups yet.
        routes: those in force.
        until: every dispatch due before this time is made, UTC.
        environment: where the monitor runs.
    """
    work, done = Dispatching(groups, routes, environment=environment), Dispatched()
    for step in work.steps(notices, until):
        done.dispatches += [step.dispatch] if step.dispatch else []
        done.untold += step.untold
    done.groups = work.groups
    return done


class Dispatching:
    """The groups of all routes and channels, and what becomes of them."""

    def __init__(self, groups: Iterable[Group], routes: Routes, *, environment: str) -> None:
        """Begin where the groups stand.

        Args:
            groups: as they were stored.
            routes: those in force; groups of others go on until their alerts are resolved.
            environment: where the monitor runs.
        """
        self._groups: dict[Key, Group] = {}
        self._places: dict[str, set[Key]] = {}
        for group in groups:
            self._keep(group, *group.waiting, *group.firing)
        self._routes = routes
        self._environment = environment

    @property
    def groups(self) -> tuple[Group, ...]:
        """Return where the groups stand, by key."""
        return tuple(self._groups[key] for key in sorted(self._groups))

    def steps(self, notices: Iterable[AlertNotice], until: datetime) -> Iterator[Step]:
        """Take notices in and tell what is due before a time; see `dispatched`."""
        ordered = sorted(notices, key=lambda each: (each.told.time, each.event_id))
        for time, together in groupby(ordered, key=lambda each: each.told.time):
            yield from self._tell_due(time)
            for notice in together:
                yield Step(notice=notice, untold=self._take(notice))
                yield from self._tell_full(notice.told.alert.alert_id)
        yield from self._tell_due(until)

    def _take(self, notice: AlertNotice) -> list[Untold]:
        if notice.told.occasion is Occasion.RESOLVED:
            return self._end(notice)
        if notice.suppressed_by is None:
            self._gather(notice, labels_of(notice.told.alert))
        return []

    def _gather(self, notice: AlertNotice, labels: Mapping[str, str]) -> None:
        """Put a firing alert into the groups of its route, and out of those of other routes."""
        at = route_of(self._routes, labels)
        if at is None:
            return
        route, identity = self._routes[at], notice.told.alert.alert_id
        for channel in route.channels:
            group = fresh(at, route, channel, route.group_of(labels))
            for other in self._holding(identity):
                if other.channel == channel and other.key != group.key:
                    self._keep(without(other, identity), identity)
            self._keep(with_word(self._groups.get(group.key, group), notice.told), identity)

    def _end(self, notice: AlertNotice) -> list[Untold]:
        """Take an alert's end to whoever was told of it, whatever the routes are by now."""
        told, untold = notice.told, []
        identity = told.alert.alert_id
        for group in self._holding(identity):
            reason = notice.suppressed_by or RESOLVED_BEFORE_TOLD
            if notice.suppressed_by is None and identity in group.firing:
                self._keep(with_word(group, told), identity)
                continue
            self._keep(without(group, identity), identity)
            entry = Notification(told.time, group.channel, reason, sent=False)
            untold.append(Untold(identity, entry))
        return untold

    def _tell_due(self, before: datetime) -> Iterator[Step]:
        due = [
            (group.due_at, key)
            for key, group in self._groups.items()
            if group.due_at is not None and group.due_at < before
        ]
        for at, key in sorted(due):
            yield self._tell(self._groups[key], at)

    def _tell_full(self, alert_id: str) -> Iterator[Step]:
        for group in self._holding(alert_id):
            if len(group.waiting) >= MAX_WAITING and group.due_at is not None:
                yield self._tell(group, group.due_at)

    def _tell(self, group: Group, at: datetime) -> Step:
        after, dispatch = telling(group, at, environment=self._environment)
        self._keep(after, *group.waiting)
        return Step(dispatch=dispatch)

    def _holding(self, alert_id: str) -> list[Group]:
        return [self._groups[key] for key in sorted(self._places.get(alert_id, ()))]

    def _keep(self, group: Group, *touched: str) -> None:
        """Keep a group, or forget one that is over; `touched` are the alerts it may hold or not."""
        if group.over:
            self._groups.pop(group.key, None)
        else:
            self._groups[group.key] = group
        held = {*group.waiting, *group.firing}.intersection(touched)
        for identity in touched:
            places = self._places.setdefault(identity, set())
            (places.add if identity in held else places.discard)(group.key)
