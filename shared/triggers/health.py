"""HTTP functions that tell whether the app is alive, and whether it can do its work."""

import azure.functions as func

from shared.bootstrap import app
from shared.services.health import readiness
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


@endpoint(blueprint, "GET", "health", summary="Whether the process answers.", anonymous=True)
async def health(call: Call) -> Answer:
    """Answer that the process is alive, without details."""
    del call
    return Answer({"status": "ok"})


@endpoint(blueprint, "GET", "health/ready", summary="Whether storage answers and timers run.")
async def health_ready(call: Call) -> Answer:
    """Answer 200 when ready, 503 with the failing checks when not."""
    parts = app()
    ready, checks = await readiness(
        now=call.now, cursors=parts.cursors, rollups=parts.rollups, telemetry=parts.telemetry
    )
    return Answer(checks, 200 if ready else 503, {} if ready else {"Retry-After": "30"})
