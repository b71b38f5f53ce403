"""Evaluating the time of one alert again, with what is stored by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.alert.alert import Context, ResolvedReason
from shared.domain.alert.reevaluation import Reevaluated, not_reevaluated, reevaluated
from shared.domain.alert.view import Alert, Stage, alert_of
from shared.domain.backtest.backtest import Replay
from shared.domain.muting.muting import NOT_MUTED
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.timeline import DAY_M, floor_to, instant, minute_of
from shared.services.alert_ports import Alerts
from shared.services.alerting import EVALUATED_THROUGH
from shared.services.backtest import BacktestPorts, replay
from shared.services.ports import Cursors
from shared.services.rules import load_rules

# Late records may have moved the beginning or the end this far.
MARGIN_M = 60
MAX_SPAN_M = 2 * DAY_M


@dataclass(frozen=True, slots=True)
class ReevaluationPorts:
    """What it takes: history, the states that rules left, and how far evaluation is."""

    backtest: BacktestPorts
    alerts: Alerts
    cursors: Cursors


async def reevaluate(alert: Alert, *, now: datetime, ports: ReevaluationPorts) -> Reevaluated:
    """Return what an alert comes to when its time is evaluated again; nothing is written.

    Args:
        alert: as it was evaluated.
        now: the clock, UTC.
        ports: what it takes.
    """
    if alert.resolved_reason is ResolvedReason.RULE_CHANGED:
        return not_reevaluated("it ended because its rule was changed or deleted")
    rule = await _applied(alert, ports)
    if rule is None:
        return not_reevaluated("its rule was changed or deleted since")
    evaluated = await ports.cursors.read(EVALUATED_THROUGH)
    latest = evaluated.minute if evaluated else minute_of(alert.active_since)
    first = minute_of(alert.active_since) - MARGIN_M
    end = minute_of(alert.resolved_at) + MARGIN_M if alert.resolved_at else latest
    minutes = range(first, min(end, latest) + 1)
    if len(minutes) > MAX_SPAN_M:
        return not_reevaluated(f"it lasts longer than {MAX_SPAN_M // 60} hours")
    kept_from = floor_to(minute_of(now) - ports.backtest.kept_days * DAY_M, DAY_M)
    if first - rule.look_back_m < kept_from:
        return not_reevaluated("the minutes it saw are no longer kept")
    (done,) = await replay([[rule]], minutes, muting=NOT_MUTED, ports=ports.backtest)
    return reevaluated(alert, _alerts(rule, done), instant(minutes[-1]))


async def _applied(alert: Alert, ports: ReevaluationPorts) -> AlertRule | None:
    """Return the rule that led to an alert; None where it asks another question by now."""
    stored = (await ports.alerts.states()).get(alert.rule)
    rule: AlertRule | None = stored.state.rule if stored else None
    if rule is None or alert.state is Stage.RESOLVED:
        rule = (await load_rules(ports.backtest.documents)).get(alert.rule)
    if rule is None or (rule.metric, rule.comparison) != (alert.metric, alert.comparison):
        return None
    moved = isinstance(rule, ThresholdRule) and rule.threshold != alert.threshold
    return None if moved else rule


def _alerts(rule: AlertRule, done: Replay) -> Sequence[Alert]:
    state = done.states().get(rule.name)
    firing = (alert_of(rule, each, Context()) for each in (state.instances if state else ()))
    return [*done.ended, *(each for each in firing if each is not None)]
