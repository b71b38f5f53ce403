"""The HTTP function that holds a cost export of Azure against what was computed."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.reconciliation.view import Reconciliation
from shared.services.reconciliation import reconcile
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()

CSV = ("text/csv", "application/csv", "text/plain", "application/octet-stream")
MAX_EXPORT_BYTES = 32 << 20


@endpoint(
    blueprint,
    "POST",
    "v1/costs/reconcile",
    summary="Hold a cost export (CSV, FOCUS or Cost Management) against what was computed.",
    answer=Reconciliation,
)
async def post_reconciliation(call: Call) -> Answer:
    """Compare billed with computed."""
    body = call.body(limit_bytes=MAX_EXPORT_BYTES, types=CSV)
    return Answer(await reconcile(body, ports=app().costs))
