"""Rules as they are kept: built-in ones beside those that people store."""

import pytest

from shared.adapters import tables as layout
from shared.adapters.document_store import DocumentStore
from shared.adapters.memory import MemoryTables
from shared.domain.rule.builtin import BUILTIN_RULES
from shared.domain.rule.rule import AlertRule
from shared.errors import NotFound, Stale
from shared.services.ports import Document
from shared.services.rules import COLLECTION, delete_rule, get_rule, load_rules, put_rule
from tests.domain.rule_factories import rule

_BUILTIN = "model_error_rate"


@pytest.fixture
async def documents() -> DocumentStore:
    tables = MemoryTables()
    await tables.create_table(layout.RULES)
    return DocumentStore(tables)


def _changed() -> AlertRule:
    return rule(name=_BUILTIN, metric=_BUILTIN, threshold=0.5)


async def test_built_in_rules_exist_without_being_stored(documents: DocumentStore) -> None:
    assert await load_rules(documents) == dict(sorted(BUILTIN_RULES.items()))
    assert await get_rule(_BUILTIN, documents=documents) == BUILTIN_RULES[_BUILTIN]
    assert await documents.list(COLLECTION) == []


async def test_a_stored_rule_is_read_as_it_was_and_is_new_once(documents: DocumentStore) -> None:
    assert await put_rule(rule(), documents=documents)
    assert not await put_rule(rule(threshold=7.0), documents=documents)

    assert await get_rule("slow", documents=documents) == rule(threshold=7.0)


async def test_a_built_in_rule_can_be_changed(documents: DocumentStore) -> None:
    assert not await put_rule(_changed(), documents=documents)

    assert (await load_rules(documents))[_BUILTIN] == _changed()


async def test_a_deleted_built_in_rule_stays_deleted_until_it_is_put_again(
    documents: DocumentStore,
) -> None:
    await delete_rule(_BUILTIN, documents=documents)

    assert _BUILTIN not in await load_rules(documents)
    with pytest.raises(NotFound):
        await get_rule(_BUILTIN, documents=documents)
    with pytest.raises(NotFound):
        await delete_rule(_BUILTIN, documents=documents)
    assert await put_rule(_changed(), documents=documents)
    assert await get_rule(_BUILTIN, documents=documents) == _changed()


async def test_a_deleted_rule_is_gone(documents: DocumentStore) -> None:
    await put_rule(rule(), documents=documents)

    await delete_rule("slow", documents=documents)

    with pytest.raises(NotFound, match="rule slow does not exist"):
        await get_rule("slow", documents=documents)
    assert await documents.list(COLLECTION) == []


async def test_a_rule_somebody_else_made_meanwhile_is_not_overwritten(
    documents: DocumentStore,
) -> None:
    await put_rule(rule(), documents=documents)

    with pytest.raises(Stale):
        await documents.put(COLLECTION, Document("slow", b"{}"))
