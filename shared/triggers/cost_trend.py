"""The HTTP function about the trend of a model's cost."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.plan.view import opportunities_of
from shared.domain.spend.cost_trend import CostTrend
from shared.services.cost_plan import cost_plan
from shared.services.cost_trend import MOST_DAYS, model_cost_trend
from shared.triggers.call import Call
from shared.triggers.cost_plan import plan_ports
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()

_USUAL_DAYS = 30


@endpoint(
    blueprint,
    "GET",
    "v1/models/{model}/cost-trend",
    summary="What a model's last whole UTC days cost, and whether that goes up or down.",
    answer=CostTrend,
    query={
        "days": f"1 to {MOST_DAYS}, {_USUAL_DAYS} unless given; today is left out",
        "model": "the name, where the path says `-`",
    },
)
async def get_model_cost_trend(call: Call) -> Answer:
    """Return the trend of a model's cost."""
    days = call.whole("days", _USUAL_DAYS, 1, MOST_DAYS)
    model = call.model()
    plan = await cost_plan(model, now=call.now, ports=plan_ports())
    return Answer(
        await model_cost_trend(
            model,
            days,
            now=call.now,
            ports=app().costs,
            opportunities=opportunities_of(plan),
        )
    )
