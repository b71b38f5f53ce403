"""Rules as code: sets that are put whole, by one or by several at once."""

import asyncio
from collections import deque

import pytest

from shared.adapters import tables as layout
from shared.adapters.document_store import DocumentStore
from shared.adapters.memory import MemoryTables
from shared.domain.rule.builtin import BUILTIN_RULES
from shared.domain.rule.diff import RulesDiff
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.yaml_set import parse_rules_yaml, rules_as_yaml
from shared.errors import NotFound, Stale
from shared.services.rule_set import SET, own_rules, put_rules
from shared.services.rules import delete_rule, get_rule, load_rules, put_rule
from tests.adapters.watched_tables import WatchedTables, go_on
from tests.domain.rule_factories import rule

_BUILTIN = "model_error_rate"


@pytest.fixture
async def memory() -> MemoryTables:
    tables = MemoryTables()
    await tables.create_table(layout.RULES)
    return tables


@pytest.fixture
def watched(memory: MemoryTables) -> WatchedTables:
    return WatchedTables(memory)


@pytest.fixture
def documents(watched: WatchedTables) -> DocumentStore:
    return DocumentStore(watched)


def _changed() -> AlertRule:
    return rule(name=_BUILTIN, metric=_BUILTIN, threshold=0.5)


def _set(threshold: float, size: int) -> list[AlertRule]:
    return [rule(name=f"r{n:03}", threshold=threshold) for n in range(size)]


async def _put(rules: list[AlertRule], documents: DocumentStore) -> RulesDiff:
    return await put_rules(rules, dry_run=False, documents=documents)


async def _own(documents: DocumentStore) -> dict[str, AlertRule]:
    return {each.name: each for each in await own_rules(documents=documents)}


async def test_a_set_replaces_people_s_rules_and_leaves_built_in_ones_alone(
    documents: DocumentStore,
) -> None:
    for name in ("gone", "same", "other"):
        await put_rule(rule(name=name), documents=documents)
    wanted = [rule(name="same"), rule(name="other", threshold=6.0), rule(name="new"), _changed()]

    diff = await _put(wanted, documents)

    assert (diff.created, diff.deleted, diff.unchanged) == (["new"], ["gone"], ["same"])
    assert diff.updated == ["model_error_rate", "other"]
    assert diff.changes["other"] == {"threshold": [5.0, 6.0]}
    rules = await load_rules(documents)
    assert set(rules) == {*BUILTIN_RULES, "same", "other", "new"}
    assert rules[_BUILTIN] == _changed()


async def test_a_dry_run_only_says_what_would_change(documents: DocumentStore) -> None:
    await put_rule(rule(name="gone"), documents=documents)

    diff = await put_rules([rule()], dry_run=True, documents=documents)

    assert diff == RulesDiff(["slow"], [], ["gone"], [])
    assert "gone" in await load_rules(documents)


@pytest.mark.parametrize("size", [1, 99, 100, 250])
async def test_putting_a_set_again_changes_nothing(documents: DocumentStore, size: int) -> None:
    names = [each.name for each in _set(6.0, size)]
    assert (await _put(_set(6.0, size), documents)).created == names

    assert await _put(_set(6.0, size), documents) == RulesDiff([], [], [], names)
    assert len(await _own(documents)) == size


async def test_an_empty_set_leaves_the_built_in_rules(documents: DocumentStore) -> None:
    await _put(_set(6.0, 120), documents)

    assert len((await _put([], documents)).deleted) == 120
    assert await load_rules(documents) == dict(sorted(BUILTIN_RULES.items()))


@pytest.mark.parametrize("size", [3, 250])
async def test_of_sets_put_at_once_one_wins_whole(documents: DocumentStore, size: int) -> None:
    await _put(_set(5.0, size), documents)

    ended = await asyncio.gather(
        *(_put(_set(threshold, size), documents) for threshold in (6.0, 7.0, 8.0)),
        return_exceptions=True,
    )

    assert all(isinstance(each, RulesDiff | Stale) for each in ended)
    assert sum(isinstance(each, RulesDiff) for each in ended) >= 1
    thresholds = {each.threshold for each in (await _own(documents)).values()}
    assert len(thresholds) == 1
    assert thresholds < {6.0, 7.0, 8.0}


async def test_sets_without_a_rule_in_common_are_not_mixed(documents: DocumentStore) -> None:
    sets = [[rule(name=f"{prefix}{n}") for n in range(3)] for prefix in "abc"]

    await asyncio.gather(*(_put(each, documents) for each in sets), return_exceptions=True)

    names = set(await _own(documents))
    assert names in [{each.name for each in rules} for rules in sets]


async def test_a_set_put_during_a_large_one_wins_whole(
    documents: DocumentStore, watched: WatchedTables, memory: MemoryTables
) -> None:
    small = _set(7.0, 3)

    async def meanwhile() -> None:
        await _put(small, DocumentStore(memory))

    watched.before["transact"] = deque([go_on, meanwhile])
    with pytest.raises(Stale):
        await _put(_set(6.0, 250), documents)

    assert await _own(documents) == {each.name: each for each in small}


async def test_a_rule_changed_meanwhile_is_not_overwritten(
    documents: DocumentStore, watched: WatchedTables, memory: MemoryTables
) -> None:
    await put_rule(rule(), documents=documents)

    async def meanwhile() -> None:
        await put_rule(rule(threshold=9.0), documents=DocumentStore(memory))

    watched.before["transact"] = deque([meanwhile])
    with pytest.raises(Stale):
        await _put([rule(threshold=6.0), rule(name="new")], documents)

    assert await _own(documents) == {"slow": rule(threshold=9.0)}


async def test_the_mark_of_a_set_is_no_rule(documents: DocumentStore) -> None:
    await _put([rule()], documents)

    assert SET not in await load_rules(documents)
    with pytest.raises(NotFound):
        await get_rule(SET, documents=documents)


async def test_an_export_brings_another_installation_to_the_same_rules(
    documents: DocumentStore,
) -> None:
    await _put([rule(), rule(name="other", filter={"model": "no"}), _changed()], documents)
    await delete_rule("cpu_utilization", documents=documents)
    exported = rules_as_yaml(await own_rules(documents=documents))
    other = MemoryTables()
    await other.create_table(layout.RULES)
    there = DocumentStore(other)

    again = await _put(parse_rules_yaml(exported), documents)
    await _put(parse_rules_yaml(exported), there)

    assert again == RulesDiff([], [], [], ["model_error_rate", "other", "slow"])
    assert await _own(there) == await _own(documents)
