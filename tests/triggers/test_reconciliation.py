"""The HTTP function that reconciles."""

import gzip
from collections.abc import Iterator

import pytest

from tests.triggers.http_app import HttpApp, http_app

CSV = {"content-type": "text/csv"}
EXPORT = (
    b"Date,MeterName,CostInBillingCurrency,BillingCurrency\n"
    b"11/23/2026,gpt 5 Inp glbl Tokens,1,USD\n"
)


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with http_app() as made:
        yield made


async def test_an_export_is_held_against_what_was_computed(app: HttpApp) -> None:
    answer = await app.send("post_reconciliation", EXPORT, headers=CSV)
    assert answer.status == 200
    (row,) = answer.body["rows"]
    assert row == {
        "day": "2026-11-23",
        "meter": "gpt-5 input (global)",
        "billed_meters": ["gpt 5 Inp glbl Tokens"],
        "billed": "1",
        "computed": "0",
        "residual": "1",
        "reason": "missing_telemetry",
        "parts": {"missing_telemetry": "1"},
    }
    assert answer.body["unexplained"] == "0"
    small = await app.send(
        "post_reconciliation", gzip.compress(EXPORT), headers={**CSV, "content-encoding": "gzip"}
    )
    assert (small.status, small.body) == (200, answer.body)


async def test_anything_else_is_refused(app: HttpApp) -> None:
    answer = await app.send("post_reconciliation", b"a,b\n1,2\n", headers=CSV)
    assert (answer.status, list(answer.faults)) == (400, ["header"])
    plain = {"content-type": "application/json"}
    assert (await app.send("post_reconciliation", b"{}", headers=plain)).status == 415
