"""HTTP functions that answer questions about what was stored."""

import asyncio
from collections.abc import Mapping

import azure.functions as func

from shared.bootstrap import app
from shared.domain.metric.window import Aggregation
from shared.domain.record.rows import RowFilter
from shared.domain.span import span_of
from shared.errors import InvalidInput
from shared.services.alerts import count_active
from shared.services.annotations import annotations_on
from shared.services.report import list_models, model_report
from shared.services.requests import LONGEST_S, find_requests
from shared.services.series import SeriesQuery, query_series
from shared.services.summary import summarise
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()

SPAN = {
    "range": "`5m`, `1h`, `24h`, `7d`, `30d` or seconds, ending now",
    "start": "RFC 3339 time, instead of range",
    "end": "RFC 3339 time, now unless given",
}
_SELECT = {"model": "exact name", "deployment": "exact name"}
_REPORT_LABELS = ("deployment", "application", "resource", "environment", "operation")
_ROW_LABELS = ("model", "deployment", "application", "error_type", "resource", "environment")


@endpoint(
    blueprint,
    "GET",
    "v1/summary",
    summary="Every metric's count, mean, bounds, quantiles and latest value.",
    query={**SPAN, **_SELECT},
)
async def get_summary(call: Call) -> Answer:
    """Summarise every metric over a span."""
    span = span_of(call.query, call.now)
    active = await count_active(alerts=app().alerts)
    where = _where(call.query, tuple(_SELECT))
    return Answer(await summarise(where, span, active_alerts=active, ports=app().reading))


@endpoint(blueprint, "GET", "v1/models", summary="Models with traffic, busiest first.", query=SPAN)
async def get_models(call: Call) -> Answer:
    """List the models that had traffic."""
    return Answer(await list_models(span_of(call.query, call.now), ports=app().reading))


@endpoint(
    blueprint,
    "GET",
    "v1/models/{model}/report",
    summary="A model's performance report.",
    query={**SPAN, **dict.fromkeys(_REPORT_LABELS, "exact name")},
)
async def get_model_report(call: Call) -> Answer:
    """Report on one model."""
    where = _where(call.query, _REPORT_LABELS)
    span = span_of(call.query, call.now)
    return Answer(await model_report(call.model(), where, span, ports=app().reading))


@endpoint(
    blueprint,
    "GET",
    "v1/series",
    summary="A metric over time, and what people noted on it.",
    query={
        "metric": "its name",
        "aggregation": "avg, sum, min, max, last, count, rate, p5, p50, p90, p95, p99",
        "step_s": "seconds a point, a multiple of 60",
        "group_by": "labels, comma-separated",
        "filter": "label:value, comma-separated",
        **SPAN,
    },
)
async def get_series(call: Call) -> Answer:
    """Return a metric's series."""
    query = SeriesQuery(
        metric=call.required("metric"),
        aggregation=call.choice("aggregation", Aggregation, Aggregation.AVG),
        span=span_of(call.query, call.now),
        step_m=_step_m(call),
        group_by=tuple(call.names("group_by")),
        where=_filters(call.query.get("filter", "")),
    )
    found, noted = await asyncio.gather(
        query_series(query, ports=app().reading),
        annotations_on(query.where, query.span, documents=app().documents),
    )
    return Answer(found | {"annotations": noted})


@endpoint(
    blueprint,
    "GET",
    "v1/requests",
    summary="Raw requests, newest first; at most one hour a call.",
    query={
        **SPAN,
        **dict.fromkeys((*_ROW_LABELS, "trace_id", "request_id"), "exact"),
        "min_duration_ms": "the shortest",
        "limit": "100 unless given, 1,000 at most",
        "next": "of an earlier answer",
    },
)
async def get_requests(call: Call) -> Answer:
    """Look up raw requests."""
    span = span_of(call.query, call.now, default="5m", longest_s=LONGEST_S)
    shortest = call.number("min_duration_ms")
    wanted = RowFilter(
        span.first,
        span.end,
        _where(call.query, _ROW_LABELS),
        None if shortest is None else round(shortest * 1000),
        call.query.get("trace_id"),
        call.query.get("request_id"),
    )
    return Answer(
        await find_requests(
            span,
            wanted,
            limit=call.limit(),
            after=call.query.get("next"),
            chunks=app().chunks,
            cursors=app().cursors,
            load_pricing=app().load_pricing,
        )
    )


def _where(query: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: query[name] for name in names if query.get(name)}


def _step_m(call: Call) -> int:
    seconds = call.whole("step_s", 60, 60, 31 * 86_400)
    if seconds % 60:
        raise InvalidInput.at("step_s", f"expected a multiple of 60, got {seconds}")
    return seconds // 60


def _filters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for term in filter(None, text.split(",")):
        name, colon, value = term.partition(":")
        if not colon or not name:
            raise InvalidInput.at("filter", f"expected label:value, got {term!r}")
        found[name.strip()] = value
    return found
