"""Quality scores of a model's answers, as gauges `model_quality_<name>`."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.domain import label
from shared.domain.metric.names import QUALITY_PREFIX
from shared.domain.record.metric_record import MAX_SCORE, MetricKind, MetricRecord
from shared.domain.record.request import MAX_TAGS, BatchId, Moment, Name, TagText

MAX_SCORES = 50
EVALUATOR = "evaluator"

ScoreName = Annotated[str, Meta(min_length=1, max_length=128)]
Score = Annotated[float, Meta(ge=-MAX_SCORE, le=MAX_SCORE)]

_LABELS = (
    label.MODEL,
    label.DEPLOYMENT,
    label.APPLICATION,
    label.ENVIRONMENT,
    label.RESOURCE,
    EVALUATOR,
)


class QualityReport(msgspec.Struct, frozen=True):
    """What is posted to `/api/v1/quality`: the scores of one answer, or of one evaluation run.

    Attributes:
        scores: name -> score; groundedness and the like from 0 to 1, so that histograms tell.
        timestamp: when; None is on arrival, and not for a report with a batch_id.
        request_id: the request that was judged.
        evaluator: who or what judged.
    """

    model: Name
    scores: Annotated[dict[ScoreName, Score], Meta(min_length=1, max_length=MAX_SCORES)]
    batch_id: BatchId | None = None
    resource: Name | None = None
    deployment: Name | None = None
    application: Name | None = None
    environment: Name | None = None
    evaluator: Name | None = None
    timestamp: Moment | None = None
    request_id: Name | None = None
    tags: Annotated[dict[TagText, TagText], Meta(max_length=MAX_TAGS)] | None = None


def quality_records(
    report: QualityReport, at: datetime, series_tags: Collection[str]
) -> list[MetricRecord]:
    """Return a gauge per score, in the order sent.

    Args:
        report: as decoded.
        at: its time.
        series_tags: the tags that become labels, as those of requests do; others are left out.
    """
    labels = {name: text for name, text in (report.tags or {}).items() if name in series_tags}
    labels |= {name: getattr(report, name) for name in _LABELS if getattr(report, name)}
    return [
        MetricRecord(
            QUALITY_PREFIX + name,
            MetricKind.GAUGE,
            at,
            value,
            attributes=labels,
            request_id=report.request_id,
        )
        for name, value in report.scores.items()
    ]
