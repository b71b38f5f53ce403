"""What `TableStorage` makes of a service that resets, refuses, stalls or loses its answers."""

import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.adapters.chunk_store import ChunkStore
from shared.adapters.entity import Op, Verb
from shared.adapters.table_account import TableAccount, account_from_connection_string
from shared.adapters.table_storage import TableStorage
from shared.adapters.tables import CONTROL
from shared.domain.rollup.measures import Kind
from shared.errors import AlreadyStored, Stale, Unavailable
from shared.services.ports import Earlier
from tests.adapters.conftest import utc_now
from tests.adapters.fake_credential import TOKEN, FakeCredential
from tests.adapters.faulty_service import HANG, LOSE_ANSWER, RESET, Fault, FaultyService
from tests.adapters.storage_factories import T0, T0_US, TABLE, chunk, entity, gathered
from tools.azurite import ACCOUNT, ACCOUNT_KEY, Azurite
from tools.child import free_port

pytestmark = pytest.mark.faults


def account_at(port: int) -> TableAccount:
    return account_from_connection_string(
        f"AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};"
        f"TableEndpoint=http://127.0.0.1:{port}/{ACCOUNT}"
    )


@asynccontextmanager
async def storage_at(port: int, *, timeout_s: float = 5.0) -> AsyncIterator[TableStorage]:
    storage = TableStorage(account_at(port), utc_now, timeout_s=timeout_s)
    try:
        yield storage
    finally:
        await storage.close()


@pytest.fixture
async def faulty(azurite: Azurite, azure_tables: TableStorage) -> AsyncIterator[FaultyService]:
    """A service that passes calls on to Azurite, where the tables of these tests are."""
    await azure_tables.create_table(TABLE)
    await azure_tables.create_table(CONTROL)
    async with FaultyService(f"http://127.0.0.1:{azurite.ports.table}") as service:
        yield service


@pytest.mark.parametrize("fault", [RESET, 500, 503, 429, 408], ids=str)
async def test_a_passing_fault_is_not_seen(faulty: FaultyService, fault: Fault) -> None:
    async with storage_at(faulty.port) as storage:
        faulty.faults.extend([fault, fault])
        await storage.insert(TABLE, entity(n=1))
        faulty.faults.append(fault)
        found = await storage.get(TABLE, "p", "r1")
    assert found is not None
    assert found.properties == {"n": 1}


@pytest.mark.parametrize("fault", [RESET, 500, 503, 429], ids=str)
async def test_a_lasting_fault_becomes_unavailable(fault: Fault) -> None:
    async with FaultyService() as service, storage_at(service.port) as storage:
        service.faults.extend([fault] * 20)
        with pytest.raises(Unavailable, match="storage did not answer: POST control"):
            await storage.insert(CONTROL, entity())
        assert len(service.calls) == 4


async def test_a_service_that_never_answers_is_unavailable() -> None:
    async with FaultyService() as service, storage_at(service.port, timeout_s=0.1) as storage:
        service.faults.extend([HANG] * 20)
        with pytest.raises(Unavailable, match="TimeoutError"):
            await storage.insert(TABLE, entity())
        assert len(service.calls) == 4


async def test_a_closed_port_is_unavailable() -> None:
    async with storage_at(free_port()) as storage:
        with pytest.raises(Unavailable, match="storage did not answer"):
            await storage.get(TABLE, "p", "r")


@pytest.mark.parametrize("status", [400, 401, 403, 413], ids=str)
async def test_a_refusal_is_not_tried_again(status: int) -> None:
    async with FaultyService() as service, storage_at(service.port) as storage:
        service.faults.append(status)
        with pytest.raises(Unavailable, match=f"storage refused: POST {TABLE}: {status}"):
            await storage.insert(TABLE, entity())
        assert len(service.calls) == 1


async def test_a_conflict_that_is_not_of_keys_is_unavailable() -> None:
    async with FaultyService() as service, storage_at(service.port) as storage:
        service.faults.append(409)
        with pytest.raises(Unavailable, match="409 ServerBusy"):
            await storage.insert(TABLE, entity())


async def test_making_tables_survives_a_busy_service(faulty: FaultyService) -> None:
    async with storage_at(faulty.port) as storage:
        faulty.faults.append(503)
        await storage.create_table("made")
        faulty.faults.append(503)
        assert await storage.list_tables("ma") == ["made"]
        faulty.faults.append(503)
        await storage.drop_table("made")
        assert await storage.list_tables("ma") == []


async def test_making_a_table_can_be_tried_again_after_a_reset(faulty: FaultyService) -> None:
    async with storage_at(faulty.port) as storage:
        for fault in (RESET, LOSE_ANSWER):
            faulty.faults.append(fault)
            with pytest.raises(Unavailable):
                await storage.create_table("made")
        await storage.create_table("made")
        assert await storage.list_tables("ma") == ["made"]


@pytest.mark.parametrize("fault", [RESET, 503], ids=str)
async def test_making_tables_gives_up_as_unavailable(fault: Fault) -> None:
    async with FaultyService() as service, storage_at(service.port) as storage:
        service.faults.extend([fault] * 50)
        with pytest.raises(Unavailable):
            await storage.create_table("made")
        assert len(service.calls) <= 8


async def test_making_a_table_that_is_being_deleted_is_unavailable() -> None:
    async with FaultyService() as service, storage_at(service.port) as storage:
        service.faults.append(409)
        with pytest.raises(Unavailable):
            await storage.create_table("made")


async def test_an_insert_whose_answer_was_lost_meets_itself(faulty: FaultyService) -> None:
    async with storage_at(faulty.port) as storage:
        faulty.faults.append(LOSE_ANSWER)
        with pytest.raises(AlreadyStored):
            await storage.insert(TABLE, entity(n=1))
        found = await storage.get(TABLE, "p", "r1")
    assert found is not None
    assert found.properties == {"n": 1}


async def test_a_transaction_whose_answer_was_lost_meets_itself(faulty: FaultyService) -> None:
    async with storage_at(faulty.port) as storage:
        faulty.faults.append(LOSE_ANSWER)
        with pytest.raises(AlreadyStored):
            await storage.transact(TABLE, [Op(Verb.INSERT, entity(row)) for row in "abc"])
        assert [each.row for each in await gathered(storage.query(TABLE, "p"))] == ["a", "b", "c"]


async def test_a_conditional_write_whose_answer_was_lost_is_stale(faulty: FaultyService) -> None:
    async with storage_at(faulty.port) as storage:
        etag = await storage.insert(TABLE, entity(n=1))
        faulty.faults.append(LOSE_ANSWER)
        with pytest.raises(Stale):
            await storage.replace(TABLE, entity(n=2, etag=etag))
        found = await storage.get(TABLE, "p", "r1")
    assert found is not None
    assert found.properties == {"n": 2}


async def test_a_delete_whose_answer_was_lost_is_done(faulty: FaultyService) -> None:
    async with storage_at(faulty.port) as storage:
        etag = await storage.insert(TABLE, entity())
        faulty.faults.append(LOSE_ANSWER)
        await storage.delete(TABLE, entity(etag=etag))
        assert await storage.get(TABLE, "p", "r1") is None


async def test_a_chunk_whose_answer_was_lost_is_stored_once(faulty: FaultyService) -> None:
    async with storage_at(faulty.port) as storage:
        chunks = ChunkStore(storage, shards=1)
        await chunks.prepare_day(T0)
        sent = chunk()
        faulty.faults.append(LOSE_ANSWER)
        assert await chunks.insert(sent) == Earlier(sent.sha256, 3, T0_US)
        assert len(await chunks.keys(Kind.REQUEST, T0)) == 1


async def test_pages_go_on_after_a_fault_between_them(faulty: FaultyService) -> None:
    async with storage_at(faulty.port) as storage:
        for at in range(0, 1_200, 100):
            ops = [Op(Verb.INSERT, entity(f"{at + n:05}")) for n in range(100)]
            await storage.transact(TABLE, ops)
        faulty.faults = deque([RESET])
        found = []
        async for each in storage.query(TABLE, "p"):
            found.append(each.row)
            if len(found) == 1_000:
                faulty.faults.append(503)
    assert found == [f"{at:05}" for at in range(1_200)]


async def test_calls_with_an_identity_carry_its_token_on_every_try() -> None:
    async with FaultyService() as service:
        address = f"http://127.0.0.1:{service.port}"
        account = TableAccount(address, "acme", credential=FakeCredential())
        storage = TableStorage(account, utc_now)
        service.faults.append(503)
        await storage.upsert(TABLE, entity())
        await storage.close()
    assert service.authorizations == [f"Bearer {TOKEN}"] * 2


async def test_nothing_that_is_logged_or_raised_shows_the_key(
    faulty: FaultyService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    errors: list[Unavailable] = []
    async with storage_at(faulty.port) as storage:
        await storage.create_table("logged")
        await storage.insert("logged", entity())
        await storage.list_tables("")
        for attempt in (storage.insert("logged", entity("r2")), storage.create_table("made")):
            faulty.faults = deque([403])
            with pytest.raises(Unavailable) as caught:
                await attempt
            errors.append(caught.value)
    said = caplog.text + "".join(map(repr, errors))
    assert "logged" in said
    assert ACCOUNT_KEY not in said
    assert f"{ACCOUNT}:" not in said
