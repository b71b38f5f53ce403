"""HTTP functions for annotations."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.annotation.annotation import Annotation, AnnotationKind
from shared.domain.annotation.input import AnnotationBody
from shared.domain.span import span_of
from shared.errors import InvalidInput
from shared.services.annotations import (
    AnnotationPage,
    delete_annotation,
    list_annotations,
    make_annotation,
)
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.query import SPAN
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


@endpoint(
    blueprint,
    "GET",
    "v1/annotations",
    summary="Annotations, the latest to start first.",
    answer=AnnotationPage,
    query={
        "kind": "`release`, `prompt`, `model`, `incident`, `other`, or several by comma",
        **SPAN,
        "limit": "100 unless given, 1,000 at most",
        "next": "of an earlier answer",
    },
)
async def get_annotations(call: Call) -> Answer:
    """List annotations, of the last 30 days unless told otherwise."""
    return Answer(
        await list_annotations(
            _kinds(call),
            span_of(call.query, call.now, default="30d"),
            limit=call.limit(),
            after=call.query.get("next"),
            documents=app().documents,
        )
    )


@endpoint(
    blueprint,
    "POST",
    "v1/annotations",
    summary="Say what happened; baselines leave an incident out.",
    request=AnnotationBody,
    answer=Annotation,
    status=201,
)
async def post_annotation(call: Call) -> Answer:
    """Store an annotation."""
    return Answer(await make_annotation(call.body(), documents=app().documents), 201)


@endpoint(
    blueprint,
    "DELETE",
    "v1/annotations/{id}",
    summary="Take an annotation back.",
    status=204,
)
async def delete_one_annotation(call: Call) -> Answer:
    """Delete an annotation."""
    await delete_annotation(call.segment("id"), documents=app().documents)
    return Answer(status=204)


def _kinds(call: Call) -> list[AnnotationKind]:
    words = call.names("kind") or list(AnnotationKind)
    unknown = [word for word in words if word not in list(AnnotationKind)]
    if unknown:
        listed = ", ".join(AnnotationKind)
        raise InvalidInput.at("kind", f"expected some of {listed}, got {unknown[0]!r:.60}")
    return [AnnotationKind(word) for word in words]
