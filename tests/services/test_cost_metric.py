"""`model_cost_usd` wherever metrics go: charts, rules, backtests, minute metrics, reports."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from shared.domain.metric.window import Aggregation
from shared.domain.timeline import rfc3339
from shared.services.deployments import DeploymentName, put_deployment
from shared.services.export import export_minutes
from shared.services.report import list_models
from tests.domain.factories import MINUTE, T0
from tests.services.backtest_factories import backtested
from tests.services.monitor_factories import DAY, HOUR, FakeInsights, Monitor, sent, span
from tests.services.price_factories import entry, put_prices

USED = {"input_tokens": 1000, "output_tokens": 100}
COST = "model_cost_usd"


async def priced(**fields: object) -> Monitor:
    """Return a monitor where a request of `USED` costs a dollar."""
    monitor = Monitor(**fields)  # type: ignore[arg-type]
    await put_prices(monitor.app.documents, "gpt-5-mini", entry("900 90 1000"))
    return monitor


async def test_a_chart_shows_what_each_step_cost() -> None:
    monitor = await priced(now=T0 + 10 * MINUTE)
    ends = (T0, T0 + MINUTE, T0 + MINUTE, T0 + 7 * MINUTE)
    await monitor.post(*(sent(end, application="shop", **USED) for end in ends))
    over = span(T0, T0 + 10 * MINUTE)
    found = await monitor.chart(COST, over=over, step_m=5, group_by=("application",))
    assert found == {("shop",): [pytest.approx(3), pytest.approx(1)]}
    per_request = await monitor.chart(COST, Aggregation.AVG, over=over, step_m=10)
    assert per_request == {(): [pytest.approx(1)]}
    most = await monitor.chart(COST, Aggregation.MAX, over=over, step_m=10)
    assert most == {(): [pytest.approx(2)]}


async def test_a_summary_has_it_where_anything_is_priced() -> None:
    monitor = await priced()
    await monitor.post(sent(T0, **USED), sent(T0, model="nobody-knows", **USED))
    line = (await monitor.summary())["metric_breakdown"][COST]
    assert (line["count"], line["unit"]) == (1, "USD")
    assert line["avg_value"] == pytest.approx(1)
    other = (await monitor.summary(model="nobody-knows"))["metric_breakdown"]
    assert COST not in other


async def test_a_rule_on_it_fires_in_a_backtest() -> None:
    monitor = await priced(now=T0 + HOUR)
    burst = [sent(T0 + n * MINUTE, **USED) for n in range(20, 30) for _ in range(3)]
    await monitor.post(*(sent(T0 + n * MINUTE, **USED) for n in range(50)), *burst)
    await monitor.roll()
    rule = {
        "name": "spend",
        "metric": COST,
        "aggregation": "sum",
        "window_s": 300,
        "comparison": ">",
        "threshold": 10,
        "group_by": ["model"],
    }
    found = await backtested(monitor, rule, minutes=40, first=T0 + 10 * MINUTE)
    (timeline,) = found.timelines
    assert (found.fired, found.resolved) == (1, 1)
    assert max(each.value or 0 for each in timeline.evaluations) == pytest.approx(20)


async def test_minutes_are_exported_with_their_cost() -> None:
    insights = FakeInsights()
    monitor = await priced(telemetry=insights, now=T0 + timedelta(seconds=30))
    await monitor.post(sent(T0, application="shop", **USED), sent(T0, model="nobody", **USED))
    await monitor.roll(T0 + 90 * timedelta(seconds=1))
    app = monitor.app
    await export_minutes(cursors=app.cursors, telemetry=app.telemetry, load_frame=app.load_frame)
    found = {dict(p.labels)["model"]: p.value for p in insights.points if p.metric == COST}
    assert found == {"gpt-5-mini": pytest.approx(1)}


async def test_reports_have_the_exact_cost_of_their_requests() -> None:
    monitor = await priced()
    await monitor.post(
        sent(T0, **USED),
        sent(T0, deployment="other", **USED),
        sent(T0),
        sent(T0, model="nobody-knows", **USED),
    )
    report = await monitor.report()
    assert (report["cost_usd"], report["cost_basis"]) == ("2", "list")
    assert report["unpriced_requests"] == report["missing_usage_requests"] == 1
    assert (await monitor.report(deployment="other"))["cost_usd"] == "1"
    models = await list_models(span(T0 - DAY, T0 + DAY), ports=monitor.app.reading)
    lines = {line["model"]: line for line in models["models"]}
    assert (lines["gpt-5-mini"]["cost_usd"], lines["gpt-5-mini"]["cost_basis"]) == ("2", "list")
    assert lines["nobody-knows"]["cost_usd"] is None
    assert lines["nobody-knows"]["cost_basis"] == "unavailable"


async def test_a_model_pays_for_its_provisioned_capacity() -> None:
    monitor = await priced(now=T0 + HOUR)
    config = {"model": "gpt-5-mini", "type": "GlobalProvisionedManaged", "ptu": 15}
    body = msgspec.json.encode({**config, "effective_from": rfc3339(T0 - HOUR)})
    await put_deployment(
        DeploymentName("cap"), body, strict=True, now=T0, documents=monitor.app.documents
    )
    await monitor.post(sent(T0, deployment="cap", **USED), sent(T0, deployment="mini", **USED))
    report = await monitor.report()
    assert Decimal(report["cost_usd"]) == 30 + 1
    assert 29 < Decimal(report["idle_ptu_cost_usd"]) < 30
    assert (await monitor.report(deployment="mini"))["cost_usd"] == "1"


@pytest.mark.parametrize(
    ("model", "failures", "cost"),
    [
        ("nobody-knows", [429, 500], None),
        ("gpt-5-mini", [429, 500], None),
        ("gpt-5-mini", [429, 429], "0"),
    ],
)
async def test_refused_requests_alone_do_not_tell_of_a_price(
    model: str, failures: list[int], cost: str | None
) -> None:
    monitor = await priced()
    await monitor.post(*(sent(T0, model=model, status_code=code) for code in failures))
    report = await monitor.report(model=model)
    assert report["cost_usd"] == cost
    assert report["cost_basis"] == ("unavailable" if cost is None else "list")
