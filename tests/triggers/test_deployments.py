"""The HTTP functions about deployments."""

from collections.abc import Iterator

import pytest

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
