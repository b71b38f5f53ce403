"""From the JSON of an annotation to an `Annotation`, or to every reason why not."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.domain.annotation.annotation import Annotation, AnnotationKind
from shared.domain.muting.matcher_input import Matchers, control_faults
from shared.domain.record.field_decoding import FieldDecoder, refusal
from shared.domain.record.request import Moment
from shared.domain.timeline import rfc3339
from shared.errors import Fault

By = Annotated[str, Meta(min_length=1, max_length=256)]
Text = Annotated[str, Meta(min_length=1, max_length=2_048)]

_FIELDS = FieldDecoder(
    {
        "kind": AnnotationKind,
        "start": Moment,
        "end": Moment | None,
        "labels": Matchers,
        "text": Text,
        "by": By,
    },
    required=("kind", "start", "text", "by"),
    words={"kind": AnnotationKind},
)


class AnnotationBody(msgspec.Struct, frozen=True):
    """An annotation as it is posted; without labels it concerns every series."""

    kind: AnnotationKind
    start: Moment
    text: Text
    by: By
    end: Moment | None = None
    labels: Matchers = msgspec.field(default_factory=dict)


def parse_annotation(body: bytes, *, identity: str) -> Annotation:
    """Return the annotation that a JSON object states.

    Args:
        body: the JSON as sent.
        identity: the id it gets.

    Raises:
        InvalidInput: with one fault per field that is missing, unknown or not as it should be.
    """
    values, faults = _FIELDS.decode(body)
    start: datetime | None = values.get("start")
    end: datetime | None = values.get("end")
    if start is not None and end is not None and end < start:
        faults.append(Fault("end", f"expected a time from start on, got {rfc3339(end)}"))
    faults += control_faults("labels", values.get("labels", {}))
    if faults:
        raise refusal(faults)
    return Annotation(
        id=identity,
        kind=values["kind"],
        start=values["start"].astimezone(UTC),
        end=None if end is None else end.astimezone(UTC),
        labels=values.get("labels", {}),
        text=values["text"],
        by=values["by"],
    )
