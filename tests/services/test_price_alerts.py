"""The built-in rules on prices: usage without one, and models that retire, from ingest to alert."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.domain.alert.alert import Context
from shared.domain.alert.view import Alert, Stage
from shared.services.alerting import AlertingPorts, evaluate_alerts
from shared.services.alerts import AlertPorts, list_alerts
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, Monitor, sent, span

RETIRES_ON = date(2027, 2, 9)


async def alerts(monitor: Monitor, at: datetime) -> dict[str, Alert]:
    """Roll up and evaluate everything before a time; return what fires by rule."""
    await monitor.roll(at)
    app = monitor.app
    await evaluate_alerts(
        now=at + MINUTE / 2,
        ports=AlertingPorts(
            app.documents, app.cursors, app.alerts, app.registry, app.load_frame, app.references
        ),
        context=Context("test"),
        catch_up_m=60,
        timer=lambda: 0.0,
        budget_s=60.0,
    )
    ports = AlertPorts(app.alerts, app.registry)
    page = await list_alerts([Stage.FIRING], span(at - DAY, at), limit=100, after=None, ports=ports)
    return {alert.rule: alert for alert in page.alerts}


async def reported(at: datetime, **fields: Any) -> dict[str, Alert]:
    """Return what fires in the minute after one request."""
    monitor = Monitor(now=at)
    await monitor.roll(at)
    await monitor.post(sent(at + MINUTE / 2, **fields))
    return await alerts(monitor, at + 2 * MINUTE)


async def test_usage_without_a_price_is_loud() -> None:
    firing = await reported(T0, model="mystery-7", input_tokens=1200, output_tokens=34)

    assert firing["unpriced_usage"].message == (
        "model_unpriced_tokens sum over 5 min is 1,234, above 0 "
        "(model mystery-7, deployment mystery-7, reason unknown_model)"
    )


async def test_it_ends_a_day_after_the_last_unpriced_token() -> None:
    monitor = Monitor(now=T0)
    await monitor.roll(T0)
    await monitor.post(sent(T0 + MINUTE / 2, model="mystery-7", input_tokens=1))
    for after, fires in (
        (2 * MINUTE, True),
        (30 * MINUTE, True),
        (DAY + 5 * MINUTE, True),
        (DAY + 8 * MINUTE, False),
    ):
        assert ("unpriced_usage" in await alerts(monitor, T0 + after)) == fires


@pytest.mark.parametrize(
    ("days", "rules"),
    [
        (91, set()),
        (90, {90}),
        (31, {90}),
        (30, {90, 30}),
        (8, {90, 30}),
        (7, {90, 30, 7}),
        (-3, {90, 30, 7}),
    ],
)
async def test_a_retirement_is_told_three_times(days: int, rules: set[int]) -> None:
    day = datetime.combine(RETIRES_ON - timedelta(days=days), datetime.min.time(), UTC)
    for at in (day, day + DAY - 3 * MINUTE):
        firing = await reported(at, model="gpt-5", deployment="prod", input_tokens=1)

        assert set(firing) == {f"model_retirement_{each}_days" for each in rules}


async def test_a_retirement_names_successors_with_their_cost_on_the_same_traffic() -> None:
    at = datetime(2026, 12, 1, 10, tzinfo=UTC)
    firing = await reported(
        at, model="gpt-5", deployment="prod", input_tokens=100_000, output_tokens=1_000_000
    )

    # By hand: 0.1 x 1.25 + 1 x 10, and 0.1 x 4 + 1 x 20.
    assert firing["model_retirement_90_days"].message == (
        "model_days_to_retirement min over 5 min is 70 d, at or below 90 d; gpt-5 retires on "
        "2027-02-09; its traffic of 30 days costs 10.12 USD, on gpt-5.6-sol 20.40 USD "
        "(model gpt-5, deployment prod)"
    )
