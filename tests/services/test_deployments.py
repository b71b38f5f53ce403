"""Deployments as they are kept: dated, and unique within their resource."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.document_store import DocumentStore
from shared.adapters.memory import MemoryTables
from shared.domain.deployment.deployment import QuotaBook
from shared.domain.deployment.view import Deployment
from shared.domain.price.published import PublishedPrices
from shared.domain.timeline import rfc3339
from shared.errors import Conflict, InvalidInput, NotFound
from shared.services.deployments import (
    DeploymentName,
    delete_deployment,
    get_deployment,
    list_deployments,
    put_deployment,
)
from shared.services.pricing import PricingLoader
from tests.adapters.watched_tables import WatchedTables
from tests.domain.factories import T0

_DAY = timedelta(days=1)


@pytest.fixture
def documents() -> DocumentStore:
    return DocumentStore(CreatingTables(WatchedTables(MemoryTables())))


async def _put(
    documents: DocumentStore, name: str, resource: str | None = None, /, **config: Any
) -> Deployment:
    body = msgspec.json.encode(config)
    which = DeploymentName(name, resource)
    return await put_deployment(which, body, strict=False, now=T0, documents=documents)


async def _stored(documents: DocumentStore) -> QuotaBook:
    return (await PricingLoader(documents, PublishedPrices)()).deployments


async def _get(documents: DocumentStore, name: str, resource: str | None = None) -> Deployment:
    return await get_deployment(DeploymentName(name, resource), now=T0, documents=documents)


async def test_what_is_put_is_got(documents: DocumentStore) -> None:
    put = await _put(documents, "mini", model="gpt-5-mini", tpm_quota=1000, resource="west")
    assert (put.name, put.model, put.tpm_quota, put.resource) == (
        "mini",
        "gpt-5-mini",
        1000,
        "west",
    )
    assert await _get(documents, "mini") == put
    assert await _get(documents, "mini", "west") == put


async def test_the_configuration_in_force_is_shown_with_all_others(
    documents: DocumentStore,
) -> None:
    for days, quota in ((2, 3), (-1, 2), (-5, 1)):
        await _put(documents, "mini", effective_from=rfc3339(T0 + days * _DAY), tpm_quota=quota)
    found = await _get(documents, "mini")
    assert found.tpm_quota == 2
    assert [config.tpm_quota for config in found.history] == [1, 2, 3]
    quotas = await _stored(documents)
    for days, quota in ((-6, None), (-2, 1), (0, 2), (3, 3)):
        config = quotas.config("", "mini", T0 + days * _DAY)
        assert (config and config.tpm_quota) == quota


async def test_a_deployment_to_come_is_shown_as_it_begins(documents: DocumentStore) -> None:
    put = await _put(documents, "mini", effective_from=rfc3339(T0 + _DAY), ptu=15)
    assert put.ptu == 15


async def test_the_same_moment_is_replaced_whatever_its_offset(documents: DocumentStore) -> None:
    await _put(documents, "mini", effective_from="2026-11-20T10:00:00Z", ptu=15)
    found = await _put(documents, "mini", effective_from="2026-11-20T11:00:00+01:00", ptu=20)
    assert [config.ptu for config in found.history] == [20]
    assert msgspec.json.encode(found.effective_from) == b'"2026-11-20T10:00:00Z"'


async def test_a_name_in_two_resources_needs_its_resource(documents: DocumentStore) -> None:
    await _put(documents, "mini", "west", ptu=15)
    await _put(documents, "mini", "east", ptu=20)
    with pytest.raises(Conflict, match=r"in several resources \(east, west\)"):
        await _get(documents, "mini")
    with pytest.raises(Conflict, match=r"say \?resource="):
        await _put(documents, "mini", ptu=25)
    with pytest.raises(Conflict):
        await delete_deployment(DeploymentName("mini"), documents=documents)
    assert (await _get(documents, "mini", "east")).ptu == 20
    await delete_deployment(DeploymentName("mini", "east"), documents=documents)
    assert (await _get(documents, "mini")).ptu == 15


async def test_an_unknown_deployment_is_not_found(documents: DocumentStore) -> None:
    await _put(documents, "mini", "west")
    for name, resource in (("other", None), ("mini", "east")):
        with pytest.raises(NotFound):
            await _get(documents, name, resource)
        with pytest.raises(NotFound):
            await delete_deployment(DeploymentName(name, resource), documents=documents)


async def test_names_that_look_like_keys_stay_apart(documents: DocumentStore) -> None:
    await _put(documents, "b|c", "a", ptu=15)
    await _put(documents, "c", "a|b", ptu=20)
    assert (await _get(documents, "b|c")).ptu == 15
    assert (await _get(documents, "c")).ptu == 20


async def test_query_and_body_name_the_same_resource(documents: DocumentStore) -> None:
    assert (await _put(documents, "mini", "west", **{"ptu": 15})).resource == "west"
    body = b'{"resource":"east"}'
    with pytest.raises(InvalidInput, match="resource: expected west"):
        await put_deployment(
            DeploymentName("mini", "west"), body, strict=False, now=T0, documents=documents
        )


@pytest.mark.parametrize(
    ("name", "config", "path"),
    [
        pytest.param("", {}, "name", id="empty name"),
        pytest.param("x" * 257, {}, "name", id="long name"),
        pytest.param("a\nb", {}, "name", id="control character in the name"),
        pytest.param("m", {"region": "a\x00"}, "region", id="control character"),
        pytest.param("m", {"tpm_quota": 0}, "tpm_quota", id="no quota"),
        pytest.param("m", {"effective_from": "2026-11-20"}, "effective_from", id="naive"),
        pytest.param(
            "m", {"effective_from": "0001-01-01T00:00:00+14:00"}, "effective_from", id="year 0"
        ),
    ],
)
async def test_a_bad_configuration_names_its_field(
    documents: DocumentStore, name: str, config: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await _put(documents, name, **config)
    assert [fault.path for fault in caught.value.faults] == [path]
    assert await _stored(documents) == QuotaBook()


async def test_an_answer_can_be_put_back(documents: DocumentStore) -> None:
    put = await _put(documents, "mini", "west", model="gpt-5-mini", ptu=15)
    again = msgspec.to_builtins(put)
    assert await _put(documents, "mini", **again) == put


async def test_unknown_fields_are_named(documents: DocumentStore) -> None:
    assert (await _put(documents, "mini", tmp_quota=1)).unknown_fields == {"tmp_quota": 1}
    with pytest.raises(InvalidInput, match="tmp_quota: unknown field"):
        await put_deployment(
            DeploymentName("mini"), b'{"tmp_quota":1}', strict=True, now=T0, documents=documents
        )


async def test_deployments_are_listed_in_pages(documents: DocumentStore) -> None:
    for resource, name in (("west", "b"), ("east", "c"), ("west", "a"), ("", "z")):
        await _put(documents, name, resource or None, resource=resource)
    seen: list[tuple[str, str]] = []
    after: str | None = None
    for _ in range(2):
        page = await list_deployments(limit=2, after=after, now=T0, documents=documents)
        seen += [(each.resource, each.name) for each in page.deployments]
        after = page.next
    assert seen == [("east", "c"), ("west", "a"), ("west", "b"), ("", "z")]
    assert after is None


async def test_configurations_put_at_once_are_all_kept(documents: DocumentStore) -> None:
    puts = [
        _put(documents, "mini", effective_from=rfc3339(T0 - n * _DAY), ptu=5 * n)
        for n in range(1, 4)
    ]
    await asyncio.gather(*puts)
    assert [config.ptu for config in (await _get(documents, "mini")).history] == [15, 10, 5]
