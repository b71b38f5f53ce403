"""HTTP functions for silences."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.muting.silence_input import SilenceBody
from shared.errors import InvalidInput
from shared.services.alerting import EVALUATED_THROUGH
from shared.services.silences import (
    SilencePage,
    SilenceState,
    SilenceView,
    end_silence,
    list_silences,
    make_silence,
)
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


@endpoint(
    blueprint,
    "GET",
    "v1/silences",
    summary="Silences, the latest to start first.",
    answer=SilencePage,
    query={
        "state": "`active`, `pending`, `expired`, or several by comma; all unless given",
        "limit": "100 unless given, 1,000 at most",
        "next": "of an earlier answer",
    },
)
async def get_silences(call: Call) -> Answer:
    """List silences."""
    return Answer(
        await list_silences(
            _states(call),
            limit=call.limit(),
            after=call.query.get("next"),
            now=call.now,
            documents=app().documents,
        )
    )


@endpoint(
    blueprint,
    "POST",
    "v1/silences",
    summary="Keep the alerts that match from reaching anybody, for a while.",
    request=SilenceBody,
    answer=SilenceView,
    status=201,
)
async def post_silence(call: Call) -> Answer:
    """Store a silence."""
    parts = app()
    evaluated = await parts.cursors.read(EVALUATED_THROUGH)
    made = await make_silence(
        call.body(), now=call.now, evaluated=evaluated, documents=parts.documents
    )
    return Answer(made, 201)


@endpoint(
    blueprint,
    "DELETE",
    "v1/silences/{id}",
    summary="End a silence now; it is listed for 30 more days.",
    status=204,
)
async def delete_one_silence(call: Call) -> Answer:
    """End a silence."""
    await end_silence(call.segment("id"), now=call.now, documents=app().documents)
    return Answer(status=204)


def _states(call: Call) -> list[SilenceState]:
    words = call.names("state") or list(SilenceState)
    unknown = [word for word in words if word not in list(SilenceState)]
    if unknown:
        listed = ", ".join(SilenceState)
        raise InvalidInput.at("state", f"expected some of {listed}, got {unknown[0]!r:.60}")
    return [SilenceState(word) for word in words]
