"""HTTP functions for alert rules."""

import azure.functions as func
import msgspec

from shared.bootstrap import app
from shared.domain.rule import AlertRule
from shared.domain.rule_input import parse_rule, parse_rules
from shared.services.rules import (
    RulesDiff,
    delete_rule,
    get_rule,
    load_rules,
    put_rule,
    put_rules,
)
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


class RuleSet(msgspec.Struct, frozen=True):
    """A set of rules."""

    rules: list[AlertRule]


@endpoint(
    blueprint,
    "GET",
    "v1/rules",
    summary="Every rule, the built-in ones included.",
    answer=RuleSet,
)
async def get_rules(call: Call) -> Answer:
    """List the rules."""
    del call
    return Answer(RuleSet(list((await load_rules(app().documents)).values())))


@endpoint(
    blueprint,
    "PUT",
    "v1/rules",
    summary="Make a set of rules the only ones beside the built-in rules it does not name.",
    request=RuleSet,
    answer=RulesDiff,
    query={"dry_run": "`true` only says what would change"},
)
async def put_rule_set(call: Call) -> Answer:
    """Replace the set of rules."""
    rules = parse_rules(call.body())
    dry_run = call.flag("dry_run")
    return Answer(await put_rules(rules, dry_run=dry_run, documents=app().documents))


@endpoint(blueprint, "GET", "v1/rules/{name}", summary="One rule.", answer=AlertRule)
async def get_one_rule(call: Call) -> Answer:
    """Return a rule."""
    return Answer(await get_rule(call.path["name"], documents=app().documents))


@endpoint(
    blueprint,
    "PUT",
    "v1/rules/{name}",
    summary="Create or replace a rule; another condition resolves its alerts.",
    request=AlertRule,
    answer=AlertRule,
)
async def put_one_rule(call: Call) -> Answer:
    """Store a rule."""
    rule = parse_rule(call.body(), name=call.path["name"])
    created = await put_rule(rule, documents=app().documents)
    return Answer(rule, 201 if created else 200)


@endpoint(
    blueprint,
    "DELETE",
    "v1/rules/{name}",
    summary="Delete a rule; its alerts are resolved.",
    status=204,
)
async def delete_one_rule(call: Call) -> Answer:
    """Delete a rule."""
    await delete_rule(call.path["name"], documents=app().documents)
    return Answer(status=204)
