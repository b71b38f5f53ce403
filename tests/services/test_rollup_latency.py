"""From a bad request to the event about it: at most three minutes, whenever it happens."""

from datetime import datetime, timedelta

import pytest

from shared.domain.rule.threshold import ThresholdRule
from shared.domain.rule.words import Comparison
from shared.services.alert_tick import alert_tick
from shared.services.alerting import AlertingPorts
from shared.services.rules import put_rule
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import FakeInsights, Monitor, sent

ROLLUP_AT_S, EVALUATION_AT_S = 0, 35
AT_MOST = timedelta(seconds=180)
RULE = ThresholdRule(
    name="any-error",
    metric="model_error_rate",
    comparison=Comparison.ABOVE,
    threshold=0.0,
    window_s=60,
)


async def evaluate(monitor: Monitor) -> None:
    app = monitor.app
    await alert_tick(
        now=monitor.now,
        ports=AlertingPorts(app.documents, app.cursors, app.alerts, app.registry, app.load_frame),
        groups=app.groups,
        telemetry=app.telemetry,
        environment="test",
        catch_up_m=60,
        timer=lambda: 0.0,
        budget_s=10.0,
    )


async def delay(bad_at: datetime) -> timedelta:
    """Return how long after a failed request its alert has been sent, timers on schedule."""
    insights = FakeInsights()
    monitor = Monitor(telemetry=insights, now=T0 - 3 * MINUTE)
    await put_rule(RULE, documents=monitor.app.documents)
    posted = False
    for second in range(-180, 420):
        now = monitor.now = T0 + timedelta(seconds=second)
        if now.second == ROLLUP_AT_S:
            await monitor.roll(now)
        if now.second == EVALUATION_AT_S:
            await evaluate(monitor)
        if not posted and now >= bad_at:
            await monitor.post(sent(bad_at, 200.0, error_type="boom"))
            posted = True
        if any(event.name == "alert.firing" for event in insights.events):
            return now - bad_at
    raise AssertionError("no alert was sent at all")


@pytest.mark.parametrize("second", [0, 0.001, 1, 29, 30, 31, 34, 35, 36, 59, 59.999])
async def test_a_bad_request_of_any_second_is_told_within_three_minutes(second: float) -> None:
    assert await delay(T0 + timedelta(seconds=second)) <= AT_MOST


async def test_the_worst_second_is_the_first_of_a_minute() -> None:
    assert await delay(T0) == timedelta(seconds=155)
    assert await delay(T0 + timedelta(seconds=59)) == timedelta(seconds=96)
