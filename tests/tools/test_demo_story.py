"""The demo against a small stand-in for the app: what it sends, checks, prints and returns."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tools.demo.api import Api, DemoError
from tools.demo.options import Options
from tools.demo.paint import Paint
from tools.demo.sending import check_accepted
from tools.demo.story import draw_traffic, last_settled_minute, tell
from tools.simulator import Incident, Post, Traffic, earlier_days, simulate

END = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
ONCE = Options(trace=None, once=True, port=7300, seed=1)


MONEY: dict[str, Any] = {
    "costs": {
        "total_cost": "120.5",
        "unseen_cost": "20.5",
        "items": [
            {"model": "gpt-5", "row": "usage", "list_cost": "80"},
            {"model": "gpt-5", "row": "unseen", "list_cost": "20.5"},
            {"model": "gpt-5", "row": "idle_ptu", "list_cost": "20"},
            {"model": "gpt-5", "row": "unpriced", "list_cost": "0"},
        ],
    },
    "costs/forecast": {
        "month_end": {
            "month": "2026-11",
            "spent": "90",
            "expected": "130",
            "low80": "125",
            "high80": "135",
        }
    },
    "cost-plan": {
        "current_monthly_cost_estimate": "120",
        "expected_savings": "30",
        "implementation_priority": [{"description": "Let contracts wait."}],
        "optimization_recommendations": [
            {
                "description": "Let contracts wait.",
                "potential_monthly_savings": "30",
                "savings_range": {"low": "20", "high": "40"},
                "recommended": recommended,
            }
            for recommended in (True, False)
        ],
    },
    "recommendations": {
        "recommendations": [
            {
                "id": str(at),
                "model": "gpt-5",
                "deployment": "gpt5-prod",
                "application": "",
                "priority": priority,
                "description": f"Do number {at}.",
                "estimated_cost_impact_usd_per_month": None,
            }
            for at, priority in enumerate(["low", "high", "low", "medium", "low", "low"])
        ]
    },
    "costs/anomalies": {"anomalies": []},
    "models/gpt-5/cost-trend": {
        "model_name": "gpt-5",
        "insufficient_data": True,
        "reason": "3 known days",
    },
    "models/gpt-5/degradation": {"degradation_detected": True},
    "models/{model}/degradation": {"degradation_detected": False},
}


def _always(answer: Any) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        del request
        return web.json_response(answer)

    return handler


class StandIn:
    """Answers as the contract says; counts what came, finds what it is told to find."""

    def __init__(self) -> None:
        self.requests = 0
        self.reports = {"cpu_utilization": 0, "model_quality_groundedness": 0}
        self.batches: set[str] = set()
        self.puts: dict[str, Any] = {}
        self.runs: list[str] = []
        self.found: tuple[Incident, ...] = ()
        self.reject = False
        self.busy = 0
        self.server = TestServer(self._application())

    @property
    def base_url(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=8 * 2**20)
        app.router.add_put("/api/v1/{kind}/{name}", self._put)
        app.router.add_post("/api/v1/{kind}", self._post)
        app.router.add_post("/admin/functions/{name}", self._run)
        app.router.add_get("/api/v1/summary", self._summary)
        app.router.add_get("/api/v1/models", self._models)
        app.router.add_get("/api/v1/models/{model}/report", self._report)
        app.router.add_get("/api/v1/series", self._series)
        app.router.add_get("/api/v1/alerts", self._alerts)
        app.router.add_get("/api/v1/anomalies", self._anomalies)
        for path, answer in MONEY.items():
            app.router.add_get(f"/api/v1/{path}", _always(answer))
        return app

    async def _put(self, request: web.Request) -> web.Response:
        content = await request.json()
        self.puts[request.match_info["name"]] = content
        return web.json_response({**content, "status": {"exceeds_on": "2026-11-29"}})

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.busy:
            self.busy -= 1
            return web.json_response({}, status=503, headers={"Retry-After": "0"})
        count = len(body.get("requests", [body]))
        if self.reject:
            fault = {"index": 0, "path": "requests[0].model", "reason": "too plain"}
            return web.json_response({"accepted": count - 1, "rejected": [fault]}, status=202)
        self.batches.add(body["batch_id"])
        self.reports["cpu_utilization"] += "usage" in body
        self.reports["model_quality_groundedness"] += "scores" in body
        self.requests += len(body.get("requests", []))
        return web.json_response({"accepted": count, "rejected": []}, status=202)

    async def _run(self, request: web.Request) -> web.Response:
        self.runs.append(request.match_info["name"])
        return web.Response(status=202)

    async def _summary(self, request: web.Request) -> web.Response:
        behind = timedelta(hours=1) if self.runs.count("rollup") == 1 else timedelta()
        reports = {name: {"count": count} for name, count in self.reports.items()}
        return web.json_response(
            {"data_through": (END - behind).isoformat(), "metric_breakdown": reports}
        )

    async def _models(self, request: web.Request) -> web.Response:
        model = {"model": "gpt-5", "deployments": ["gpt5-prod"], "total_requests": self.requests}
        return web.json_response({"models": [model]})

    async def _report(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "model_name": "gpt-5",
                "total_requests": self.requests,
                "failed_requests": 12,
                "error_rate": 0.01,
                "errors_by_type": {"timeout": 9, "server_error": 3},
                "p50_response_time_ms": 1500.4,
                "p95_response_time_ms": 4000.0,
                "p99_response_time_ms": None,
                "total_input_tokens": 5_000_000,
                "total_output_tokens": 40_000,
            }
        )

    async def _series(self, request: web.Request) -> web.Response:
        points = [["2026-11-23T20:00:00Z", 1.0], ["2026-11-23T20:30:00Z", 2.0]]
        return web.json_response({"series": [{"labels": {"model": "gpt-5"}, "points": points}]})

    async def _anomalies(self, request: web.Request) -> web.Response:
        behind = timedelta(hours=1) if self.runs.count("score_anomalies") == 1 else timedelta()
        return web.json_response({"scored_through": (END - behind).isoformat()})

    async def _alerts(self, request: web.Request) -> web.Response:
        found = [alert(incident) for incident in self.found]
        through = "2026-11-23T21:00:00Z"
        evaluated = through if "evaluate_alerts" in self.runs else None
        return web.json_response(
            {"alerts": found, "evaluated_through": evaluated, "data_through": through}
        )


def alert(incident: Incident) -> dict[str, Any]:
    fired_at = incident.start + timedelta(minutes=3)
    return {
        "rule": incident.rule,
        "labels": dict(incident.labels),
        "state": "resolved",
        "severity": "error",
        "worst_value": 0.3,
        "comparison": ">",
        "threshold": 0.05,
        "message": f"{incident.rule} is high",
        "fired_at": fired_at.isoformat(),
        "resolved_at": incident.end.isoformat(),
    }


@pytest.fixture
async def app() -> AsyncIterator[StandIn]:
    stand_in = StandIn()
    async with stand_in.server:
        yield stand_in


@pytest.fixture(scope="module")
def traffic() -> Traffic:
    return simulate(END - timedelta(hours=24), END, scale=0.02)


async def told(app: StandIn, traffic: Traffic) -> tuple[bool, str]:
    out = io.StringIO()
    found = await tell(ONCE, traffic, base_url=app.base_url, paint=Paint(False), out=out)
    return found, out.getvalue()


async def test_everything_is_sent_once_and_the_timers_run(app: StandIn, traffic: Traffic) -> None:
    await told(app, traffic)
    assert app.requests == len(traffic)
    assert len(app.batches) == len(list(traffic.posts())) + len(traffic.measurements)
    assert app.runs == [
        "rollup",
        "rollup",
        "score_anomalies",
        "score_anomalies",
        "build_digests",
        "compute_baselines",
        "evaluate_alerts",
    ]


async def test_quotas_and_the_spike_rule_are_stored_first(app: StandIn, traffic: Traffic) -> None:
    await told(app, traffic)
    assert app.puts["traffic-spike"]["metric"] == "model_requests_total"
    assert app.puts["gpt41-legacy"]["tpm_quota"] == 400_000
    assert app.puts["gpt41-legacy"]["effective_from"] == "2026-11-22T21:00:00Z"


async def test_with_weeks_before_it_the_story_has_spend_and_advice(
    app: StandIn, traffic: Traffic
) -> None:
    past = earlier_days(traffic.start, days=2)
    out = io.StringIO()
    await tell(ONCE, traffic, past=past, base_url=app.base_url, paint=Paint(False), out=out)
    text = out.getvalue()
    assert app.requests == len(traffic) + len(past)
    assert app.puts["gpt41-ptu"]["ptu"] == 15
    assert app.puts["gpt41-ptu"]["effective_from"] == "2026-11-20T21:00:00Z"
    assert app.puts["contract-review"]["max_delay_s"] == 86_400
    assert app.puts["everything"]["amount_usd"] == "123.50"
    assert app.runs[-2:] == ["watch_spend", "plan_costs"]
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for line in (
        "31 days $120.50: gpt-5 $120.50",
        "budget everything: $123.50, expected to be exceeded on 2026-11-29",
        "plan could save $30.00 of $120.00 in 30 days (25.0%)",
        "$30.00 Let contracts wait. ($20.00 to $40.00)",
        "Advice: 6 recommendations, the first 5",
        "Worse than its baseline in the last hour: gpt-5",
    ):
        assert line in lines
    assert text.index("Do number 1.") < text.index("Do number 3.") < text.index("Do number 0.")
    assert "Do number 5." not in text


async def test_a_story_without_weeks_before_it_has_no_money(app: StandIn, traffic: Traffic) -> None:
    _, text = await told(app, traffic)
    assert "$" not in text.split("Where to look next")[0]


async def test_a_summary_with_everything_found_is_a_success(app: StandIn, traffic: Traffic) -> None:
    app.found = traffic.incidents
    found, text = await told(app, traffic)
    assert found
    assert "6 of 6 found" in text
    assert "alerts beyond the script: 0" in text
    assert "at worst 0.3, fires at > 0.05" in text
    assert f"{len(traffic):,}" in text
    assert "timeout 9, server_error 3" in text
    assert text.count("SIMULATED") == 2
    assert "\x1b" not in text


async def test_an_incident_that_no_alert_found_is_said_and_fails(
    app: StandIn, traffic: Traffic
) -> None:
    app.found = traffic.incidents[:-1]
    found, text = await told(app, traffic)
    assert not found
    assert "5 of 6 found" in text
    assert "NOT found  20:00-20:20  a runaway job" in text


async def test_a_busy_app_is_asked_again(app: StandIn, traffic: Traffic) -> None:
    app.busy = 3
    await told(app, traffic)
    assert app.requests == len(traffic)


async def test_a_rejected_record_stops_the_demo(app: StandIn, traffic: Traffic) -> None:
    app.reject = True
    with pytest.raises(DemoError, match=r"requests\[0\].model: too plain"):
        await told(app, traffic)


async def test_an_answer_of_another_status_stops_the_demo(app: StandIn) -> None:
    async with Api(app.base_url) as api:
        with pytest.raises(DemoError, match="GET /api/v1/nothing: the app answered 405"):
            await api.get("/api/v1/nothing")


async def test_an_app_that_is_away_stops_the_demo() -> None:
    async with Api("http://127.0.0.1:7399") as api:
        with pytest.raises(DemoError, match="did not answer"):
            await api.run("rollup")


def test_fewer_accepted_than_sent_is_an_error() -> None:
    post = Post("/api/v1/requests", "b", b"", 3)
    with pytest.raises(DemoError, match="2 of 3 records accepted"):
        check_accepted(post, {"accepted": 2, "rejected": []})


def test_the_traffic_ends_with_the_last_settled_minute() -> None:
    now = datetime(2026, 11, 23, 21, 0, 50, tzinfo=UTC)
    assert last_settled_minute(now) == END
    assert last_settled_minute(now - timedelta(seconds=11)) == END - timedelta(minutes=1)


def test_a_trace_that_is_none_stops_the_demo(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(DemoError, match="line 2"):
        draw_traffic(replace(ONCE, trace=path), END)
