"""Rules as code: a whole set put at once, and the set as it would be put.

Standing rules, built-in ones and those of budgets, stay unless a set names them.

Each transaction that changes rules for a set also renews one document, `@set`. Of two sets put at
the same time the one that comes second meets a document it has not read, and is refused whole. A
set that changes more than 99 rules takes several transactions; if another set gets in between, the
rest of the first is refused and the other wins whole, because it began from what it then found.
"""

from collections.abc import Sequence
from itertools import batched

import msgspec

from shared.domain.identity import identity_of
from shared.domain.rule.diff import RulesDiff, rules_diff
from shared.domain.rule.rule import AlertRule
from shared.errors import Stale
from shared.services.ports import Document, Documents
from shared.services.rules import (
    COLLECTION,
    document_of,
    load_rules,
    merged,
    rule_of,
    standing_rules,
)

# No rule can have this name.
SET = "@set"
_BATCH = 99


async def put_rules(
    rules: Sequence[AlertRule], *, dry_run: bool, documents: Documents
) -> RulesDiff:
    """Make a set of rules the only ones there are beside the standing ones it does not name.

    Args:
        rules: the set, each name once.
        dry_run: True only says what would change.
        documents: where rules are stored.

    Raises:
        Stale: somebody else changed rules at the same time; putting the set again is safe.
    """
    marker = await documents.get(COLLECTION, SET)
    stored = {each.key: each for each in await documents.list(COLLECTION) if each.key != SET}
    standing = await standing_rules(documents)
    known = merged(standing, {name: rule_of(each) for name, each in stored.items()})
    wanted = {rule.name: rule for rule in rules}
    diff = rules_diff(known, wanted, kept=standing)
    if dry_run:
        return diff
    changed = (*diff.created, *diff.updated)
    put = [document_of(name, wanted[name], stored.get(name)) for name in changed]
    await _store(put, [stored[name] for name in diff.deleted], marker, documents)
    return diff


async def own_rules(*, documents: Documents) -> list[AlertRule]:
    """Return the rules people have made or changed, by name: standing ones as they come left out.

    Put as a set, they bring another installation to the same rules; a standing rule that was
    deleted here is deleted there by hand.
    """
    rules, standing = await load_rules(documents), await standing_rules(documents)
    return [rule for name, rule in rules.items() if standing.get(name) != rule]


async def _store(
    put: Sequence[Document],
    deleted: Sequence[Document],
    marker: Document | None,
    documents: Documents,
) -> None:
    todo = [(each, True) for each in put] + [(each, False) for each in deleted]
    for step, batch in enumerate(batched(todo, _BATCH, strict=False)):
        mark = _mark(put, deleted, step, marker)
        await documents.change(
            COLLECTION,
            [mark, *(each for each, is_put in batch if is_put)],
            [each for each, is_put in batch if not is_put],
        )
        if (step + 1) * _BATCH < len(todo):
            marker = await documents.get(COLLECTION, SET)
            if marker is None or marker.body != mark.body:
                raise Stale("another set of rules was put at the same time; put this one again")


def _mark(
    put: Sequence[Document], deleted: Sequence[Document], step: int, marker: Document | None
) -> Document:
    """Return the document of one step; no two different sets have the same at any step."""
    stored = [text for each in put for text in (each.key, each.body.decode())]
    name = identity_of(str(step), str(len(put)), *stored, *(each.key for each in deleted))
    return Document(SET, msgspec.json.encode({"set": name}), marker.etag if marker else None)
