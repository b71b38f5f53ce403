"""Writes through `CreatingTables` need no table beforehand, on memory and on Azurite."""

import asyncio

import pytest

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.entity import Op, Tables, Verb
from shared.errors import AlreadyStored, MissingTable
from tests.adapters.storage_factories import TABLE, entity, gathered, rows_of


@pytest.fixture
def creating(tables: Tables) -> CreatingTables:
    return CreatingTables(tables)


async def test_an_insert_makes_its_table(creating: CreatingTables) -> None:
    await creating.insert(TABLE, entity())
    assert await creating.list_tables("") == [TABLE]
    with pytest.raises(AlreadyStored):
        await creating.insert(TABLE, entity())


async def test_an_upsert_makes_its_table(creating: CreatingTables) -> None:
    etag = await creating.upsert(TABLE, entity(n=1))
    assert await creating.get(TABLE, "p", "r1") == entity(etag=etag, n=1)


async def test_a_transaction_makes_its_table(creating: CreatingTables) -> None:
    await creating.transact(TABLE, [Op(Verb.INSERT, entity(row)) for row in "ab"])
    assert await rows_of(creating.query(TABLE, "p")) == ["a", "b"]


async def test_a_crowd_of_first_writes_all_land(creating: CreatingTables) -> None:
    await asyncio.gather(*(creating.insert(TABLE, entity(f"{n:02}")) for n in range(12)))
    assert await rows_of(creating.query(TABLE, "p")) == [f"{n:02}" for n in range(12)]


async def test_what_reads_deletes_or_replaces_makes_no_table(creating: CreatingTables) -> None:
    assert await creating.get(TABLE, "p", "r1") is None
    assert await gathered(creating.query(TABLE, "p")) == []
    await creating.delete(TABLE, entity())
    with pytest.raises(MissingTable):
        await creating.replace(TABLE, entity())
    assert await creating.list_tables("") == []
