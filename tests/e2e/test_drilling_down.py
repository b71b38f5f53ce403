"""GET /api/v1/requests: from a chart to the very calls behind it."""

from datetime import datetime
from typing import Any

import pytest

from tests.e2e.api import Api, ago, request

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(scope="module", autouse=True)
def drilled(api: Api) -> None:
    """Twenty-five calls of the last ten minutes, each slower than the one before."""
    start = ago(minutes=6)
    records = [
        request("drilled", start_time=start, duration_ms=n * 100.0, request_id=f"drill-{n}")
        for n in range(25)
    ]
    records[7] |= {"trace_id": TRACE, "user": "u", "tags": {"team": "web"}, "temperature": 0.5}
    records[9] |= {"error_type": "timeout", "deployment": "other"}
    for part in (records[:13], records[13:]):
        assert api.requests(part).status == 202


def drill(api: Api, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.seen("v1/requests", model="drilled", **({"range": "1h"} | query))
    return found


def numbers(found: dict[str, Any]) -> list[int]:
    return [int(row["request_id"].removeprefix("drill-")) for row in found["requests"]]


def test_requests_come_newest_first(api: Api) -> None:
    found = drill(api)
    assert numbers(found) == list(range(24, -1, -1))
    assert found["next"] is None


@pytest.mark.parametrize("limit", [1, 7, 24, 25])
def test_pages_follow_each_other_without_gap_or_repeat(api: Api, limit: int) -> None:
    page = drill(api, limit=limit)
    seen = numbers(page)
    while page["next"]:
        assert len(page["requests"]) == limit
        page = drill(api, limit=limit, next=page["next"])
        seen += numbers(page)
    assert seen == list(range(24, -1, -1))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"min_duration_ms": 2200}, [24, 23, 22]),
        ({"error_type": "timeout"}, [9]),
        ({"deployment": "other"}, [9]),
        ({"trace_id": TRACE}, [7]),
        ({"request_id": "drill-3"}, [3]),
        ({"request_id": "drill-99"}, []),
        ({"trace_id": TRACE, "error_type": "timeout"}, []),
    ],
)
def test_filters_select(api: Api, query: dict[str, Any], expected: list[int]) -> None:
    assert numbers(drill(api, **query)) == expected


def test_a_row_leads_to_its_trace_and_says_what_was_sent(api: Api) -> None:
    (row,) = drill(api, trace_id=TRACE)["requests"]
    assert (row["trace_id"], row["request_id"]) == (TRACE, "drill-7")
    assert (row["duration_ms"], row["tags"], row["temperature"]) == (700, {"team": "web"}, 0.5)
    times = [datetime.fromisoformat(row[name]) for name in ("start_time", "end_time")]
    assert (times[1] - times[0]).total_seconds() == 0.7
    assert "u" not in row.values()


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"range": "24h"}, "range"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"min_duration_ms": "slow"}, "min_duration_ms"),
        ({"next": "nonsense"}, "next"),
    ],
)
def test_what_cannot_be_looked_up_is_refused_by_name(
    api: Api, query: dict[str, Any], place: str
) -> None:
    answer = api.get("v1/requests", **query)
    assert answer.status == 400
    assert answer.json()["error"]["details"][0]["path"] == place
