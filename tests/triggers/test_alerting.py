"""The alerting timer and the HTTP functions about alerts, on the app as it is wired."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.bootstrap import App
from shared.domain.timeline import rfc3339
from shared.errors import Conflict, InvalidInput, NotFound
from shared.services.metrics import ingest_metrics
from shared.services.rollup import roll_up
from shared.triggers.alerting import evaluate_alerts
from shared.triggers.alerts import acknowledge_alert, get_alerts, get_one_alert
from shared.triggers.rules import put_one_rule
from tests.triggers.alert_app import as_json, call, running_app
from tools.azurite import Azurite

pytestmark = pytest.mark.azurite
_RULE = {"metric": "queue_depth", "comparison": ">", "threshold": 5, "window_s": 600}


@pytest.fixture
async def parts(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    async with running_app(azurite, monkeypatch) as made:
        yield made


async def _fire(parts: App) -> None:
    """Report a breach of three minutes ago, roll it up and evaluate."""
    at = rfc3339(datetime.now(UTC) - timedelta(minutes=3))
    item = {"name": "queue_depth", "kind": "gauge", "value": 9, "timestamp": at}
    body = call({"metrics": [item]}).raw_body
    await ingest_metrics(body, strict=False, registry=parts.registry, ports=parts.ingest)
    await put_one_rule(call(_RULE, name="deep"))
    await _evaluate(parts)


async def _evaluate(parts: App) -> None:
    await roll_up(
        now=datetime.now(UTC),
        ports=parts.rollup,
        evaluation_delay_s=0,
        timer=lambda: 0.0,
        budget_s=60.0,
    )
    await evaluate_alerts.build().get_user_function()(None)


async def _list(**query: str) -> list[dict[str, Any]]:
    return as_json((await get_alerts(call(query=query))).body)["alerts"]


async def test_a_reported_breach_is_seen_as_an_alert(parts: App) -> None:
    await _fire(parts)

    (alert,) = await _list(state="firing")
    assert alert == {
        "alert_id": alert["alert_id"],
        "rule": "deep",
        "metric": "queue_depth",
        "comparison": ">",
        "unit": "1",
        "description": "",
        "runbook_url": "",
        "labels": {},
        "severity": "warning",
        "state": "firing",
        "data": "ok",
        "value": 9.0,
        "worst_value": 9.0,
        "threshold": 5.0,
        "message": "queue_depth avg over 10 min is 9, above 5",
        "active_since": alert["active_since"],
        "fired_at": alert["active_since"],
        "resolved_at": None,
        "resolved_reason": None,
        "acknowledged": False,
        "acknowledged_by": None,
        "acknowledged_at": None,
        "acknowledged_comment": None,
        "silenced": False,
        "flapping": False,
        "notifications": [
            {
                "time": alert["active_since"],
                "channel": "application_insights",
                "reason": "not_connected",
                "sent": False,
            }
        ],
    }
    assert alert["active_since"].endswith(":00Z")


async def test_the_timer_says_where_alerts_can_be_seen(
    parts: App, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="shared.triggers.alerting"):
        await _fire(parts)

    assert any("told=1" in line and "alerts_at=/api/v1/alerts" in line for line in caplog.messages)


async def test_an_alert_is_found_and_acknowledged_by_its_id(parts: App) -> None:
    await _fire(parts)
    (alert,) = await _list()

    body = {"by": "ada", "comment": "on it"}
    taken = as_json((await acknowledge_alert(call(body, alert_id=alert["alert_id"]))).body)

    found = as_json((await get_one_alert(call(alert_id=alert["alert_id"]))).body)
    again = found.pop("reevaluated")
    assert found == taken
    assert (again["differs"], again["fired_at"]) == (False, alert["fired_at"])
    assert (taken["acknowledged"], taken["acknowledged_by"]) == (True, "ada")


async def test_an_alert_of_a_disabled_rule_is_listed_as_resolved(parts: App) -> None:
    await _fire(parts)
    await put_one_rule(call(_RULE | {"enabled": False}, name="deep"))

    await _evaluate(parts)

    (alert,) = await _list(state="resolved", range="5m")
    assert (alert["state"], alert["resolved_reason"]) == ("resolved", "rule_changed")
    assert await _list(state="firing") == []
    with pytest.raises(Conflict):
        await acknowledge_alert(call({"by": "ada"}, alert_id=alert["alert_id"]))


@pytest.mark.parametrize(
    "query", [{"state": "loud"}, {"range": "soon"}, {"limit": "0"}], ids=["state", "range", "limit"]
)
async def test_a_query_that_is_wrong_is_refused(parts: App, query: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(query))):
        await get_alerts(call(query=query))


async def test_a_list_says_which_span_it_covers(parts: App) -> None:
    answer = as_json((await get_alerts(call(query={"range": "1h"}))).body)

    assert answer["alerts"] == []
    assert answer["next"] is None
    assert answer["time_range_seconds"] in (3600, 3660)


async def test_an_unknown_alert_is_not_found(parts: App) -> None:
    with pytest.raises(NotFound):
        await get_one_alert(call(alert_id="nope"))


@pytest.mark.parametrize("body", [{}, {"by": ""}, {"by": 7}])
async def test_acknowledging_needs_a_name(parts: App, body: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="by"):
        await acknowledge_alert(call(body, alert_id="x"))
