"""HTTP functions that take in model requests and metrics."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.record.metric_record import MetricBatch
from shared.domain.record.request import RequestBatch
from shared.services.ingest import IngestAnswer, ingest_requests
from shared.services.metrics import ingest_metrics
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()

_STRICT = {"strict": "`true` refuses items with unknown fields"}


@endpoint(
    blueprint,
    "POST",
    "v1/requests",
    summary="Store completed model requests.",
    request=RequestBatch,
    answer=IngestAnswer,
    query=_STRICT,
    status=202,
)
async def post_requests(call: Call) -> Answer:
    """Store a batch of model requests."""
    answer = await ingest_requests(call.body(), strict=call.flag("strict"), ports=app().ingest)
    return ingested(answer)


@endpoint(
    blueprint,
    "POST",
    "v1/metrics",
    summary="Store metric values.",
    request=MetricBatch,
    answer=IngestAnswer,
    query=_STRICT,
    status=202,
)
async def post_metrics(call: Call) -> Answer:
    """Store a batch of metric values."""
    answer = await ingest_metrics(
        call.body(),
        strict=call.flag("strict"),
        registry=app().registry,
        ports=app().ingest,
    )
    return ingested(answer)


def ingested(answer: IngestAnswer) -> Answer:
    """Return 202, or 207 where some items were rejected."""
    return Answer(answer, 207 if answer.rejected else 202)
