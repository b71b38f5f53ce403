"""Reports on models: one in detail, or all in a line each."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from shared.domain import label
from shared.domain.cost.capacity import capacity_of
from shared.domain.cost.costing import CostQuery, costs_of
from shared.domain.cost.report_fields import cost_fields
from shared.domain.cost.table import CostTable
from shared.domain.cost.token_costs import MEASURES as COSTS
from shared.domain.metric.merging import merged
from shared.domain.model_naming import assumes
from shared.domain.packing import Ints
from shared.domain.report import report_of, times_ms, tokens_by_type
from shared.domain.rollup.measures import REQUEST_MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.token_cell import TokenType
from shared.domain.span import Span
from shared.domain.timeline import minute_of
from shared.services.reading import ReadPorts, freshness, read_span

_REPORT = frozenset(REQUEST_MEASURES.dense) - {
    name for name in REQUEST_MEASURES.dense if name.startswith("moment")
} | {
    "error_type",
    "error_class",
    "finish_reason",
    "latency_sketch",
    "failed_sketch",
    "first_token_sketch",
    *COSTS,
}
_MODELS = COSTS | {"latency_sum", "latency_min", "latency_max", "latency_sketch"}


async def model_report(
    model: str, where: Mapping[str, str], span: Span, *, ports: ReadPorts
) -> dict[str, Any]:
    """Return a model's report over a span; see the HTTP contract.

    Args:
        model: its name, exact.
        where: further labels -> the value they must have.
        span: minutes reported on.
        ports: where from.
    """
    fresh = await freshness(ports)
    rollups = await read_span(Kind.REQUEST, span.first, span.end, fresh, ports, only=_REPORT)
    wanted = {label.MODEL: model, **where}
    whole = as_one(merged(rollups, REQUEST_MEASURES, (), wanted, _REPORT))
    head = {"model_name": model, **span.described(fresh.through)}
    if len(whole) == 0:
        return {**head, "no_data": True}
    costs = await _costs(rollups, CostQuery(span, where=wanted), fresh.through, ports)
    assumed = await _assumed([model], rollups, wanted, span, ports)
    return {**head, "model_assumed": assumed[model], **report_of(whole), **cost_fields(costs)}


async def list_models(span: Span, *, ports: ReadPorts) -> dict[str, Any]:
    """Return every model with traffic in a span, busiest first."""
    fresh = await freshness(ports)
    rollups = await read_span(Kind.REQUEST, span.first, span.end, fresh, ports, only=_MODELS)
    by_pair = as_one(
        merged(rollups, REQUEST_MEASURES, (label.MODEL, label.DEPLOYMENT), {}, _MODELS)
    )
    deployments: dict[str, list[str]] = {}
    for pair in by_pair.labels:
        deployments.setdefault(dict(pair)[label.MODEL], []).append(dict(pair)[label.DEPLOYMENT])
    costs = await _costs(rollups, CostQuery(span, (label.MODEL,)), fresh.through, ports)
    assumed = await _assumed(deployments, rollups, {}, span, ports)
    models = [
        _model_line(model, sorted(names), _only(by_pair, model), assumed=assumed[model])
        | cost_fields(costs.of(labels))
        for model, names in deployments.items()
        for labels in (((label.MODEL, model),),)
    ]
    models.sort(key=lambda line: (-line["total_requests"], line["model"]))
    return {**span.described(fresh.through), "models": models}


def as_one(rollup: Rollup) -> Rollup:
    """Return a rollup with all its steps in one."""

    def step(slots: Ints) -> Ints:
        return np.zeros(len(slots), np.int64)

    return aggregate([rollup], rollup.measures, step=step)


def _only(by_pair: Rollup, model: str) -> Rollup:
    return merged([by_pair], REQUEST_MEASURES, (), {label.MODEL: model}, _MODELS)


async def _assumed(
    models: Collection[str],
    rollups: Sequence[Rollup],
    where: Mapping[str, str],
    span: Span,
    ports: ReadPorts,
) -> dict[str, bool]:
    """Return model -> whether it may be a deployment's name, as nobody tells what that serves."""
    pricing = await ports.load_pricing()
    found = dict.fromkeys(models, False)
    unknown = {model for model in models if pricing.names.find(model) is None}
    if not unknown:
        return found
    names = (label.MODEL, label.DEPLOYMENT, label.RESOURCE)
    told: dict[str, list[bool]] = {}
    for labels in merged(rollups, REQUEST_MEASURES, names, where, {"n"}).labels:
        own = dict(labels)
        if own[label.MODEL] in unknown:
            assumed = assumes(own, pricing.deployments, pricing.names, span.end - 1)
            told.setdefault(own[label.MODEL], []).append(assumed)
    return found | {model: all(each) for model, each in told.items()}


def _model_line(
    model: str, deployments: list[str], whole: Rollup, *, assumed: bool
) -> dict[str, Any]:
    total, ok = int(whole.ints("n")[0]), int(whole.ints("n_ok")[0])
    tokens = tokens_by_type(whole)
    return {
        "model": model,
        "model_assumed": assumed,
        "deployments": deployments,
        "total_requests": total,
        "error_rate": (total - ok) / total if total else 0.0,
        "p95_response_time_ms": times_ms(whole, "ms", "latency", "n_ok")["p95_ms"],
        "total_tokens": tokens[TokenType.INPUT] + tokens[TokenType.OUTPUT],
    }


async def _costs(
    rollups: Sequence[Rollup], query: CostQuery, through: int | None, ports: ReadPorts
) -> CostTable:
    pricing = await ports.load_pricing()
    until = min(query.span.end, minute_of(ports.clock()))
    capacity = capacity_of(pricing, (), query.span.first, until, query.step_m)
    return costs_of(rollups, pricing, capacity, query, through)
