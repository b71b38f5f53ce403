"""The story of an application that leaves: its data go, through the running app, others' stay."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.api import Api, request

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

MODEL = "left-behind"
RECENT = datetime.now(UTC) - timedelta(minutes=8)


def sent(application: str, minutes: float, **fields: Any) -> dict[str, Any]:
    at = RECENT + timedelta(minutes=minutes)
    return request(MODEL, start_time=at.isoformat(), application=application, **fields)


def total(api: Api, **where: str) -> int:
    report = api.seen(f"v1/models/{MODEL}/report", range="1h", **where)
    return report.get("total_requests", 0)


def test_an_application_leaves_and_takes_its_data_along(api: Api) -> None:
    both = [sent("leaver", 0), sent("leaver", 1), sent("stayer", 2)]
    assert api.requests(both, batch_id="erasure-both").status == 202
    assert api.requests([sent("leaver", 3)], batch_id="erasure-own").status == 202
    api.run("rollup")
    assert total(api, application="leaver") == 3

    order = {"application": "leaver", "by": "ada", "comment": "contract ended"}
    preview = api.post("v1/erasures?dry_run=true", order)
    assert (preview.status, preview.json()["requests"]) == (200, 3)
    taken = api.post("v1/erasures", order)
    assert taken.status == 202
    api.run("erase_data")

    done = api.seen(f"v1/erasures/{taken.json()['id']}")
    assert (done["state"], done["erased"]["requests"]) == ("done", 3)
    assert (total(api), total(api, application="leaver")) == (1, 0)
    raw = api.seen("v1/requests", range="1h", model=MODEL)
    assert [each["application"] for each in raw["requests"]] == ["stayer"]
    again = api.requests([sent("leaver", 3)], batch_id="erasure-own")
    assert again.json()["duplicate"]
    api.run("rollup")
    assert total(api) == 1
