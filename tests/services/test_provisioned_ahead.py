"""Provisioned throughput ahead: what is configured is certain, by scope and from its day on."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from shared.services.budgets import BudgetPorts, put_budget
from shared.services.cost_forecast import cost_forecast
from shared.services.deployments import DeploymentName, put_deployment
from tests.domain.factories import MINUTE
from tests.services.monitor_factories import MODEL
from tests.services.spend_factories import MIDNIGHT, TODAY, Shop, costing, shop

# Global PTUs are listed at one US dollar an hour.
PTU = 15
DAY_USD = 24 * PTU


async def deploy(made: Shop, since: str, ptu: int = PTU, name: str = "cap") -> None:
    config = {
        "model": MODEL,
        "type": "GlobalProvisionedManaged",
        "ptu": ptu,
        "region": "eastus2",
        "effective_from": since,
    }
    app = made.monitor.app
    await put_deployment(
        DeploymentName(name),
        msgspec.json.encode(config),
        strict=True,
        now=made.monitor.now,
        documents=app.documents,
    )


async def spent(made: Shop, **fields: Any) -> None:
    """Let 20 days pass in which tokens cost 10 a day, on a deployment paid by token."""
    await made.days(*[10.0] * 20, application="bot", deployment="plain", **fields)
    await made.at(MIDNIGHT)


async def daily(made: Shop, days: int = 5, model: str | None = None) -> list[float]:
    found = await cost_forecast(days, model, now=made.monitor.now, ports=made.monitor.app.costs)
    return [float(each.mean) for each in found.daily]


async def forecast_of(made: Shop, **scope: str) -> tuple[str, float]:
    """Return what a budget of a scope has spent, and is expected to."""
    app = made.monitor.app
    body = msgspec.json.encode({"amount_usd": "1e6", "scope": scope})
    ports = BudgetPorts(app.documents, app.costs)
    shown, _ = await put_budget("b", body, now=made.monitor.now, ports=ports)
    return shown.status.spent, float(shown.status.forecast or "nan")


async def test_capacity_costs_its_hours_every_day_ahead() -> None:
    made = await shop()
    await spent(made)
    await deploy(made, "2026-11-21T00:00:00Z")

    assert await daily(made) == [pytest.approx(10 + DAY_USD)] * 5
    assert await daily(made, model="unheard-of") == []
    status = await forecast_of(made)
    assert Decimal(status[0]) == 10 * 20 + 2 * DAY_USD
    assert status[1] == pytest.approx(10 * 28 + 10 * DAY_USD, rel=1e-3)


async def test_a_change_that_is_dated_ahead_counts_from_its_day_on() -> None:
    made = await shop()
    await spent(made)
    await deploy(made, "2026-11-21T00:00:00Z")
    later = MIDNIGHT + timedelta(days=3)
    await deploy(made, later.isoformat(), 2 * PTU)

    assert await daily(made) == pytest.approx([370, 370, 370, 730, 730])


@pytest.mark.parametrize(
    ("scope", "share"),
    [
        ({"deployment": "cap"}, 1.0),
        ({"model": MODEL}, 1.0),
        ({"application": "search"}, 0.0),
        ({"deployment": "plain"}, 0.0),
    ],
)
async def test_a_scope_pays_for_what_it_names(scope: dict[str, str], share: float) -> None:
    made = await shop()
    await spent(made)
    await made.days(*[1.0] * 20, application="search", deployment="plain")
    await made.days(*[0.0] * 20)
    await deploy(made, "2026-11-01T00:00:00Z")
    await made.monitor.post(
        costing(1, MIDNIGHT - 60 * MINUTE, application="bot", deployment="cap"),
        *(
            costing(1, MIDNIGHT - timedelta(days=at), application="bot", deployment="cap")
            for at in range(1, 9)
        ),
    )
    await made.monitor.roll()

    _, expected = await forecast_of(made, **scope)

    tokens = {"cap": 0, "plain": 11, MODEL: 11, "search": 1}
    usual = tokens[next(iter(scope.values()))] * (20 + 8)
    assert expected == pytest.approx(usual + share * 30 * DAY_USD, rel=0.02)


async def test_an_application_goes_on_paying_the_part_that_it_filled() -> None:
    made = await shop()
    await deploy(made, "2026-10-01T00:00:00Z")
    end = MIDNIGHT
    for at in range(20, 0, -1):
        made.monitor.now = end - timedelta(days=at - 1) + MINUTE
        noon = end - timedelta(days=at) + timedelta(hours=12)
        await made.monitor.post(
            costing(30_000, noon, application="big", deployment="cap"),
            costing(10_000, noon, application="small", deployment="cap"),
        )
        await made.monitor.roll()
    await made.at(MIDNIGHT)

    big, small = [await forecast_of(made, application=name) for name in ("big", "small")]

    per_day = {name: Decimal(one) / 20 for name, (one, _) in (("big", big), ("small", small))}
    assert per_day["big"] == pytest.approx(3 * per_day["small"])
    assert big[1] == pytest.approx(float(per_day["big"]) * 28, rel=0.15)
    assert TODAY.day == 23
