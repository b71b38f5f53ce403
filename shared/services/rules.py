"""Alert rules: the standing ones, merged with what people have stored, changed or deleted.

Built-in rules and those that budgets bring along stand without being stored. A rule is a document
of its own. Deleting a standing rule leaves a document without a rule in its place, so that it stays
deleted.
"""

import asyncio
from collections.abc import Mapping

import msgspec

from shared.domain.budget.rules import budget_rules
from shared.domain.rule.builtin import BUILTIN_RULES
from shared.domain.rule.rule import AlertRule
from shared.errors import NotFound
from shared.services.budget_store import load_budgets
from shared.services.ports import Document, Documents

COLLECTION = "rules"


class RuleDocument(msgspec.Struct, frozen=True):
    """A stored rule; None marks a standing rule as deleted."""

    rule: AlertRule | None = None


async def load_rules(documents: Documents) -> dict[str, AlertRule]:
    """Return every rule in force or disabled, by name, sorted."""
    standing, stored = await asyncio.gather(standing_rules(documents), documents.list(COLLECTION))
    return merged(standing, {document.key: rule_of(document) for document in stored})


async def standing_rules(documents: Documents) -> dict[str, AlertRule]:
    """Return the rules that there are without being stored, by name."""
    return {**budget_rules((await load_budgets(documents)).values()), **BUILTIN_RULES}


async def get_rule(name: str, *, documents: Documents) -> AlertRule:
    """Return one rule.

    Raises:
        NotFound: there is none of this name.
    """
    stored = await documents.get(COLLECTION, name)
    rule = await _standing(name, documents) if stored is None else rule_of(stored)
    if rule is None:
        raise NotFound(f"rule {name} does not exist")
    return rule


async def put_rule(rule: AlertRule, *, documents: Documents) -> bool:
    """Store a rule under its name; return whether it is new.

    Raises:
        Stale: somebody else changed it at the same time.
    """
    stored = await documents.get(COLLECTION, rule.name)
    known = await _standing(rule.name, documents) if stored is None else rule_of(stored)
    await documents.put(COLLECTION, document_of(rule.name, rule, stored))
    return known is None


async def delete_rule(name: str, *, documents: Documents) -> None:
    """Delete a rule; a standing one stays deleted until it is put again.

    Raises:
        NotFound: there is none of this name.
        Stale: somebody else changed it at the same time.
    """
    await get_rule(name, documents=documents)
    stored = await documents.get(COLLECTION, name)
    if await _standing(name, documents) is not None:
        await documents.put(COLLECTION, document_of(name, None, stored))
    elif stored is not None:
        await documents.delete(COLLECTION, stored)


def merged(
    standing: Mapping[str, AlertRule], stored: Mapping[str, AlertRule | None]
) -> dict[str, AlertRule]:
    """Return the rules that there are, where these are stored; None stands for a deleted one."""
    every: dict[str, AlertRule | None] = {**standing, **stored}
    return {name: rule for name, rule in sorted(every.items()) if rule is not None}


def rule_of(document: Document) -> AlertRule | None:
    """Return a stored rule; None for a standing one that was deleted."""
    return msgspec.json.decode(document.body, type=RuleDocument).rule


def document_of(name: str, rule: AlertRule | None, stored: Document | None) -> Document:
    """Return what stores a rule, or None for a deleted standing one, in place of `stored`."""
    body = msgspec.json.encode(RuleDocument(rule))
    return Document(name, body, stored.etag if stored else None)


async def _standing(name: str, documents: Documents) -> AlertRule | None:
    return (await standing_rules(documents)).get(name)
