"""From the JSON of a silence to a `Silence`, or to every reason why not."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shared.domain.muting.matcher_input import Matchers, matcher_faults
from shared.domain.muting.silence import Silence
from shared.domain.record.field_decoding import FieldDecoder, refusal
from shared.domain.record.request import Moment
from shared.domain.timeline import rfc3339
from shared.errors import Fault

MAX_LENGTH = timedelta(days=90)

By = Annotated[str, Meta(min_length=1, max_length=256)]
Comment = Annotated[str, Meta(max_length=2_048)]

_FIELDS = FieldDecoder(
    {
        "matchers": Matchers,
        "starts_at": Moment,
        "ends_at": Moment,
        "by": By,
        "comment": Comment,
    },
    required=("matchers", "ends_at", "by"),
)


class SilenceBody(msgspec.Struct, frozen=True):
    """A silence as it is posted; without `starts_at` it holds from the next evaluation on."""

    matchers: Matchers
    ends_at: Moment
    by: By
    starts_at: Moment | None = None
    comment: Comment = ""


def parse_silence(body: bytes, *, identity: str, now: datetime, default_start: datetime) -> Silence:
    """Return the silence that a JSON object states.

    Args:
        body: the JSON as sent.
        identity: the id it gets.
        now: the clock, UTC.
        default_start: when it starts where that is not said, UTC.

    Raises:
        InvalidInput: with one fault per field that is missing, unknown or not as it should be.
    """
    values, faults = _FIELDS.decode(body)
    starts_at = values.get("starts_at", default_start)
    faults += matcher_faults("matchers", values.get("matchers"))
    if "ends_at" in values:
        faults += _length_faults(starts_at, values["ends_at"], now)
    if faults:
        raise refusal(faults)
    return _silence(identity, values, starts_at)


def _silence(identity: str, values: Mapping[str, Any], starts_at: datetime) -> Silence:
    return Silence(
        id=identity,
        matchers=values["matchers"],
        starts_at=starts_at.astimezone(UTC),
        ends_at=values["ends_at"].astimezone(UTC),
        by=values["by"],
        comment=values.get("comment", ""),
    )


def _length_faults(starts_at: datetime, ends_at: datetime, now: datetime) -> Iterator[Fault]:
    if ends_at <= starts_at:
        yield Fault("ends_at", f"expected a time after starts_at, got {_shown(ends_at)}")
    elif ends_at <= now:
        yield Fault("ends_at", f"expected a time to come, got {_shown(ends_at)}")
    elif ends_at - starts_at > MAX_LENGTH:
        yield Fault(
            "ends_at",
            f"expected at most {MAX_LENGTH.days} days after starts_at, got {_shown(ends_at)}",
        )


def _shown(moment: datetime) -> str:
    return rfc3339(moment)
