"""The state machine of an alert: the next state of one label set of one rule.

| state | breach | clean | no data (`keep`) |
| --- | --- | --- | --- |
| inactive | pending; firing where `for_s` is 0 | inactive | inactive |
| pending | firing once `for_s` has passed since `active_since` | inactive | pending |
| firing | firing | firing until `keep_firing_for_s` has passed, then inactive | firing |

This is Prometheus's rule evaluation (rules/alerting.go, `Eval`), with one addition, `no_data`:
`ok` makes a window without data a clean evaluation, as in Prometheus, `alert` makes it a breach,
and `keep` leaves the state as it is, as Grafana's "keep last state" does. Under `keep` a pending
alert neither fires nor resets while there is no data, because nothing was seen that would justify
either; time goes on, so the first breach after the gap fires if `for_s` has passed by then.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from shared.domain.alert.absence import given_up, timed
from shared.domain.alert.alert import Availability, Instance, ResolvedReason, State
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.findings import Finding
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.words import NoData


def evaluate(
    rule: AlertRule,
    finding: Finding,
    previous: Instance | None,
    *,
    now: datetime,
    suspended: bool = False,
) -> Instance:
    """Decide the next state of one label set.

    Args:
        rule: the rule to apply.
        finding: what was measured, and whether it is a breach.
        previous: the instance as the last evaluation left it; None for one never seen.
        now: the evaluation time, UTC.
        suspended: True where nothing at all arrives, so that no state may change.

    Returns:
        The instance after this evaluation. The same arguments always give the same answer. One
        that has just stopped firing is inactive with `resolved_at` equal to `now`.
    """
    known = previous or Instance()
    measured: dict[str, Any] = {
        "value": finding.value,
        "samples": finding.samples,
        "threshold": finding.threshold,
        "lead": finding.lead,
    }
    if suspended:
        if isinstance(rule, AbsenceRule):
            measured["value"] = known.value
        return replace(known, data=Availability.SUSPENDED, **measured)
    if not finding.judged:
        return replace(known, data=Availability.NO_DATA, **measured)
    after = _next(rule, finding, known, measured, now)
    return _absent(rule, finding, known, after, now) if isinstance(rule, AbsenceRule) else after


def _next(
    rule: AlertRule,
    finding: Finding,
    known: Instance,
    measured: Mapping[str, Any],
    now: datetime,
) -> Instance:
    enough = finding.value is not None and finding.samples >= rule.min_samples
    seen = replace(known, data=Availability.OK if enough else Availability.NO_DATA, **measured)
    if finding.value is not None and enough:
        if not finding.breached:
            return _clean(rule, seen, now)
        before = None if known.state is State.INACTIVE else known.worst
        worst = rule.comparison.worse(before, finding.value)
        return _breached(rule, replace(seen, worst=worst), now)
    if rule.no_data is NoData.KEEP:
        return seen
    return _breached(rule, seen, now) if rule.no_data is NoData.ALERT else _clean(rule, seen, now)


def resolved(instance: Instance, reason: ResolvedReason, *, now: datetime) -> Instance:
    """Return a firing instance as resolved."""
    return replace(
        instance, state=State.INACTIVE, clean_since=None, resolved_at=now, resolved_reason=reason
    )


def remembered(rule: AlertRule, instance: Instance, *, now: datetime) -> Instance | None:
    """Return what has to be kept of an instance until its next evaluation, None for nothing.

    Pending and firing ones are kept whole. Of an inactive one the last notification is kept while
    the cooldown runs, and its ends while they count as flapping; under `no_data: alert` the label
    set itself is kept, or its silence would not be noticed, until a rule on absence gives it up.
    """
    if instance.state is not State.INACTIVE:
        return instance
    if isinstance(rule, AbsenceRule) and given_up(rule, instance):
        return None
    cooldown = timedelta(seconds=rule.cooldown_s)
    cooling = instance.notified_at is not None and now - instance.notified_at < cooldown
    if not cooling and not instance.flaps.ends and rule.no_data is not NoData.ALERT:
        return None
    notified_at = instance.notified_at if cooling else None
    return Instance(instance.labels, notified_at=notified_at, flaps=instance.flaps)


def _absent(
    rule: AbsenceRule, finding: Finding, known: Instance, after: Instance, now: datetime
) -> Instance:
    after = timed(after, finding, known, now=now)
    if not given_up(rule, after):
        return after
    if after.state is State.FIRING:
        return resolved(replace(after, worst=after.value), ResolvedReason.NO_DATA, now=now)
    return replace(known, state=State.INACTIVE, data=after.data, value=after.value)


def _breached(rule: AlertRule, seen: Instance, now: datetime) -> Instance:
    if seen.state is State.FIRING:
        return seen if seen.clean_since is None else replace(seen, clean_since=None)
    if seen.state is State.INACTIVE:
        seen = Instance(
            seen.labels,
            State.PENDING,
            seen.data,
            seen.value,
            seen.samples,
            seen.worst,
            seen.threshold,
            seen.lead,
            active_since=now,
            notified_at=seen.notified_at,
            flaps=seen.flaps,
        )
    since = seen.active_since or now
    if now - since < timedelta(seconds=rule.for_s):
        return seen
    return replace(seen, state=State.FIRING, active_since=since, fired_at=now)


def _clean(rule: AlertRule, seen: Instance, now: datetime) -> Instance:
    if seen.state is State.INACTIVE:
        return seen
    if seen.state is State.PENDING:
        return Instance(
            seen.labels,
            data=seen.data,
            value=seen.value,
            samples=seen.samples,
            notified_at=seen.notified_at,
            flaps=seen.flaps,
        )
    since = seen.clean_since or now
    if now - since < timedelta(seconds=rule.keep_firing_for_s):
        return replace(seen, clean_since=since)
    no_data = seen.data is Availability.NO_DATA
    reason = ResolvedReason.NO_DATA if no_data else ResolvedReason.RECOVERED
    return resolved(seen, reason, now=now)
