"""HTTP functions for alert rules, one at a time or as a set kept in a file."""

import asyncio
from enum import StrEnum

import azure.functions as func
import msgspec

from shared.bootstrap import app
from shared.domain.rule.diff import RulesDiff
from shared.domain.rule.input import parse_rule, parse_rules
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.yaml_set import parse_rules_yaml, rules_as_yaml
from shared.services.references import with_availability
from shared.services.rule_set import own_rules, put_rules
from shared.services.rules import delete_rule, get_rule, load_rules, put_rule
from shared.triggers.call import PAGE, Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import JSON, Answer

blueprint = func.Blueprint()

# The first is RFC 9512's; the others are what tools sent before it.
YAML_TYPES = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")


class RuleSet(msgspec.Struct, frozen=True):
    """A set of rules."""

    rules: list[AlertRule]
    next: str | None = None


class RuleFormat(StrEnum):
    """How a set of rules is written."""

    JSON = "json"
    YAML = "yaml"


@endpoint(
    blueprint,
    "GET",
    "v1/rules",
    summary="Rules, the built-in ones included; as YAML, the whole set to keep in a file.",
    answer=RuleSet,
    query={
        "format": "`json`, or `yaml` as with `Accept: application/yaml`",
        "builtin": "`false` leaves out built-in rules nobody changed (`true` unless YAML)",
        **PAGE,
    },
)
async def get_rules(call: Call) -> Answer:
    """List the rules."""
    yaml = call.choice("format", RuleFormat, _accepted(call)) is RuleFormat.YAML
    documents = app().documents
    if call.flag("builtin") if "builtin" in call.query else not yaml:
        rules = list((await load_rules(documents)).values())
    else:
        rules = await own_rules(documents=documents)
    if not yaml:
        page, following = call.page(rules, lambda rule: rule.name)
        return Answer(RuleSet([await _told(rule) for rule in page], following))
    return Answer(rules_as_yaml(rules), media_type=YAML_TYPES[0])


@endpoint(
    blueprint,
    "PUT",
    "v1/rules",
    summary="Make a set of rules (JSON or YAML) the only ones beside the built-in rules it does "
    "not name.",
    request=RuleSet,
    answer=RulesDiff,
    query={"dry_run": "`true` only says what would change"},
)
async def put_rule_set(call: Call) -> Answer:
    """Replace the set of rules."""
    body = call.body(types=(JSON, *YAML_TYPES))
    if call.content_type in YAML_TYPES:
        rules = await asyncio.to_thread(parse_rules_yaml, body)
    else:
        rules = parse_rules(body)
    dry_run = call.flag("dry_run")
    return Answer(await put_rules(rules, dry_run=dry_run, documents=app().documents))


@endpoint(blueprint, "GET", "v1/rules/{name}", summary="One rule.", answer=AlertRule)
async def get_one_rule(call: Call) -> Answer:
    """Return a rule."""
    return Answer(await _told(await get_rule(call.path["name"], documents=app().documents)))


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
    return Answer(await _told(rule), 201 if created else 200)


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


async def _told(rule: AlertRule) -> AlertRule:
    return await with_availability(rule, ports=app().references)


def _accepted(call: Call) -> RuleFormat:
    """Return the format that the call's `Accept` names first; JSON where it names neither."""
    return RuleFormat.YAML if call.accepted((JSON, *YAML_TYPES)) in YAML_TYPES else RuleFormat.JSON
