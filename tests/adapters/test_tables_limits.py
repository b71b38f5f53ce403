"""Azure's limits hold on memory and before Azurite, which itself would accept more."""

import numpy as np
import pytest

from shared.adapters.entity import Entity, Op, Tables, Value, Verb
from tests.adapters.storage_factories import TABLE, entity

KIB = 1 << 10
FULL: dict[str, Value] = {f"c{at}": b"x" * (64 * KIB) for at in range(11)}


@pytest.fixture(autouse=True)
async def _table(tables: Tables) -> None:
    await tables.create_table(TABLE)


REFUSED = [
    pytest.param(Entity("p", "r", {"v": b"x" * (64 * KIB + 1)}), id="bytes past 64 KiB"),
    pytest.param(Entity("p", "r", {"v": "x" * (32 * KIB + 1)}), id="text past 64 KiB in UTF-16"),
    pytest.param(Entity("p", "r", {"v": "😀" * (16 * KIB + 1)}), id="surrogate pairs count twice"),
    pytest.param(Entity("p", "r", {f"c{at}": 1 for at in range(253)}), id="253 columns"),
    pytest.param(Entity("p", "r", {**FULL, "more": b"x" * (64 * KIB)}), id="past 1 MiB in base64"),
    pytest.param(Entity("p", "r", {"v": 1 << 63}), id="int past 64 bits"),
    pytest.param(Entity("p", "r", {"v": -(1 << 63) - 1}), id="int below 64 bits"),
    pytest.param(Entity("p", "r", {"v": np.int64(1)}), id="a type of its own"),  # type: ignore[dict-item]
    pytest.param(Entity("p", "r", {"v": None}), id="nothing"),  # type: ignore[dict-item]
    pytest.param(Entity("p", "r", {"RowKey": "x"}), id="a key as a column"),
    pytest.param(Entity("p", "r", {"two words": 1}), id="a column with a space"),
    pytest.param(Entity("p/1", "r", {"v": 1}), id="slash in a key"),
    pytest.param(Entity("p", "r#", {"v": 1}), id="hash in a key"),
    pytest.param(Entity("p", "r?", {"v": 1}), id="question mark in a key"),
    pytest.param(Entity("p", "r\\", {"v": 1}), id="backslash in a key"),
    pytest.param(Entity("p", "r\n", {"v": 1}), id="control character in a key"),
    pytest.param(Entity("p", "r" * 513, {"v": 1}), id="key past 1 KiB"),
]

ACCEPTED = [
    pytest.param(Entity("p", "r", {"v": b"x" * (64 * KIB)}), id="64 KiB of bytes"),
    pytest.param(Entity("p", "r", {"v": "x" * (32 * KIB)}), id="64 KiB of text"),
    pytest.param(Entity("p", "r", {f"c{at}": 1 for at in range(252)}), id="252 columns"),
    pytest.param(Entity("p", "r", FULL), id="1 MiB in base64"),
    pytest.param(Entity("p" * 512, "r" * 512, {"v": 1}), id="keys of 1 KiB"),
    pytest.param(Entity("p", "r", {}), id="no column at all"),
]


@pytest.mark.parametrize("wrong", REFUSED)
async def test_what_azure_refuses_is_refused_by_every_write(tables: Tables, wrong: Entity) -> None:
    with pytest.raises(ValueError, match=r"column|key|bytes|bits"):
        await tables.insert(TABLE, wrong)
    with pytest.raises(ValueError, match=r"column|key|bytes|bits"):
        await tables.upsert(TABLE, wrong)
    with pytest.raises(ValueError, match=r"column|key|bytes|bits"):
        await tables.transact(TABLE, [Op(Verb.INSERT, wrong)])


@pytest.mark.parametrize("right", ACCEPTED)
async def test_what_azure_accepts_is_stored(tables: Tables, right: Entity) -> None:
    await tables.insert(TABLE, right)
    found = await tables.get(TABLE, right.partition, right.row)
    assert found is not None
    assert found.properties == right.properties


def _inserts(count: int, **columns: Value) -> list[Op]:
    return [Op(Verb.INSERT, entity(f"{at:03}", **columns)) for at in range(count)]


@pytest.mark.parametrize(
    ("ops", "reason"),
    [
        pytest.param([], "transaction of 0", id="none"),
        pytest.param(_inserts(101), "transaction of 101", id="101 operations"),
        pytest.param(_inserts(50, v=b"x" * (64 * KIB)), "transaction over", id="4 MiB as base64"),
        pytest.param(
            _inserts(30, v="\x01" * (30 * KIB)), "transaction over", id="4 MiB as escapes"
        ),
        pytest.param(_inserts(2)[:1] * 2, "each row once", id="a row twice"),
        pytest.param(
            [Op(Verb.INSERT, entity("a")), Op(Verb.INSERT, entity("b", partition="q"))],
            "one partition",
            id="two partitions",
        ),
    ],
)
async def test_a_transaction_past_azures_limits_is_refused(
    tables: Tables, ops: list[Op], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        await tables.transact(TABLE, ops)
    assert [each async for each in tables.query(TABLE, "p")] == []
