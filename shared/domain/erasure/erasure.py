"""An erasure: the order to delete an application's data, and how far it is carried out."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import fields, replace

from shared.domain.label import OTHER
from shared.domain.record.checks import CONTROL
from shared.domain.record.field_decoding import FieldDecoder, refusal
from shared.domain.record.request import Name
from shared.errors import Fault

By = Annotated[str, Meta(min_length=1, max_length=256)]
Comment = Annotated[str, Meta(max_length=2_048)]

_FIELDS = FieldDecoder(
    {"application": Name, "by": By, "comment": Comment}, required=("application", "by")
)


class ErasureBody(msgspec.Struct, frozen=True):
    """An erasure as it is posted.

    Attributes:
        application: as its requests report it.
        by: who orders it.
    """

    application: Name
    by: By
    comment: Comment = ""


class ErasureState(StrEnum):
    """How far an erasure is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Erased(msgspec.Struct, frozen=True):
    """What was deleted so far; a run that broke off may have deleted more than it noted.

    Attributes:
        requests: raw request records.
        metric_values: raw values of metrics that carry the label `application`.
        rollups: buckets of five minutes, hours and days whose sums were made anew.
        digests: daily digests that lost the application's part.
        sessions: requests in progress.
        alerts: live ones, which were resolved, and ended ones.
        recommendations: pieces of advice about the application.
        cost_anomalies: of the application, or that were put down to it.
        settings: what was known of it at `/api/v1/applications`, 0 or 1.
    """

    requests: int = 0
    metric_values: int = 0
    rollups: int = 0
    digests: int = 0
    sessions: int = 0
    alerts: int = 0
    recommendations: int = 0
    cost_anomalies: int = 0
    settings: int = 0

    def plus(self, other: "Erased") -> "Erased":
        """Return both together."""
        names = [field.name for field in fields(self)]
        return replace(self, **{n: getattr(self, n) + getattr(other, n) for n in names})


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """An order to delete an application's data.

    Attributes:
        id: unique.
        application: whose data.
        by: who ordered it.
        comment: why.
        requested_at: when, UTC; what ended before is deleted.
        days: the days still to be gone through, the latest first, as the minutes they begin; None
            before the first run.
        erased: what was deleted so far.
        shared_days: days of which only sums are left in which series beyond the cap shared the
            application `__other__`: what was the application's in there cannot be told apart.
        finished_at: when all was done, UTC; None until then.
    """

    id: str
    application: str
    by: str
    comment: str
    requested_at: datetime
    days: tuple[int, ...] | None = None
    erased: Erased = Erased()
    shared_days: int = 0
    finished_at: datetime | None = None

    @property
    def state(self) -> ErasureState:
        """How far it is."""
        if self.finished_at is not None:
            return ErasureState.DONE
        return ErasureState.WAITING if self.days is None else ErasureState.RUNNING


def parse_erasure(body: bytes, *, identity: str, now: datetime) -> Erasure:
    """Return the erasure that a JSON object orders.

    Args:
        body: the JSON as sent.
        identity: the id it gets.
        now: the clock, UTC.

    Raises:
        InvalidInput: with one fault per field that is missing, unknown or not as it should be.
    """
    values, faults = _FIELDS.decode(body)
    faults += _faults(values)
    if faults:
        raise refusal(faults)
    return Erasure(
        id=identity,
        application=values["application"],
        by=values["by"],
        comment=values.get("comment", ""),
        requested_at=now,
    )


def _faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    if values.get("application") == OTHER:
        yield Fault("application", f"expected one application; {OTHER} stands for several")
    for name in ("application", "by"):
        if CONTROL.search(values.get(name) or ""):
            yield Fault(name, "expected no control characters")
