"""The contract of `Tables` for transactions, on memory and on Azurite."""

import pytest

from shared.adapters.entity import Entity, Op, Tables, Verb
from shared.errors import AlreadyStored, MissingTable, Stale
from tests.adapters.storage_factories import TABLE, entity, gathered

OLD = "W/\"datetime'2020-01-01T00%3A00%3A00.0000000Z'\""


@pytest.fixture(autouse=True)
async def _table(tables: Tables) -> None:
    await tables.create_table(TABLE)


async def test_all_operations_of_a_transaction_happen(tables: Tables) -> None:
    kept = await tables.insert(TABLE, entity("changed", a=1, b=2))
    await tables.insert(TABLE, entity("deleted"))
    await tables.insert(TABLE, entity("overwritten", a=1, b=2))
    await tables.transact(
        TABLE,
        [
            Op(Verb.INSERT, entity("new", v=b"\x00\xff")),
            Op(Verb.REPLACE, entity("changed", a=3, etag=kept)),
            Op(Verb.DELETE, entity("deleted")),
            Op(Verb.UPSERT, entity("overwritten", b=4)),
            Op(Verb.UPSERT, entity("upserted", b=5)),
        ],
    )
    found = {each.row: each.properties for each in await gathered(tables.query(TABLE, "p"))}
    assert found == {
        "new": {"v": b"\x00\xff"},
        "changed": {"a": 3},
        "overwritten": {"b": 4},
        "upserted": {"b": 5},
    }


@pytest.mark.parametrize(
    ("refused", "error"),
    [
        pytest.param(Op(Verb.INSERT, entity("there")), AlreadyStored, id="insert of a key"),
        pytest.param(Op(Verb.REPLACE, entity("there", etag=OLD)), Stale, id="replace, old etag"),
        pytest.param(Op(Verb.REPLACE, entity("absent")), Stale, id="replace of nothing"),
        pytest.param(Op(Verb.DELETE, entity("there", etag=OLD)), Stale, id="delete, old etag"),
        pytest.param(Op(Verb.DELETE, entity("absent")), Stale, id="delete of nothing"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_one_refused_operation_undoes_all(
    tables: Tables, refused: Op, error: type[Exception], place: int
) -> None:
    etag = await tables.insert(TABLE, entity("there", n=1))
    ops = [Op(Verb.INSERT, entity("new")), Op(Verb.UPSERT, entity("also"))]
    ops.insert(place, refused)
    with pytest.raises(error):
        await tables.transact(TABLE, ops)
    assert await gathered(tables.query(TABLE, "p")) == [Entity("p", "there", {"n": 1}, etag)]


async def test_a_transaction_on_a_missing_table_says_so(tables: Tables) -> None:
    with pytest.raises(MissingTable):
        await tables.transact(
            "absent", [Op(Verb.INSERT, entity("a")), Op(Verb.INSERT, entity("b"))]
        )


async def test_odd_keys_hold_in_transactions(tables: Tables) -> None:
    partition, row = "it's 100% ü|+&", "日本😀 %25 '"
    await tables.transact(TABLE, [Op(Verb.INSERT, entity(row, partition=partition, n=1))])
    first = await tables.get(TABLE, partition, row)
    assert first is not None
    changed = entity(row, partition=partition, n=2, etag=first.etag)
    await tables.transact(TABLE, [Op(Verb.REPLACE, changed)])
    second = await tables.get(TABLE, partition, row)
    assert second is not None
    assert second.properties == {"n": 2}
    await tables.transact(TABLE, [Op(Verb.DELETE, second)])
    assert await tables.get(TABLE, partition, row) is None


async def test_a_hundred_large_operations_fit(tables: Tables) -> None:
    block = b"\xfb" * 30_000
    ops = [Op(Verb.INSERT, entity(f"{at:03}", d0=block)) for at in range(100)]
    await tables.transact(TABLE, ops)
    found = await gathered(tables.query(TABLE, "p"))
    assert [each.row for each in found] == [f"{at:03}" for at in range(100)]
    assert all(each.properties == {"d0": block} for each in found)
