"""How long a series has been absent, and when it is given up.

An absent series is told apart by time alone, so its value is the seconds since its last minute with
a sample, as far as that is known, else since its absence was noticed.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.domain.alert.alert import Availability, Instance, State
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.findings import Finding
from shared.domain.timeline import instant

_MINUTE = timedelta(minutes=1)


def timed(after: Instance, finding: Finding, previous: Instance, *, now: datetime) -> Instance:
    """Return an instance of a rule on absence with its value: how long it has been absent.

    Args:
        after: as the evaluation left it.
        finding: what the evaluation saw.
        previous: as the evaluation found it.
        now: the evaluation time, UTC.
    """
    if after.data is Availability.NO_DATA:
        since = _absent_since(finding, previous, now)
        return replace(after, value=(now - since).total_seconds(), absent_since=since)
    back = previous.state is State.FIRING and previous.clean_since is None
    if not back or previous.absent_since is None:
        return replace(after, value=0.0)
    absent_s = (now - _MINUTE - previous.absent_since).total_seconds()
    return replace(after, value=0.0, worst=max(absent_s, previous.worst or 0.0))


def given_up(rule: AbsenceRule, instance: Instance) -> bool:
    """Tell whether a series has been absent for so long that it is taken to be out of service.

    A rule that groups by nothing waits for its one series forever: that is what it is for.
    """
    if not rule.group_by or instance.data is not Availability.NO_DATA:
        return False
    return (instance.value or 0.0) >= rule.forget_after_s


def _absent_since(finding: Finding, previous: Instance, now: datetime) -> datetime:
    going_on = previous.state is not State.INACTIVE and previous.clean_since is None
    if going_on and previous.absent_since is not None:
        return previous.absent_since
    return now if finding.seen is None else instant(finding.seen)
