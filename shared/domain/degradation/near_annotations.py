"""Annotations near a change: those from 30 minutes before to 30 minutes after it may have begun."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from shared.domain.annotation.annotation import Annotation
from shared.domain.degradation.change import Began

NEAR = timedelta(minutes=30)


class NearAnnotation(msgspec.Struct, frozen=True):
    """An annotation near the time at which a change began."""

    id: str
    kind: str
    start: datetime
    text: str
    labels: dict[str, str]
    minutes_before: float


def annotations_near(
    began: Began, annotations: Iterable[Annotation], series: Mapping[str, str]
) -> list[NearAnnotation]:
    """Return the annotations near a change, the nearest first.

    Args:
        began: when the change began.
        annotations: all of them.
        series: labels that are known of what changed; an annotation about others is left out.
    """
    near = [
        each
        for each in annotations
        if began.earliest - NEAR <= each.start <= began.latest + NEAR
        and all(series.get(name, text) == text for name, text in each.labels.items())
    ]
    near.sort(key=lambda each: (abs(began.at - each.start), each.id))
    return [
        NearAnnotation(
            each.id,
            each.kind.value,
            each.start,
            each.text,
            dict(each.labels),
            (began.at - each.start) / timedelta(minutes=1),
        )
        for each in near
    ]
