"""HTTP function that tells what everything cost."""

import time

import azure.functions as func

from shared.bootstrap import app
from shared.domain.cost.costing import CostQuery
from shared.domain.cost.good_answers import Thresholds
from shared.domain.cost.grouping import grouping_of
from shared.domain.cost.month import cost_span
from shared.domain.cost.own import OwnCosts
from shared.domain.cost.report import CostReport, csv_of
from shared.domain.span import span_of
from shared.errors import InvalidInput
from shared.services.costs import cost_report
from shared.services.digests import Budget
from shared.services.own_use import read_own_costs
from shared.services.successors import SuccessorView, model_successors
from shared.services.user_costs import user_cost_report
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.query import SPAN
from shared.triggers.responses import JSON, Answer

blueprint = func.Blueprint()

CSV = "text/csv"
# For digests of days that have none yet, as the current one.
_BUDGET_S = 30.0
_LONGEST_OWN_S = 400 * 86_400
_PLACES = ("deployment", "application", "resource")
_LABELS = (
    "model",
    "deployment",
    "application",
    "resource",
    "environment",
    "operation",
    "model_version",
)


@endpoint(
    blueprint,
    "GET",
    "v1/costs",
    summary="What a span of time cost, in rows that add up; CSV with `Accept: text/csv`.",
    answer=CostReport,
    query={
        **SPAN,
        "period": "instead of a range: `month` for the month to date, or one as `2026-11`",
        "group_by": "labels, `tag:<key>`, user, day, hour; comma-separated",
        **dict.fromkeys(_LABELS, "exact name"),
        "quality_threshold": "from which score (0..1) on an answer is good, where its application "
        "does not say",
        "score": "the score that answers are judged by; the one with most values unless given",
    },
)
async def get_costs(call: Call) -> Answer:
    """Tell what a span cost."""
    grouping = grouping_of(call.names("group_by"), app().settings.series_tags)
    where = {name: call.query[name] for name in _LABELS if call.query.get(name)}
    span = cost_span(call.query, call.now)
    query = CostQuery(span, grouping.labels, where, grouping.period)
    if grouping.by_user:
        budget = Budget(time.monotonic, time.monotonic() + _BUDGET_S)
        report, rows = await user_cost_report(
            grouping,
            query,
            now=call.now,
            budget=budget,
            ports=app().costs,
            digests=app().digests,
        )
    else:
        thresholds = Thresholds(every=_threshold(call), score=call.query.get("score"))
        report, rows = await cost_report(grouping, query, thresholds, ports=app().costs)
    if call.accepted((JSON, CSV)) == CSV:
        return Answer(csv_of(rows, grouping), media_type=CSV)
    return Answer(report)


@endpoint(
    blueprint,
    "GET",
    "v1/costs/own",
    summary="What the monitor itself cost, estimated from its own counters.",
    answer=OwnCosts,
    query={
        **SPAN,
        "period": "as of `/api/v1/costs`",
        "memory_gb": "of an instance; 2 unless given",
    },
)
async def get_own_costs(call: Call) -> Answer:
    """Tell what the monitor itself cost."""
    span = cost_span(call.query, call.now)
    if span.seconds > _LONGEST_OWN_S:
        raise InvalidInput.at("range", "expected a span of at most 400 days")
    memory_gb = call.whole("memory_gb", 2, 1, 4)
    await app().meter.save(call.now)
    return Answer(await read_own_costs(span, memory_gb=memory_gb, uses=app().own_uses))


def _threshold(call: Call) -> float | None:
    threshold = call.number("quality_threshold")
    if threshold is not None and threshold > 1:
        raise InvalidInput.at(
            "quality_threshold", f"expected a number from 0 to 1, got {threshold}"
        )
    return threshold


@endpoint(
    blueprint,
    "GET",
    "v1/models/{model}/successors",
    summary="When a model retires, and what its successors would have cost on the same traffic.",
    answer=SuccessorView,
    query={**SPAN, **dict.fromkeys(_PLACES, "exact name")},
)
async def get_model_successors(call: Call) -> Answer:
    """Compare a model's successors on its own traffic, of the last 30 days unless asked."""
    where = {name: call.query[name] for name in _PLACES if call.query.get(name)}
    span = span_of(call.query, call.now, default="30d")
    return Answer(
        await model_successors(call.model(), where, span, now=call.now, ports=app().costs)
    )
