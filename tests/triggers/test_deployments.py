"""The HTTP functions about deployments."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.domain.deployment_listing import listed
from tests.triggers.http_app import HttpApp, http_app, zipped


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with http_app() as made:
        yield made


async def test_a_deployment_is_put_got_listed_and_deleted(app: HttpApp) -> None:
    body = {"model": "gpt-5-mini", "resource": "west", "tpm_quota": 1000}
    put = await app.send("put_one_deployment", body, name="mini-prod")
    assert put.status == 200
    assert put.body == {
        "name": "mini-prod",
        "model": "gpt-5-mini",
        "model_version": None,
        "resource": "west",
        "region": None,
        "type": None,
        "tpm_quota": 1000,
        "rpm_quota": None,
        "ptu": None,
        "spillover_to": None,
        "effective_from": None,
        "history": put.body["history"],
    }
    assert len(put.body["history"]) == 1
    got = await app.send("get_one_deployment", name="mini-prod", query={"resource": "west"})
    assert (got.status, got.body) == (200, put.body)
    listed = await app.send("get_deployments")
    assert listed.body == {"deployments": [put.body], "next": None}
    gone = await app.send("delete_one_deployment", name="mini-prod")
    assert (gone.status, gone.body) == (204, None)
    assert (await app.send("get_one_deployment", name="mini-prod")).status == 404
    assert (await app.send("delete_one_deployment", name="mini-prod")).status == 404


@pytest.mark.parametrize("name", ["a/b", "a%2Fb", "a%2fb"])
async def test_names_are_decoded_as_those_of_models_are(app: HttpApp, name: str) -> None:
    assert (await app.send("put_one_deployment", {}, name=name)).body["name"] == "a/b"
    answer = await app.send("get_one_deployment", name="-", query={"name": "a/b"})
    assert (answer.status, answer.body["name"]) == (200, "a/b")
    assert (await app.send("get_one_deployment", name="-")).faults == {
        "name": "required, but missing"
    }


async def test_an_ambiguous_name_is_a_conflict(app: HttpApp) -> None:
    for resource in ("west", "east"):
        query = {"resource": resource}
        await app.send("put_one_deployment", {"ptu": 15}, name="mini", query=query)
    for function in ("get_one_deployment", "delete_one_deployment"):
        assert (await app.send(function, name="mini")).status == 409
    assert (await app.send("put_one_deployment", {"ptu": 15}, name="mini")).status == 409


async def test_bad_bodies_are_refused_by_name(app: HttpApp) -> None:
    answer = await app.send("put_one_deployment", {"tpm_quota": "many"}, name="mini")
    assert answer.status == 400
    assert list(answer.faults) == ["tpm_quota"]
    plain = {"content-type": "text/plain"}
    assert (await app.send("put_one_deployment", b"{}", headers=plain, name="m")).status == 415
    gzip = {"content-encoding": "gzip"}
    assert (await app.send("put_one_deployment", b"{}", headers=gzip, name="m")).status == 400
    small = zipped({"tpm_quota": 5})
    assert (await app.send("put_one_deployment", small, headers=gzip, name="m")).status == 200
    limit = await app.send("get_deployments", query={"limit": "0"})
    assert list(limit.faults) == ["limit"]


async def take_in(app: HttpApp, *items: Any, **query: str) -> Any:
    return await app.send("post_deployments", list(items), query=query)


async def test_what_azure_lists_is_taken_in_and_taken_in_again(app: HttpApp) -> None:
    large = listed(name="big", sku={"name": "GlobalProvisionedManaged", "capacity": 100})
    first = await take_in(app, listed(), large, region="eastus2")
    assert (first.status, first.body["accepted"], first.body["unchanged"]) == (200, 2, 0)
    got = (await app.send("get_one_deployment", name="big")).body
    assert (got["type"], got["ptu"], got["region"]) == ("GlobalProvisionedManaged", 100, "eastus2")
    again = await take_in(app, listed(), large, region="eastus2")
    assert again.body == {"accepted": 2, "unchanged": 2, "rejected": [], "deployments": []}


async def test_a_change_begins_when_it_was_made(app: HttpApp) -> None:
    await take_in(app, listed())
    system = {"createdAt": "2026-02-03T10:05:29Z", "lastModifiedAt": "2026-11-20T08:00:00Z"}
    changed = listed(
        sku={"name": "DataZoneStandard", "capacity": 120}, rate_limits=None, systemData=system
    )
    answer = await take_in(app, changed)
    history = answer.body["deployments"][0]["history"]
    assert [(each["type"], each["effective_from"]) for each in history] == [
        ("GlobalStandard", "2026-02-03T10:05:29.219402Z"),
        ("DataZoneStandard", "2026-11-20T08:00:00Z"),
    ]


async def test_a_deployment_that_cannot_be_read_costs_only_itself(app: HttpApp) -> None:
    answer = await take_in(app, listed(), listed(sku={"name": "Galactic"}))
    assert answer.status == 207
    assert [each["path"] for each in answer.body["rejected"]] == ["deployments[1].sku.name"]
    none = await take_in(app, listed(sku={"name": "Galactic"}))
    assert (none.status, list(none.faults)) == (400, ["deployments[0].sku.name"])
    assert (await take_in(app, listed(), effective_from="noon")).status == 400


async def test_a_taken_in_deployment_is_priced_by_its_type(app: HttpApp) -> None:
    await take_in(app, listed(sku={"name": "GlobalBatch", "capacity": 1}))
    pricing = await app.parts.load_pricing()
    found = pricing.resolve(
        model="mini-prod", resource="aoai-west", deployment="mini-prod", day=date(2026, 11, 23)
    )
    assert (found.model, found.deployment_type_assumed) == ("gpt-5-mini", False)
    assert found.offer.billing == "batch"
