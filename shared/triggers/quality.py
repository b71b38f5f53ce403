"""The HTTP function that takes in quality scores."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.record.quality import QualityReport
from shared.services.ingest import IngestAnswer
from shared.services.quality import ingest_quality
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


@endpoint(
    blueprint,
    "POST",
    "v1/quality",
    summary="Store the quality scores of an answer, or of an evaluation run.",
    request=QualityReport,
    answer=IngestAnswer,
    query={"strict": "`true` refuses unknown fields"},
    status=202,
)
async def post_quality(call: Call) -> Answer:
    """Store quality scores."""
    parts = app()
    answer = await ingest_quality(
        call.body(),
        strict=call.flag("strict"),
        series_tags=parts.settings.series_tags,
        registry=parts.registry,
        ports=parts.ingest,
    )
    return Answer(answer, 202)
