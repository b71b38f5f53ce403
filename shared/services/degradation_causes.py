"""What explains a change: requests of the span against those of a time of reference.

The reference is the same hours of the 7 days before the change began, so that the time of day is no
cause; a span of a day or more is held against as long before the change. Where there is none of
that, the 24 hours before the change serve.

Prompt versions are in no rollup. For them raw requests are read: the last hour of the span and the
same hour before the change, at most 5 chunks of every 5 minutes.
"""

import asyncio
from collections.abc import Sequence
from itertools import chain

import numpy as np

from shared.domain import label
from shared.domain.baseline.metrics import ERROR_RATE
from shared.domain.degradation.attribution_view import (
    Attribution,
    error_attribution,
    latency_attribution,
    mean_attribution,
)
from shared.domain.degradation.change import Change, Shape
from shared.domain.degradation.evidence import Evidence, family_of
from shared.domain.degradation.timelines import Name, concerns
from shared.domain.deployment.deployment import QuotaBook
from shared.domain.model_naming import named
from shared.domain.packing import Ints
from shared.domain.record.batch import Batch
from shared.domain.rollup.chunks import joined
from shared.domain.rollup.measures import REQUEST_MEASURES, Kind
from shared.domain.rollup.requests import rollup_requests
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.span import Span
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M, floor_to, minute_of
from shared.services.degradation_reading import read_requests
from shared.services.ports import Chunks
from shared.services.reading import Freshness, ReadPorts

_REFERENCE_D = 7
_MOST_CHUNKS = 5
_MOST_VERSIONS = 20
_PROMPT = "prompt_version"
# Family of metrics -> the measures that count and are summed.
_MEANS = {
    "time_to_first_token": ("first_token_n", "first_token_sum"),
    "tokens_per_request": ("usage_n", "usage_sum"),
}
_EXPLAINED = {"response_time", ERROR_RATE, *_MEANS}


async def causes_of(
    change: Change, name: Name, evidence: Evidence, fresh: Freshness, ports: ReadPorts
) -> list[Attribution]:
    """Return what a change is made of; nothing where that is not kept, or there is no reference.

    Args:
        change: of a metric of the series.
        name: the series.
        evidence: what it was judged by.
        fresh: how far stored rollups can be relied on.
        ports: where from.
    """
    if family_of(change.metric) not in _EXPLAINED:
        return []
    for spans in _references(change, evidence.span):
        before = await read_requests(spans, name, fresh, ports)
        if len(before):
            after = _of_name(evidence.current, name)
            return await asyncio.to_thread(_attributed, change, before, after)
    return []


async def prompt_causes_of(
    change: Change, name: Name, span: Span, chunks: Chunks, deployments: QuotaBook
) -> list[Attribution]:
    """Return what prompt versions have to do with a change of latency or errors.

    Args:
        change: of a metric of the series.
        name: the series.
        span: what was judged.
        chunks: raw requests.
        deployments: what is known of them; models are named by it.
    """
    if family_of(change.metric) not in ("response_time", ERROR_RATE):
        return []
    judged = Span(max(span.first, span.end - HOUR_M), span.end)
    days = -(-(judged.end - _began(change, span)) // DAY_M)
    reference = Span(judged.first - max(days, 1) * DAY_M, judged.end - max(days, 1) * DAY_M)
    before, after = await asyncio.gather(
        *(_by_prompt(each, name, chunks, deployments) for each in (reference, judged))
    )
    if not len(before) or not len(after):
        return []
    if change.metric == ERROR_RATE:
        return mean_attribution(change.metric, "n", "failed", before, after, _PROMPT)
    return latency_attribution(change.metric, before, after, _PROMPT)


def _attributed(change: Change, before: Rollup, after: Rollup) -> list[Attribution]:
    family = family_of(change.metric)
    if family == "response_time":
        return latency_attribution(change.metric, before, after)
    if family == ERROR_RATE:
        return error_attribution(change.metric, before, after)
    if family in _MEANS:
        return mean_attribution(change.metric, *_MEANS[family], before, after)
    return []


def _references(change: Change, span: Span) -> list[list[Span]]:
    """Return spans to compare with, in order of preference."""
    began = _began(change, span)
    length = span.end - span.first
    if change.shape is Shape.DRIFT:
        return [[Span(began, began + DAY_M)]]
    lately = [Span(floor_to(began - DAY_M, HOUR_M), began)]
    if length >= DAY_M:
        return [[Span(began - length, began)], lately]
    first, end = floor_to(span.first, HOUR_M), floor_to(span.end + HOUR_M - 1, HOUR_M)
    skipped = max(-(-(end - began) // DAY_M), 1)
    days = range(skipped, skipped + _REFERENCE_D)
    return [[Span(first - day * DAY_M, end - day * DAY_M) for day in days], lately]


def _began(change: Change, span: Span) -> int:
    began = change.began
    if began is None:
        return span.first
    return minute_of(began.at if change.shape is Shape.DRIFT else began.earliest)


def _of_name(rollup: Rollup, name: Name) -> Rollup:
    kept = np.array([concerns(name, labels) for labels in rollup.labels], np.bool_)
    return rollup.where(kept[rollup.series]) if len(rollup) else rollup


async def _by_prompt(span: Span, name: Name, chunks: Chunks, deployments: QuotaBook) -> Rollup:
    """Return the requests of a span by prompt version, one row each."""
    buckets = range(floor_to(span.first, BUCKET_M), span.end, BUCKET_M)
    keys = await asyncio.gather(*(chunks.keys(Kind.REQUEST, bucket) for bucket in buckets))
    found = await asyncio.gather(*(chunks.fetch(_spread(each)) for each in keys if each))
    held = list(chain.from_iterable(found))
    if not held:
        return aggregate([], REQUEST_MEASURES)

    def rolled() -> Rollup:
        return aggregate(
            _of_versions(joined(held, ids=False), name, deployments),
            REQUEST_MEASURES,
            step=lambda slots: np.full(len(slots), span.first, np.int64),
        )

    return await asyncio.to_thread(rolled)


def _spread[T](keys: Sequence[T]) -> list[T]:
    """Return a few of many, evenly spread."""
    places = np.linspace(0, len(keys) - 1, min(len(keys), _MOST_CHUNKS))
    return [keys[at] for at in np.rint(places).astype(int).tolist()]


def _of_versions(batch: Batch, name: Name, deployments: QuotaBook) -> list[Rollup]:
    codes: Ints = batch.ints(_PROMPT)
    versions, counts = np.unique(codes, return_counts=True)
    most = versions[np.argsort(-counts, kind="stable")][:_MOST_VERSIONS].tolist()
    table = batch.table(_PROMPT)
    parts = []
    for code in most:
        text = table[code] if 0 <= code < len(table) else ""
        (rollup,) = named([rollup_requests(batch.rows(codes == code), ())], deployments)
        own = _of_name(rollup, name)
        labels = [((label.MODEL, name[0]), (_PROMPT, text))] * len(own.labels)
        parts.append(
            Rollup(own.measures, own.slots, own.series, labels, own.dense, own.sparse, own.terms)
        )
    return parts
