"""The HTTP functions about applications and reservations."""

from collections.abc import Iterator

import pytest

from tests.triggers.http_app import HttpApp, http_app


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with http_app() as made:
        yield made


async def test_an_application_is_put_got_and_listed(app: HttpApp) -> None:
    body = {"max_delay_s": 86400, "residency": "global"}
    put = await app.send("put_one_application", body, name="nightly")
    assert put.status == 201
    assert put.body == {
        "name": "nightly",
        "max_delay_s": 86400.0,
        "timeout_s": None,
        "residency": "global",
        "quality_threshold": None,
        "owner": None,
    }
    assert (await app.send("put_one_application", put.body, name="nightly")).status == 200
    got = await app.send("get_one_application", name="-", query={"name": "nightly"})
    assert (got.status, got.body) == (200, put.body)
    assert (await app.send("get_applications")).body == {
        "applications": [put.body],
        "next": None,
    }
    assert (await app.send("get_one_application", name="unknown")).status == 404


async def test_a_reservation_is_put_got_listed_and_deleted(app: HttpApp) -> None:
    body = {
        "type": "GlobalProvisionedManaged",
        "region": "swedencentral",
        "scope": "shared",
        "ptu": 50,
        "term": "month",
        "from": "2026-11-01",
        "to": "2026-12-01",
    }
    put = await app.send("put_one_reservation", body, name="gp-1")
    assert put.status == 201
    assert put.body == {"name": "gp-1", **body, "usd_per_ptu_month": None}
    assert (await app.send("put_one_reservation", put.body, name="gp-1")).status == 200
    assert (await app.send("get_one_reservation", name="gp-1")).body == put.body
    assert (await app.send("get_reservations")).body == {
        "reservations": [put.body],
        "next": None,
    }
    assert (await app.send("delete_one_reservation", name="gp-1")).status == 204
    assert (await app.send("get_one_reservation", name="gp-1")).status == 404
    assert (await app.send("delete_one_reservation", name="gp-1")).status == 404


async def test_bad_bodies_are_refused_by_name(app: HttpApp) -> None:
    answer = await app.send("put_one_application", {"max_delay_s": "long"}, name="nightly")
    assert (answer.status, list(answer.faults)) == (400, ["max_delay_s"])
    answer = await app.send("put_one_reservation", {"ptu": 0}, name="gp 1")
    assert answer.status == 400
    assert {"ptu", "name", "type", "term", "from", "to", "region"} == {*answer.faults}
