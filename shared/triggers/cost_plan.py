"""HTTP functions for cost plans."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.plan.view import CostPlan
from shared.services.cost_plan import cost_plan
from shared.services.plan_period import PlanPorts
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


@endpoint(
    blueprint,
    "GET",
    "v1/models/{model}/cost-plan",
    summary="What could be saved on a model, in order, never more than is spent.",
    answer=CostPlan,
    query={"model": "the model, where the path says `-`"},
)
async def get_model_cost_plan(call: Call) -> Answer:
    """Plan one model."""
    return Answer(await cost_plan(call.model(), now=call.now, ports=plan_ports()))


@endpoint(
    blueprint,
    "GET",
    "v1/cost-plan",
    summary="What could be saved on all models, reservations included.",
    answer=CostPlan,
)
async def get_cost_plan(call: Call) -> Answer:
    """Plan all models."""
    return Answer(await cost_plan(None, now=call.now, ports=plan_ports()))


def plan_ports() -> PlanPorts:
    """Return what plans are made from."""
    return PlanPorts(app().costs, app().digests.digests)
