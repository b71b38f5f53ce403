"""Annotations: what people know and metrics don't, as a release, or an incident.

An incident is left out of baselines: what was wrong then is no measure of what is normal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.domain.timeline import minute_of


class AnnotationKind(StrEnum):
    """What an annotation is about."""

    RELEASE = "release"
    PROMPT = "prompt"
    MODEL = "model"
    INCIDENT = "incident"
    OTHER = "other"


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """A remark on a span of time, or on a moment.

    Attributes:
        start: when it began, UTC.
        end: when it was over, UTC; None for a moment, and for an incident that goes on.
        labels: which series it concerns; those that have every one of them.
        text: what happened.
        by: who says so.
    """

    id: str
    kind: AnnotationKind
    start: datetime
    end: datetime | None
    labels: dict[str, str]
    text: str
    by: str

    def overlaps(self, first: datetime, end: datetime) -> bool:
        """Tell whether it is about any of [first, end)."""
        if self.kind is AnnotationKind.INCIDENT and self.end is None:
            return self.start < end
        return self.start < end and (self.end or self.start) >= first


@dataclass(frozen=True, slots=True)
class Incident:
    """Minutes that tell nothing about what is normal.

    Attributes:
        first: the first minute.
        end: the minute after the last.
        labels: label -> the value a series concerned has.
    """

    first: int
    end: int
    labels: Mapping[str, str]

    def concerns(self, labels: Mapping[str, str]) -> bool:
        """Tell whether it is about a series."""
        return all(labels.get(name, "") == text for name, text in self.labels.items())


def incidents_of(annotations: Iterable[Annotation], now: datetime) -> list[Incident]:
    """Return the incidents among annotations; one without an end goes on until now."""
    return [
        Incident(minute_of(each.start), minute_of(each.end or now) + 1, each.labels)
        for each in annotations
        if each.kind is AnnotationKind.INCIDENT
    ]
