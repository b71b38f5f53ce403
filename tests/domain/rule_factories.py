"""Rules and instances with defaults, and a walk of one label set through values."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.alert.alert import Instance, State
from shared.domain.alert.alerting import evaluate
from shared.domain.rule.findings import Finding
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.rule.words import Comparison

T0 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLEAN, BREACH = 1.0, 9.0


def rule(**fields: Any) -> ThresholdRule:
    """Return a rule that is breached above 5 over one minute."""
    given = {
        "name": "slow",
        "metric": "latency",
        "comparison": Comparison.ABOVE,
        "threshold": 5.0,
        "window_s": 60,
    }
    return ThresholdRule(**(given | fields))


def finding(applied: ThresholdRule, value: float | None, samples: int = 10) -> Finding:
    """Return what a rule makes of a value."""
    if value is None or value != value:
        return Finding(None, 0)
    return Finding(value, samples, bool(applied.comparison.holds(value, applied.threshold)))


def walk(
    applied: ThresholdRule,
    values: Sequence[float | None],
    *,
    before: Instance | None = None,
    suspended: Sequence[int] = (),
) -> list[Instance]:
    """Return the instance after each of one evaluation a minute from T0 on."""
    found: list[Instance] = []
    for at, value in enumerate(values):
        before = evaluate(
            applied,
            finding(applied, value),
            before,
            now=T0 + at * MINUTE,
            suspended=at in suspended,
        )
        found.append(before)
    return found


def states(applied: ThresholdRule, values: Sequence[float | None], **more: Any) -> str:
    """Return the first letter of the state after each evaluation: i, p or f."""
    return "".join(each.state[0] for each in walk(applied, values, **more))


def firing(**fields: Any) -> Instance:
    """Return an instance that has fired at T0 and was told of."""
    given = {
        "labels": (("model", "gpt-5"), ("deployment", "chat")),
        "state": State.FIRING,
        "value": BREACH,
        "samples": 10,
        "active_since": T0,
        "fired_at": T0,
        "sequence": 1,
        "announced_at": T0,
        "notified_at": T0,
    }
    return Instance(**(given | fields))
