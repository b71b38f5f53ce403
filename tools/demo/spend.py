"""What the month has cost and will: a budget is put, the cost timers run, the app is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from tools.demo.api import Api
from tools.demo.moments import to_api
from tools.demo.paint import Paint

BUDGET = "everything"
_TIGHT = Decimal("0.95")
_MOST_ROWS = 4

type Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spend:
    """What the app answered.

    Attributes:
        costs: of the period, by model.
        forecast: of all models.
        budget: put a little below what the month is expected to cost; None where nothing is.
        trend: of the model that cost the most; None where none cost anything.
        plan: of all models.
        anomalies: the latest to start first.
    """

    costs: Json
    forecast: Json
    budget: Json | None
    trend: Json | None
    plan: Json
    anomalies: Sequence[Json]


async def ask_spend(api: Api, start: datetime, end: datetime) -> Spend:
    """Return what spend there was, and what is said of it.

    Raises:
        DemoError: the app did not answer as its contract says.
    """
    period = {"start": to_api(start), "end": to_api(end)}
    costs = await api.get("/api/v1/costs", group_by="model", **period)
    forecast = await api.get("/api/v1/costs/forecast", horizon_days="30")
    expected, budget = forecast["month_end"]["expected"], None
    if expected is not None and Decimal(expected) > 0:
        amount = {"amount_usd": str(round(Decimal(expected) * _TIGHT, 2))}
        budget = await api.put(f"/api/v1/budgets/{BUDGET}", amount)
    for function in ("watch_spend", "plan_costs"):
        await api.run(function)
    dearest = next((row["model"] for row in _by_cost(costs)), None)
    trend = None
    if dearest is not None:
        trend = await api.get(f"/api/v1/models/{quote(dearest, safe='')}/cost-trend", days="30")
    plan = await api.get("/api/v1/cost-plan")
    anomalies = (await api.get("/api/v1/costs/anomalies", **period))["anomalies"]
    return Spend(costs, forecast, budget, trend, plan, anomalies)


def spend_lines(spend: Spend, label: str, paint: Paint) -> list[str]:
    """Return the section about spend."""
    dearest = list(_totals(spend.costs).items())[:_MOST_ROWS]
    models = ", ".join(f"{name} {_usd(str(cost))}" for name, cost in dearest)
    month = spend.forecast["month_end"]
    lines = [
        paint.bold("Spend at list prices"),
        paint.warning(f"the 30 days before are {label}"),
        f"  31 days   {_usd(spend.costs['total_cost'])}: {models}",
        f"  month     {_usd(month['spent'])} so far, {_usd(month['expected'])} expected by its end"
        f" (80 %: {_usd(month['low80'])} to {_usd(month['high80'])})",
    ]
    if spend.budget is not None:
        status = spend.budget["status"]
        lines.append(
            f"  budget    {BUDGET}: {_usd(spend.budget['amount_usd'])},"
            f" expected to be exceeded on {status['exceeds_on'] or 'no day of this month'}"
        )
    if spend.trend is not None:
        lines.append(f"  trend     {_trend(spend.trend)}")
    lines += [f"  unusual   {_unusual(each)}" for each in spend.anomalies[:_MOST_ROWS]] or [
        "  unusual   nothing"
    ]
    lines.append(f"  plan      {_plan(spend.plan)}")
    lines += [
        f"            {each['description']}"
        for each in spend.plan["implementation_priority"][:_MOST_ROWS]
    ]
    return lines


def _totals(costs: Json) -> dict[str, Decimal]:
    """Return US dollars by model, the dearest first; what nobody used has the empty name."""
    found: dict[str, Decimal] = {}
    for row in costs["items"]:
        name = row.get("model") or ""
        found[name] = found.get(name, Decimal(0)) + Decimal(row["list_cost"])
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def _by_cost(costs: Json) -> list[dict[str, str]]:
    return [{"model": name} for name, cost in _totals(costs).items() if name and cost > 0]


def _trend(trend: Json) -> str:
    if trend["insufficient_data"]:
        return f"{trend['model_name']}: {trend['reason']}"
    slope = f"{float(trend['slope_usd_per_day']):+.2f} a day, p {trend['p_value']:.2f}"
    return f"{trend['model_name']} is {trend['trend_direction']} ({slope})"


def _unusual(anomaly: Json) -> str:
    whose = ", ".join(f"{name} {value}" for name, value in anomaly["scope"].items()) or "all"
    start, grain = anomaly["start"][:16].replace("T", " "), anomaly["grain"]
    value, high = _usd(anomaly["value"]), _usd(anomaly["high"])
    return f"{start} {whose}: {value} in the {grain}, up to {high} is usual"


def _plan(plan: Json) -> str:
    """Return what could be saved in a month, and of what."""
    cost = Decimal(plan["current_monthly_cost_estimate"])
    if not plan["implementation_priority"] or not cost:
        return str(plan["reason"])
    saved = Decimal(plan["expected_savings"])
    return f"could save {_usd(str(saved))} of {_usd(str(cost))} in 30 days ({saved / cost:.1%})"


def _usd(amount: str | None) -> str:
    return "-" if amount is None else f"${Decimal(amount):,.2f}"
