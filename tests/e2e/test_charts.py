"""GET /api/v1/series: a metric's points, as a chart draws them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.api import Api, request

pytestmark = [pytest.mark.e2e, pytest.mark.azurite]

T0 = (datetime.now(UTC) - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)


def at(minutes: float) -> str:
    return (T0 + timedelta(minutes=minutes)).isoformat()


def zulu(minutes: float) -> str:
    return at(minutes).replace("+00:00", "Z")


@pytest.fixture(scope="module", autouse=True)
def charted(api: Api) -> None:
    """Requests that take 0 ms, in the first and the third minute of an hour."""
    sent = [(0, "east", 10), (0.5, "west", 30), (2.5, "east", 80)]
    records = [
        request("charted", start_time=at(m), duration_ms=0.0, deployment=d, input_tokens=n)
        for m, d, n in sent
    ]
    records.append(
        request(
            "charted", start_time=at(2.6), duration_ms=0.0, error_type="boom", deployment="east"
        )
    )
    assert api.requests(records).status == 202


def series(api: Api, metric: str, **query: Any) -> dict[str, Any]:
    span = {"start": at(0), "end": at(4), "filter": "model:charted"}
    found: dict[str, Any] = api.seen("v1/series", metric=metric, **(span | query))
    return found


def test_a_point_is_the_step_that_begins_there_and_null_without_data(api: Api) -> None:
    found = series(api, "model_requests_total", aggregation="sum")
    assert found["step_s"] == 60
    assert found["series"] == [
        {
            "labels": {},
            "points": [[zulu(0), 2], [zulu(1), None], [zulu(2), 2], [zulu(3), None]],
        }
    ]


def test_a_longer_step_takes_in_its_minutes(api: Api) -> None:
    found = series(api, "model_error_rate", aggregation="avg", step_s=120)
    assert found["series"][0]["points"] == [[zulu(0), 0], [zulu(2), 0.5]]


def test_groups_are_series_of_their_own(api: Api) -> None:
    found = series(
        api, "model_requests_total", aggregation="sum", group_by="deployment", step_s=240
    )
    values = {each["labels"]["deployment"]: each["points"] for each in found["series"]}
    assert values == {"east": [[zulu(0), 3]], "west": [[zulu(0), 1]]}


def test_errors_and_tokens_split_by_their_own_label(api: Api) -> None:
    errors = series(api, "model_errors_total", aggregation="sum", group_by="error_type", step_s=240)
    assert [(e["labels"], e["points"]) for e in errors["series"]] == [
        ({"error_type": "boom"}, [[zulu(0), 1]])
    ]
    tokens = series(api, "model_tokens_used", aggregation="sum", group_by="token_type", step_s=240)
    assert [(e["labels"], e["points"]) for e in tokens["series"]] == [
        ({"token_type": "input"}, [[zulu(0), 120]])
    ]


def test_a_metric_never_reported_has_no_series(api: Api) -> None:
    assert series(api, "nobody_reports_this")["series"] == []


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"metric": ""}, "metric"),
        ({"metric": "x", "aggregation": "median"}, "aggregation"),
        ({"metric": "x", "step_s": 90}, "step_s"),
        ({"metric": "x", "step_s": 0}, "step_s"),
        ({"metric": "x", "step_s": 60, "range": "30d"}, "step_s"),
        ({"metric": "x", "filter": "model"}, "filter"),
    ],
)
def test_what_no_chart_can_show_is_refused_by_name(
    api: Api, query: dict[str, Any], place: str
) -> None:
    answer = api.get("v1/series", **query)
    assert answer.status == 400
    assert answer.json()["error"]["details"][0]["path"] == place


def test_as_many_points_as_are_allowed_are_given(api: Api) -> None:
    found = api.seen(
        "v1/series", metric="model_requests_total", range=str(10_998 * 60), filter="model:charted"
    )
    assert len(found["series"][0]["points"]) in (10_999, 11_000)


def test_a_chart_shows_what_people_noted_on_it(api: Api) -> None:
    body = {"kind": "release", "start": at(1), "text": "v2", "by": "ada"}
    noted = [
        api.post("v1/annotations", body | {"labels": {"model": model}}).json()
        for model in ("charted", "another")
    ]
    assert series(api, "model_requests_total")["annotations"] == noted[:1]
