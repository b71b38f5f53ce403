"""HTTP functions for budgets, and the event that tells of each once a day."""

import azure.functions as func

from shared.bootstrap import App, app
from shared.domain.budget.input import BudgetBody
from shared.domain.budget.view import BudgetView
from shared.services.budgets import (
    BudgetPage,
    BudgetPorts,
    delete_budget,
    get_budget,
    list_budgets,
    put_budget,
)
from shared.triggers.call import PAGE, Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


@endpoint(
    blueprint,
    "GET",
    "v1/budgets",
    summary="Budgets by name, and how they stand.",
    answer=BudgetPage,
    query=PAGE,
)
async def get_budgets(call: Call) -> Answer:
    """List budgets."""
    return Answer(
        await list_budgets(
            limit=call.limit(),
            after=call.query.get("next"),
            now=call.now,
            ports=budget_ports(app()),
        )
    )


@endpoint(
    blueprint,
    "GET",
    "v1/budgets/{name}",
    summary="A budget: what its month has cost, and is expected to.",
    answer=BudgetView,
)
async def get_one_budget(call: Call) -> Answer:
    """Return a budget."""
    found = await get_budget(call.segment("name"), now=call.now, ports=budget_ports(app()))
    return Answer(found)


@endpoint(
    blueprint,
    "PUT",
    "v1/budgets/{name}",
    summary="Create or replace a budget; alert rules for its thresholds and forecast come along.",
    request=BudgetBody,
    answer=BudgetView,
)
async def put_one_budget(call: Call) -> Answer:
    """Store a budget."""
    name, ports = call.segment("name"), budget_ports(app())
    stored, created = await put_budget(name, call.body(), now=call.now, ports=ports)
    return Answer(stored, 201 if created else 200)


@endpoint(
    blueprint,
    "DELETE",
    "v1/budgets/{name}",
    summary="Take a budget back; its rules go with it, and their alerts are resolved.",
    status=204,
)
async def delete_one_budget(call: Call) -> Answer:
    """Delete a budget."""
    await delete_budget(call.segment("name"), documents=app().documents)
    return Answer(status=204)


def budget_ports(parts: App) -> BudgetPorts:
    """Return what budgets work on."""
    return BudgetPorts(parts.documents, parts.costs, parts.settings.series_tags)
