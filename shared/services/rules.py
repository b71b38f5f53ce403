"""Alert rules: the built-in ones, merged with what people have stored, changed or deleted.

A rule is a document of its own. Deleting a built-in rule leaves a document without a rule in its
place, so that it stays deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from shared.domain.builtin_rules import BUILTIN_RULES
from shared.domain.rule import AlertRule
from shared.errors import NotFound
from shared.services.ports import Document, Documents

COLLECTION = "rules"


class RuleDocument(msgspec.Struct, frozen=True):
    """A stored rule; None marks a built-in rule as deleted."""

    rule: AlertRule | None = None


@dataclass(frozen=True, slots=True)
class RulesDiff:
    """What putting a set of rules changes, by name, sorted.

    Attributes:
        created: rules that did not exist.
        updated: rules that were different.
        deleted: rules of their owner's that the set does not name.
        unchanged: rules that were the same.
    """

    created: list[str]
    updated: list[str]
    deleted: list[str]
    unchanged: list[str]


async def load_rules(documents: Documents) -> dict[str, AlertRule]:
    """Return every rule in force or disabled, by name, sorted."""
    stored = await documents.list(COLLECTION)
    return _merged({document.key: _rule(document) for document in stored})


async def get_rule(name: str, *, documents: Documents) -> AlertRule:
    """Return one rule.

    Raises:
        NotFound: there is none of this name.
    """
    stored = await documents.get(COLLECTION, name)
    rule = BUILTIN_RULES.get(name) if stored is None else _rule(stored)
    if rule is None:
        raise NotFound(f"rule {name} does not exist")
    return rule


async def put_rule(rule: AlertRule, *, documents: Documents) -> bool:
    """Store a rule under its name; return whether it is new.

    Raises:
        Stale: somebody else changed it at the same time.
    """
    stored = await documents.get(COLLECTION, rule.name)
    known = BUILTIN_RULES.get(rule.name) if stored is None else _rule(stored)
    await documents.put(COLLECTION, _document(rule.name, rule, stored))
    return known is None


async def delete_rule(name: str, *, documents: Documents) -> None:
    """Delete a rule; a built-in one stays deleted until it is put again.

    Raises:
        NotFound: there is none of this name.
        Stale: somebody else changed it at the same time.
    """
    await get_rule(name, documents=documents)
    stored = await documents.get(COLLECTION, name)
    if name in BUILTIN_RULES:
        await documents.put(COLLECTION, _document(name, None, stored))
    elif stored is not None:
        await documents.delete(COLLECTION, stored)


async def put_rules(
    rules: Sequence[AlertRule], *, dry_run: bool, documents: Documents
) -> RulesDiff:
    """Make a set of rules the only ones there are beside the built-in ones it does not name.

    Args:
        rules: the set, each name once.
        dry_run: True only says what would change.
        documents: where rules are stored.

    Raises:
        Stale: somebody else changed one of them at the same time; putting the set again is safe.
    """
    wanted = {rule.name: rule for rule in rules}
    diff = _diff(await load_rules(documents), wanted)
    if not dry_run:
        for name in (*diff.created, *diff.updated):
            await put_rule(wanted[name], documents=documents)
        for name in diff.deleted:
            await delete_rule(name, documents=documents)
    return diff


def _diff(known: Mapping[str, AlertRule], wanted: Mapping[str, AlertRule]) -> RulesDiff:
    return RulesDiff(
        created=sorted(name for name in wanted if name not in known),
        updated=sorted(n for n, rule in wanted.items() if n in known and rule != known[n]),
        deleted=sorted(n for n in known if n not in wanted and n not in BUILTIN_RULES),
        unchanged=sorted(n for n, rule in wanted.items() if known.get(n) == rule),
    )


def _merged(stored: Mapping[str, AlertRule | None]) -> dict[str, AlertRule]:
    every: dict[str, AlertRule | None] = {**BUILTIN_RULES, **stored}
    return {name: rule for name, rule in sorted(every.items()) if rule is not None}


def _rule(document: Document) -> AlertRule | None:
    return msgspec.json.decode(document.body, type=RuleDocument).rule


def _document(name: str, rule: AlertRule | None, stored: Document | None) -> Document:
    body = msgspec.json.encode(RuleDocument(rule))
    return Document(name, body, stored.etag if stored else None)
