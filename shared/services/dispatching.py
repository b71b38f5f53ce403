"""Taking notices to dispatches: what evaluation decided to tell finds its channels, once.

A run goes as far as evaluation has come, in portions that fit one transaction each. Every portion
is decided on what is stored by then, so a run that another one overtook, or that was stopped at any
point, leaves nothing half done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.muting.muting import labels_of
from shared.domain.notification.dispatching import Dispatching, Step
from shared.domain.notification.notice import AlertNotice
from shared.domain.notification.notification import Occasion
from shared.domain.notification.route import Routes, route_of
from shared.errors import Stale
from shared.services.dispatch_ports import DispatchChange, Groups

# Operations of one transaction: at most 100, and some of them store the groups.
_PORTION = 60
# Alerts told that weigh as much as an operation: a transaction holds 4 MiB.
_TOLD_PER_OPERATION = 20
# Evaluations are a minute apart, so nothing further is decided before then.
_STEP = timedelta(minutes=1)


@dataclass(slots=True)
class DispatchRun:
    """What a run did.

    Attributes:
        dispatches: notifications made.
        notices: decisions taken in.
        stale: True where another run did the work.
    """

    dispatches: int = 0
    notices: int = 0
    stale: bool = False


async def dispatch_notices(
    *, through: datetime, routes: Routes, groups: Groups, environment: str
) -> DispatchRun:
    """Make the dispatches that are due by the latest evaluation.

    Args:
        through: the latest evaluation whose outcome is stored completely, UTC.
        routes: those in force.
        groups: where groups stand, and notices wait.
        environment: where the monitor runs, stated on every dispatch.

    Returns:
        What was done. Running it again, late, or twice at a time makes nothing twice.
    """
    run = DispatchRun()
    try:
        while await _portion(run, through, routes, groups, environment):
            continue
    except Stale:
        run.stale = True
    return run


def for_channels(notices: Sequence[AlertNotice], routes: Routes | None) -> list[AlertNotice]:
    """Return the notices that channels have to know.

    An end is one of them whatever the routes are: others may have told of its beginning.

    Args:
        notices: what was decided.
        routes: those in force; None where nobody has ever put any, so that nothing is to be kept.
    """
    if routes is None:
        return []
    return [notice for notice in notices if _reaches(notice, routes)]


def _reaches(notice: AlertNotice, routes: Routes) -> bool:
    if notice.told.occasion is Occasion.RESOLVED:
        return True
    at = route_of(routes, labels_of(notice.told.alert))
    return at is not None and bool(routes[at].channels)


async def _portion(
    run: DispatchRun, through: datetime, routes: Routes, groups: Groups, environment: str
) -> bool:
    """Do as much as fits one transaction; return whether there may be more."""
    read, notices = await groups.read(through)
    work = Dispatching(read.groups, routes, environment=environment)
    taken: list[Step] = []
    weight = 0
    for step in work.steps(notices, through + _STEP):
        taken.append(step)
        weight += _weight(step)
        if weight >= _PORTION:
            break
    if not taken:
        return False
    await groups.commit(_change(DispatchChange(read, work.groups), taken))
    run.dispatches += sum(step.dispatch is not None for step in taken)
    run.notices += sum(step.notice is not None for step in taken)
    return weight >= _PORTION


def _weight(step: Step) -> int:
    told = len(step.dispatch.told) if step.dispatch else 0
    return 1 + len(step.untold) + told // _TOLD_PER_OPERATION


def _change(before: DispatchChange, steps: Sequence[Step]) -> DispatchChange:
    return DispatchChange(
        before.read,
        before.groups,
        [step.dispatch for step in steps if step.dispatch],
        [step.notice for step in steps if step.notice],
        [entry for step in steps for entry in step.untold],
    )
