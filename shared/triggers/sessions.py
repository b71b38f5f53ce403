"""HTTP functions for model requests that are reported in two calls."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.record.session import SessionCompletion, SessionStart
from shared.services.ingest import IngestAnswer
from shared.services.sessions import SessionAnswer, complete_session, start_session
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()

_STRICT = {"strict": "`true` refuses unknown fields"}


@endpoint(
    blueprint,
    "POST",
    "v1/requests/start",
    summary="Begin the session of a model request.",
    request=SessionStart,
    answer=SessionAnswer,
    query=_STRICT,
    status=201,
)
async def post_session_start(call: Call) -> Answer:
    """Begin a session."""
    answer = await start_session(
        call.body(), strict=call.flag("strict"), sessions=app().sessions, ports=app().ingest
    )
    return Answer(answer, 201)


@endpoint(
    blueprint,
    "POST",
    "v1/requests/{session_id}/complete",
    summary="Complete a session: its request is stored once, however often this is sent.",
    request=SessionCompletion,
    answer=IngestAnswer,
    query=_STRICT,
    status=202,
)
async def post_session_completion(call: Call) -> Answer:
    """Complete a session."""
    answer = await complete_session(
        call.path["session_id"],
        call.body(),
        strict=call.flag("strict"),
        sessions=app().sessions,
        ports=app().ingest,
    )
    return Answer(answer, 202)
