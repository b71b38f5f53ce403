"""The contract of `Tables` for single rows, on memory and on Azurite."""

import asyncio
import math

import pytest

from shared.adapters.entity import Entity, Tables, Value
from shared.errors import AlreadyStored, MissingTable, Stale
from tests.adapters.storage_factories import TABLE, entity, gathered

ODD_KEYS = [
    "it's",
    "100%",
    "%25",
    "ü",
    "日本😀",
    "a|b",
    "a+b",
    "two words",
    "a&b=c",
    "'",
    "..",
    "",
    '(x),;:@$*!~"<>`{}[]^',
]

VALUES: dict[str, Value] = {
    "text": "été 😀\n\"quoted\" \\ 'single'",
    "empty_text": "",
    "one": 1,
    "past_32_bits": 1 << 31,
    "largest": (1 << 63) - 1,
    "smallest": -(1 << 63),
    "negative": -5,
    "whole_float": 4.0,
    "float": -1.5e-300,
    "infinite": -math.inf,
    "true": True,
    "false": False,
    "empty_bytes": b"",
    "bytes": bytes(range(256)),
    "big_bytes": b"\xff" * (64 << 10),
}


@pytest.fixture(autouse=True)
async def _table(tables: Tables) -> None:
    await tables.create_table(TABLE)


async def test_an_inserted_entity_is_read_as_it_was_written(tables: Tables) -> None:
    etag = await tables.insert(TABLE, Entity("p", "r", VALUES))
    found = await tables.get(TABLE, "p", "r")
    assert found == Entity("p", "r", VALUES, etag)
    assert {name: type(value) for name, value in found.properties.items()} == {
        name: type(value) for name, value in VALUES.items()
    }


async def test_not_a_number_is_a_value(tables: Tables) -> None:
    await tables.insert(TABLE, entity(v=math.nan))
    found = await tables.get(TABLE, "p", "r1")
    assert found is not None
    assert math.isnan(float(found.properties["v"]))


async def test_a_second_insert_is_refused_and_changes_nothing(tables: Tables) -> None:
    await tables.insert(TABLE, entity(n=1))
    with pytest.raises(AlreadyStored):
        await tables.insert(TABLE, entity(n=2))
    found = await tables.get(TABLE, "p", "r1")
    assert found is not None
    assert found.properties == {"n": 1}


@pytest.mark.parametrize("key", ODD_KEYS)
async def test_odd_keys_name_the_same_row_in_every_call(tables: Tables, key: str) -> None:
    etag = await tables.insert(TABLE, entity(key, partition=key, n=1))
    assert await tables.get(TABLE, key, key) == Entity(key, key, {"n": 1}, etag)
    etag = await tables.replace(TABLE, entity(key, partition=key, n=2, etag=etag))
    found = await gathered(tables.query(TABLE, key, first=key, end=key + "~"))
    assert found == [Entity(key, key, {"n": 2}, etag)]
    await tables.delete(TABLE, found[0])
    assert await tables.get(TABLE, key, key) is None


async def test_replacing_forgets_columns_that_are_not_given(tables: Tables) -> None:
    etag = await tables.insert(TABLE, entity(a=1, b=2))
    new = await tables.replace(TABLE, entity(etag=etag, b=3))
    assert new != etag
    assert await tables.get(TABLE, "p", "r1") == Entity("p", "r1", {"b": 3}, new)


async def test_upserting_writes_whatever_was_there(tables: Tables) -> None:
    first = await tables.upsert(TABLE, entity(a=1))
    second = await tables.upsert(TABLE, entity(b=2, etag="never looked at"))
    assert first != second
    assert await tables.get(TABLE, "p", "r1") == Entity("p", "r1", {"b": 2}, second)


async def test_replacing_without_an_etag_only_needs_the_row(tables: Tables) -> None:
    await tables.insert(TABLE, entity(n=1))
    etag = await tables.replace(TABLE, entity(n=2))
    assert await tables.get(TABLE, "p", "r1") == Entity("p", "r1", {"n": 2}, etag)


async def test_an_outdated_etag_is_stale(tables: Tables) -> None:
    old = await tables.insert(TABLE, entity(n=1))
    new = await tables.replace(TABLE, entity(n=2, etag=old))
    with pytest.raises(Stale):
        await tables.replace(TABLE, entity(n=3, etag=old))
    with pytest.raises(Stale):
        await tables.delete(TABLE, entity(etag=old))
    assert await tables.get(TABLE, "p", "r1") == Entity("p", "r1", {"n": 2}, new)


async def test_replacing_a_missing_row_is_stale_with_or_without_etag(tables: Tables) -> None:
    etag = await tables.insert(TABLE, entity())
    await tables.delete(TABLE, entity(etag=etag))
    for condition in (None, etag):
        with pytest.raises(Stale):
            await tables.replace(TABLE, entity(etag=condition))
    assert await tables.get(TABLE, "p", "r1") is None


async def test_an_etag_of_a_former_row_does_not_fit_its_successor(tables: Tables) -> None:
    etag = await tables.insert(TABLE, entity(n=1))
    await tables.delete(TABLE, entity(etag=etag))
    await tables.insert(TABLE, entity(n=1))
    with pytest.raises(Stale):
        await tables.replace(TABLE, entity(n=2, etag=etag))


async def test_deleting_twice_is_no_error(tables: Tables) -> None:
    etag = await tables.insert(TABLE, entity())
    await tables.delete(TABLE, entity(etag=etag))
    await tables.delete(TABLE, entity(etag=etag))
    await tables.delete(TABLE, entity())
    assert await tables.get(TABLE, "p", "r1") is None


async def test_writing_to_a_missing_table_says_so(tables: Tables) -> None:
    with pytest.raises(MissingTable):
        await tables.insert("absent", entity())
    with pytest.raises(MissingTable):
        await tables.upsert("absent", entity())
    with pytest.raises(MissingTable):
        await tables.replace("absent", entity())


async def test_a_missing_table_is_empty_to_reads_and_deletes(tables: Tables) -> None:
    assert await tables.get("absent", "p", "r") is None
    assert await gathered(tables.query("absent", "p")) == []
    await tables.delete("absent", entity())
    assert await tables.list_tables("absent") == []


async def test_reading_selected_columns_keeps_keys_and_etag(tables: Tables) -> None:
    etag = await tables.insert(TABLE, entity(a=1, b=b"2", c="3"))
    found = await tables.get(TABLE, "p", "r1", select=("b", "absent"))
    assert found == Entity("p", "r1", {"b": b"2"}, etag)


async def test_concurrent_writers_lose_no_update(tables: Tables) -> None:
    await tables.insert(TABLE, entity(n=0))

    async def add_one() -> int:
        for tries in range(1, 100):
            found = await tables.get(TABLE, "p", "r1")
            assert found is not None
            n = int(found.properties["n"])
            try:
                await tables.replace(TABLE, entity(n=n + 1, etag=found.etag))
            except Stale:
                continue
            return tries
        raise AssertionError("never got through")

    await asyncio.gather(*(add_one() for _ in range(12)))
    found = await tables.get(TABLE, "p", "r1")
    assert found is not None
    assert found.properties == {"n": 12}


async def test_of_concurrent_inserts_one_wins(tables: Tables) -> None:
    outcomes = await asyncio.gather(
        *(tables.insert(TABLE, entity(writer=at)) for at in range(8)), return_exceptions=True
    )
    won = [at for at, outcome in enumerate(outcomes) if isinstance(outcome, str)]
    assert len(won) == 1
    assert sum(isinstance(outcome, AlreadyStored) for outcome in outcomes) == 7
    found = await tables.get(TABLE, "p", "r1")
    assert found is not None
    assert found.properties == {"writer": won[0]}


async def test_tables_are_made_listed_and_dropped(tables: Tables) -> None:
    for name in ("chunks20261124", "chunks20261123", "rules", "chunks20261123"):
        await tables.create_table(name)
    assert await tables.list_tables("chunks") == ["chunks20261123", "chunks20261124"]
    await tables.insert("chunks20261123", entity())
    await tables.drop_table("chunks20261123")
    await tables.drop_table("chunks20261123")
    assert await tables.list_tables("") == ["chunks20261124", TABLE, "rules"]
    await tables.create_table("chunks20261123")
    assert await gathered(tables.query("chunks20261123", "p")) == []
