"""Backups: out of an account and back into one, whole or not at all."""

import gzip
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.entity import Entity, Tables
from shared.adapters.table_account import TableAccount, account_from_connection_string
from shared.adapters.table_storage import TableStorage
from shared.adapters.tables import FIXED_TABLES
from tests.domain.factories import T0
from tools.azurite import Azurite
from tools.backup.__main__ import main
from tools.backup.archive import ArchiveError, Stored, Writer, check, entities
from tools.backup.saving import MEASURED, STATE, RestoreError, restore, save

ROW = Entity(
    "doc",
    "a",
    {"text": "größer", "flag": True, "count": 2**60, "part": 0.1, "raw": bytes(range(256))},
)
MANY = [Entity("doc", f"r{n:04}", {"count": n}) for n in range(250)]


@pytest.fixture
def account(azurite: Azurite) -> TableAccount:
    return account_from_connection_string(azurite.connection_string)


@pytest.fixture
async def tables(account: TableAccount) -> AsyncIterator[Tables]:
    storage = TableStorage(account, lambda: datetime.now(UTC))
    yield CreatingTables(storage)
    for table in await storage.list_tables(""):
        await storage.drop_table(table)
    await storage.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "monitor.backup"


async def drop_all(tables: Tables) -> None:
    for table in await tables.list_tables(""):
        await tables.drop_table(table)


async def found(tables: Tables, table: str) -> list[tuple[str, dict[str, object]]]:
    return [(each.row, dict(each.properties)) async for each in tables.query(table, "doc")]


def test_state_and_what_was_measured_are_all_there_is() -> None:
    assert sorted([*STATE, *MEASURED]) == sorted(FIXED_TABLES)


@pytest.mark.azurite
async def test_what_was_saved_comes_back_as_it_was(
    account: TableAccount, tables: Tables, path: Path
) -> None:
    await tables.insert("rules", ROW)
    for entity in MANY:
        await tables.insert("prices", entity)
    assert await save(account, path, everything=False, now=T0) == {"rules": 1, "prices": 250}
    await drop_all(tables)
    assert await restore(account, path, overwrite=False) == {"rules": 1, "prices": 250}
    assert await found(tables, "rules") == [("a", dict(ROW.properties))]
    assert await found(tables, "prices") == [(each.row, each.properties) for each in MANY]


@pytest.mark.azurite
async def test_raw_records_and_rollups_are_saved_when_asked_for(
    account: TableAccount, tables: Tables, path: Path
) -> None:
    for table in ("chunks20261123", "rollups", "rules", "azurewebjobs"):
        await tables.insert(table, ROW)
    assert (await save(account, path, everything=False, now=T0)).keys() == {"rules"}
    every = await save(account, path, everything=True, now=T0)
    assert every.keys() == {"rules", "rollups", "chunks20261123"}


@pytest.mark.azurite
async def test_an_account_in_use_is_left_alone_unless_told(
    account: TableAccount, tables: Tables, path: Path
) -> None:
    await tables.insert("rules", ROW)
    await save(account, path, everything=False, now=T0)
    await tables.upsert("rules", Entity("doc", "a", {"text": "changed"}))
    await tables.insert("rules", Entity("doc", "b", {"text": "new"}))
    with pytest.raises(RestoreError, match="rules: has entities already, as doc/a"):
        await restore(account, path, overwrite=False)
    await restore(account, path, overwrite=True)
    assert await found(tables, "rules") == [("a", dict(ROW.properties)), ("b", {"text": "new"})]


@pytest.mark.azurite
async def test_some_tables_alone_can_be_restored(
    account: TableAccount, tables: Tables, path: Path
) -> None:
    for table in ("rules", "channels"):
        await tables.insert(table, ROW)
    await save(account, path, everything=False, now=T0)
    await drop_all(tables)
    await restore(account, path, only=["channels"], overwrite=False)
    assert await tables.list_tables("") == ["channels"]
    with pytest.raises(RestoreError, match="has nothing of silences"):
        await restore(account, path, only=["silences"], overwrite=True)


@pytest.mark.azurite
async def test_a_damaged_file_changes_nothing(
    account: TableAccount, tables: Tables, path: Path
) -> None:
    for entity in MANY:
        await tables.insert("prices", entity)
    await save(account, path, everything=False, now=T0)
    await drop_all(tables)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ArchiveError, match="cut off or damaged"):
        await restore(account, path, overwrite=True)
    assert await tables.list_tables("") == []


def write(path: Path) -> None:
    with Writer(path, account="acme", now=T0) as writer:
        for name, entity in (("rules", ROW), ("prices", MANY[0])):
            writer.add(name, entity)


def lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def test_a_file_tells_what_it_is(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path)
    assert main(["show", str(path)]) == 0
    shown = capsys.readouterr().out
    assert f"{path}: account acme, 2026-11-23T10:00:00Z" in shown
    assert "        1 rules\n        2 entities in it\n" in shown
    assert list(entities(path)) == [Stored("rules", ROW), Stored("prices", MANY[0])]


def test_only_its_owner_may_read_a_file(path: Path) -> None:
    write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_failed_leaves_the_former_one(path: Path) -> None:
    write(path)
    before = path.read_bytes()
    with (
        pytest.raises(ZeroDivisionError),
        Writer(path, account="acme", now=T0) as writer,
    ):
        writer.add("rules", Entity("doc", "a", {"share": 1 / 0}))
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(lambda rows: rows[:-1], "its last line is missing", id="no foot"),
        pytest.param(
            lambda rows: rows[:1] + rows[2:], "expected .* entities, got", id="a row less"
        ),
        pytest.param(lambda rows: rows[1:], "not a backup", id="no head"),
        pytest.param(
            lambda rows: [rows[0].replace(b'"version":1', b'"version":9'), *rows[1:]],
            "expected foundry-monitor-backup version 1, got foundry-monitor-backup 9",
            id="a later version",
        ),
        pytest.param(
            lambda rows: [rows[0], rows[1].replace(b'{"d"', b'{"e"'), *rows[2:]],
            "expected a value of a backup",
            id="a value of no kind",
        ),
    ],
)
def test_a_file_that_is_not_whole_is_refused(path: Path, change, reason: str) -> None:  # type: ignore[no-untyped-def]
    write(path)
    path.write_bytes(gzip.compress(b"".join(change(lines(path)))))
    with pytest.raises(ArchiveError, match=reason):
        check(path)


def test_without_an_account_it_says_what_it_needs(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AzureWebJobsStorage", raising=False)
    assert main(["save", str(path)]) == 1
    assert "expected --account, or AzureWebJobsStorage" in capsys.readouterr().err
    assert not path.exists()
