"""The contract of `Documents`, on memory and on Azurite."""

import asyncio
from dataclasses import replace

import pytest

from shared.adapters import tables as layout
from shared.adapters.document_store import DocumentStore
from shared.adapters.entity import Tables
from shared.errors import Stale, TooLarge
from shared.services.ports import Document
from tests.adapters.storage_factories import noise

RULES = layout.RULES

KEYS = [
    "slow-gpt4o",
    "a/b\\c#d?e",
    "100%",
    "%2F",
    "it's",
    "été 日本😀",
    "tab\tnewline\n",
    "é" * 256,
    "a|" + "/" * 511,
    "",
]


@pytest.fixture
async def documents(tables: Tables) -> DocumentStore:
    await tables.create_table(RULES)
    return DocumentStore(tables)


async def one(documents: DocumentStore, key: str = "a") -> Document:
    found = await documents.get(RULES, key)
    assert found is not None
    return found


async def test_an_unknown_document_is_none(documents: DocumentStore) -> None:
    assert await documents.get(RULES, "a") is None
    assert await documents.list(RULES) == []


@pytest.mark.parametrize("key", KEYS)
async def test_any_text_is_a_key(documents: DocumentStore, key: str) -> None:
    await documents.put(RULES, Document(key, b'{"n":1}'))
    found = await one(documents, key)
    assert (found.key, found.body) == (key, b'{"n":1}')
    assert await documents.list(RULES) == [found]
    await documents.delete(RULES, found)
    assert await documents.get(RULES, key) is None


async def test_long_keys_that_begin_alike_are_apart(documents: DocumentStore) -> None:
    keys = [f"{'x' * 300}{n}" for n in range(3)]
    for key in keys:
        await documents.put(RULES, Document(key, key.encode()))
    assert [(await one(documents, key)).body for key in keys] == [key.encode() for key in keys]
    assert len(await documents.list(RULES)) == 3


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 11 * 65_536])
async def test_a_body_is_read_as_it_was_written(documents: DocumentStore, size: int) -> None:
    body = noise(size)
    await documents.put(RULES, Document("a", body))
    assert (await one(documents)).body == body


async def test_what_was_put_can_be_put_again_as_it_was_returned(documents: DocumentStore) -> None:
    first = await documents.put(RULES, Document("a", b"1"))
    second = await documents.put(RULES, replace(first, body=b"2"))
    assert second == await one(documents)
    with pytest.raises(Stale):
        await documents.put(RULES, first)


async def test_a_shorter_body_leaves_nothing_of_the_longer(documents: DocumentStore) -> None:
    await documents.put(RULES, Document("a", noise(200_000)))
    await documents.put(RULES, Document("a", b"{}", (await one(documents)).etag))
    assert (await one(documents)).body == b"{}"


async def test_a_body_past_one_entity_is_refused_by_name(documents: DocumentStore) -> None:
    with pytest.raises(TooLarge, match="rule-9: 720897 bytes, 720896 at most"):
        await documents.put(RULES, Document("rule-9", noise(11 * 65_536 + 1)))
    assert await documents.get(RULES, "rule-9") is None


async def test_documents_come_in_order_of_their_keys(documents: DocumentStore) -> None:
    keys = ["b", "a/2", "a-1", "Z", "é", "a 3", "a"]
    for key in keys:
        await documents.put(RULES, Document(key, b"{}"))
    assert [each.key for each in await documents.list(RULES)] == sorted(keys)


async def test_collections_are_apart(documents: DocumentStore, tables: Tables) -> None:
    await tables.create_table(layout.DEPLOYMENTS)
    await documents.put(RULES, Document("a", b"rule"))
    await documents.put(layout.DEPLOYMENTS, Document("a", b"deployment"))
    assert (await one(documents)).body == b"rule"
    assert [each.body for each in await documents.list(layout.DEPLOYMENTS)] == [b"deployment"]


async def test_a_new_document_never_overwrites_one(documents: DocumentStore) -> None:
    await documents.put(RULES, Document("a", b"first"))
    with pytest.raises(Stale):
        await documents.put(RULES, Document("a", b"second"))
    assert (await one(documents)).body == b"first"


async def test_a_document_changed_since_it_was_read_is_stale(documents: DocumentStore) -> None:
    await documents.put(RULES, Document("a", b"1"))
    old = await one(documents)
    await documents.put(RULES, Document("a", b"2", old.etag))
    with pytest.raises(Stale):
        await documents.put(RULES, Document("a", b"3", old.etag))
    with pytest.raises(Stale):
        await documents.delete(RULES, old)
    assert (await one(documents)).body == b"2"


async def test_a_deleted_document_cannot_be_replaced(documents: DocumentStore) -> None:
    await documents.put(RULES, Document("a", b"1"))
    old = await one(documents)
    await documents.delete(RULES, old)
    with pytest.raises(Stale):
        await documents.put(RULES, Document("a", b"2", old.etag))
    assert await documents.list(RULES) == []


async def test_concurrent_editors_lose_no_change(documents: DocumentStore) -> None:
    await documents.put(RULES, Document("a", b""))

    async def add(letter: bytes) -> None:
        for _ in range(100):
            found = await one(documents)
            try:
                return await documents.put(RULES, Document("a", found.body + letter, found.etag))
            except Stale:
                continue
        raise AssertionError("never got through")

    await asyncio.gather(*(add(bytes([65 + n])) for n in range(8)))
    assert sorted((await one(documents)).body) == list(b"ABCDEFGH")


async def test_a_change_stores_and_deletes_as_a_whole(documents: DocumentStore) -> None:
    await documents.put(RULES, Document("old", b"1"))
    await documents.put(RULES, Document("gone", b"2"))
    old, gone = await one(documents, "old"), await one(documents, "gone")

    await documents.change(
        RULES, [Document("new", b"3"), Document("old", b"4", old.etag)], deleted=[gone]
    )

    assert [(each.key, each.body) for each in await documents.list(RULES)] == [
        ("new", b"3"),
        ("old", b"4"),
    ]


@pytest.mark.parametrize("late", ["inserted", "replaced", "deleted"])
async def test_a_change_that_comes_late_changes_nothing(
    documents: DocumentStore, late: str
) -> None:
    await documents.put(RULES, Document("a", b"1"))
    before = await one(documents)
    await documents.put(RULES, Document("a", b"2", before.etag))
    again = Document("a", b"3") if late == "inserted" else before
    deleted = [before] if late == "deleted" else []
    put = [Document("new", b"4"), *([] if deleted else [again])]

    with pytest.raises(Stale):
        await documents.change(RULES, put, deleted)

    assert [(each.key, each.body) for each in await documents.list(RULES)] == [("a", b"2")]
