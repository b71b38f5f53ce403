"""The contract of `Tables` for range queries, on memory and on Azurite."""

import pytest

from shared.adapters.entity import Entity, Op, Tables, Verb
from tests.adapters.storage_factories import TABLE, entity, gathered, rows_of

MANY = 2_345


@pytest.fixture(autouse=True)
async def _table(tables: Tables) -> None:
    await tables.create_table(TABLE)


async def _fill(tables: Tables, rows: list[str], partition: str = "p") -> None:
    for at in range(0, len(rows), 100):
        ops = [Op(Verb.INSERT, entity(row, partition=partition)) for row in rows[at : at + 100]]
        await tables.transact(TABLE, ops)


async def test_rows_come_in_order_of_their_keys(tables: Tables) -> None:
    await _fill(tables, ["b", "a|2", "a", "Z", "a|10", "~", "0", "a-1", "é"])
    assert await rows_of(tables.query(TABLE, "p")) == [
        "0",
        "Z",
        "a",
        "a-1",
        "a|10",
        "a|2",
        "b",
        "~",
        "é",
    ]


@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [
        pytest.param("", "", ["r1", "r2", "r3"], id="all"),
        pytest.param("r2", "", ["r2", "r3"], id="from"),
        pytest.param("", "r2", ["r1"], id="up to"),
        pytest.param("r1", "r3", ["r1", "r2"], id="end excluded"),
        pytest.param("r2", "r2", [], id="empty"),
        pytest.param("r10", "r2x", ["r2"], id="between rows"),
        pytest.param("r", "r~", ["r1", "r2", "r3"], id="by prefix"),
    ],
)
async def test_a_range_is_half_open(
    tables: Tables, first: str, end: str, expected: list[str]
) -> None:
    await _fill(tables, ["r1", "r2", "r3"])
    assert await rows_of(tables.query(TABLE, "p", first=first, end=end)) == expected


async def test_a_query_stays_in_its_partition(tables: Tables) -> None:
    await _fill(tables, ["r1"], "p")
    await _fill(tables, ["r2"], "p2")
    await _fill(tables, ["r3"], "P")
    assert await rows_of(tables.query(TABLE, "p")) == ["r1"]


async def test_quotes_in_bounds_are_part_of_the_key(tables: Tables) -> None:
    await _fill(tables, ["a'1", "a'2", "b'1"], "it's")
    assert await rows_of(tables.query(TABLE, "it's", first="a'2", end="b'1")) == ["a'2"]


async def test_more_than_a_page_comes_complete_and_in_order(tables: Tables) -> None:
    rows = [f"{at:05}" for at in range(MANY)]
    await _fill(tables, rows)
    assert await rows_of(tables.query(TABLE, "p")) == rows
    found = await rows_of(tables.query(TABLE, "p", first="00010", end="02010", select=("n",)))
    assert found == rows[10:2010]


async def test_a_page_continues_past_odd_keys(tables: Tables) -> None:
    rows = sorted(f"it's 100% ü+{at:04}" for at in range(1_100))
    await _fill(tables, rows, "a&b ü")
    assert await rows_of(tables.query(TABLE, "a&b ü", first="it's")) == rows


async def test_selected_columns_come_with_keys_and_etags(tables: Tables) -> None:
    one = await tables.insert(TABLE, entity("r1", a=1, b="x"))
    two = await tables.insert(TABLE, entity("r2", b="y"))
    assert await gathered(tables.query(TABLE, "p", select=("a",))) == [
        Entity("p", "r1", {"a": 1}, one),
        Entity("p", "r2", {}, two),
    ]


async def test_a_query_may_be_left_early(tables: Tables) -> None:
    await _fill(tables, [f"{at:04}" for at in range(1_500)])
    async for found in tables.query(TABLE, "p"):
        assert found.row == "0000"
        break
