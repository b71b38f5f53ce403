"""Everything the summary shows, asked of the app: nothing here comes from the simulator."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tools.demo.api import Api
from tools.demo.moments import to_api
from tools.demo.verdict import Alert

POINTS = 48


@dataclass(frozen=True, slots=True)
class Curve:
    """One measurement of one model over the period: a number per step, None without data."""

    model: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the app knows about the period.

    Attributes:
        total_requests: of all models.
        failed_requests: of those.
        errors_by_type: how many failures of each type.
        reports: the report of each model's deployment; (deployment, report).
        step_s: width of a curve's step.
        requests: curves of requests per step.
        p95_ms: curves of the 95th percentile of latency.
        alerts: every alert of the period, the first to fire first.
    """

    total_requests: int
    failed_requests: int
    errors_by_type: Mapping[str, int]
    reports: tuple[tuple[str, Mapping[str, Any]], ...]
    step_s: int
    requests: tuple[Curve, ...]
    p95_ms: tuple[Curve, ...]
    alerts: tuple[Alert, ...]


async def ask(api: Api, start: datetime, end: datetime) -> Facts:
    """Return the facts of one period.

    Raises:
        DemoError: the app did not answer as its contract says.
    """
    period = {"start": to_api(start), "end": to_api(end)}
    reports = await _reports(api, period)
    errors: Counter[str] = Counter()
    for _, report in reports:
        errors.update(report["errors_by_type"])
    step_s = max(60, round((end - start).total_seconds() / POINTS / 60) * 60)
    return Facts(
        total_requests=sum(report["total_requests"] for _, report in reports),
        failed_requests=sum(report["failed_requests"] for _, report in reports),
        errors_by_type=dict(errors.most_common()),
        reports=reports,
        step_s=step_s,
        requests=await _curves(api, "model_requests_total", "sum", step_s, period),
        p95_ms=await _curves(api, "model_response_time", "p95", step_s, period),
        alerts=await _alerts(api, period),
    )


async def _reports(
    api: Api, period: Mapping[str, str]
) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    models = (await api.get("/api/v1/models", **period))["models"]
    return tuple(
        [
            (deployment, await api.get(_report_path(model), deployment=deployment, **period))
            for model in models
            for deployment in model["deployments"]
        ]
    )


def _report_path(model: Mapping[str, Any]) -> str:
    return f"/api/v1/models/{quote(model['model'], safe='')}/report"


async def _curves(
    api: Api, metric: str, aggregation: str, step_s: int, period: Mapping[str, str]
) -> tuple[Curve, ...]:
    answer = await api.get(
        "/api/v1/series",
        metric=metric,
        aggregation=aggregation,
        step_s=str(step_s),
        group_by="model",
        **period,
    )
    curves = [
        Curve(series["labels"]["model"], tuple(value for _, value in series["points"]))
        for series in answer["series"]
    ]
    return tuple(sorted(curves, key=lambda curve: curve.model))


async def _alerts(api: Api, period: Mapping[str, str]) -> tuple[Alert, ...]:
    query = {"state": "all", "limit": "1000", **period}
    alerts = [Alert.read(item) for item in (await api.get("/api/v1/alerts", **query))["alerts"]]
    return tuple(
        sorted(alerts, key=lambda alert: alert.fired_at.timestamp() if alert.fired_at else 0)
    )
