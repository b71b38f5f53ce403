"""What the app advises after weeks of traffic, and which models do worse than they used to."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from tools.demo.api import Api
from tools.demo.paint import Paint
from tools.simulator import Traffic

SHOWN = 5
_WIDTH = 110
_PRIORITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Advice:
    """What the app answered.

    Attributes:
        savings: what the plan recommends, the largest savings first.
        proposed: standing recommendations, the most urgent first.
        degraded: models that do worse than their baseline says, now.
    """

    savings: Sequence[Mapping[str, Any]]
    proposed: Sequence[Mapping[str, Any]]
    degraded: Sequence[str]


async def ask_advice(api: Api, traffic: Traffic) -> Advice:
    """Return what there is to be done about the models of some traffic.

    Raises:
        DemoError: the app did not answer as its contract says.
    """
    plan = await api.get("/api/v1/cost-plan")
    found = await api.get("/api/v1/recommendations", status="proposed", limit="1000")
    models = sorted({deployment.model for deployment in traffic.deployments})
    return Advice(
        savings=sorted(
            (each for each in plan["optimization_recommendations"] if each["recommended"]),
            key=lambda each: -Decimal(each["potential_monthly_savings"]),
        ),
        proposed=sorted(found["recommendations"], key=_urgency),
        degraded=[model for model in models if await _is_degraded(api, model)],
    )


def advice_lines(advice: Advice, paint: Paint) -> list[str]:
    """Return the section about advice."""
    more = f", the first {SHOWN}" if len(advice.proposed) > SHOWN else ""
    lines = [paint.bold("Biggest savings of the plan, in 30 days")]
    lines += [f"  {_saving(each)}" for each in advice.savings[:SHOWN]] or ["  none"]
    lines += ["", paint.bold(f"Advice: {len(advice.proposed)} recommendations{more}")]
    for item in advice.proposed[:SHOWN]:
        where = " ".join(item[name] for name in ("deployment", "application") if item[name])
        lines.append(f"  {item['priority']:<8}  {where or item['model']}")
        shortened = textwrap.shorten(item["description"], _WIDTH, placeholder=" ...")
        lines.append(paint.dim(f"            {shortened}"))
    degraded = ", ".join(advice.degraded) or "no model"
    return [*lines, "", f"Worse than its baseline in the last hour: {degraded}"]


def _saving(item: Mapping[str, Any]) -> str:
    between = item["savings_range"]
    usd = [item["potential_monthly_savings"], between["low"], between["high"]]
    expected, low, high = (f"${Decimal(amount):,.2f}" for amount in usd)
    return f"{expected:>11}  {item['description']} ({low} to {high})"


def _urgency(item: Mapping[str, Any]) -> tuple[int, Decimal, str]:
    impact = Decimal(item["estimated_cost_impact_usd_per_month"] or 0)
    return _PRIORITIES.index(item["priority"]), impact, item["id"]


async def _is_degraded(api: Api, model: str) -> bool:
    answer = await api.get(f"/api/v1/models/{quote(model, safe='')}/degradation")
    return answer["degradation_detected"] is True
