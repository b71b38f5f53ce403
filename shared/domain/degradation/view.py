"""Degradation as it is answered and as it is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.baseline.baseline import Baseline
from shared.domain.baseline.prediction import Prediction
from shared.domain.degradation.attribution_view import Attribution
from shared.domain.degradation.change import Change
from shared.domain.degradation.degradation import Reading
from shared.domain.degradation.episode import Episode
from shared.domain.degradation.near_annotations import NearAnnotation
from shared.domain.event import (
    DEGRADATION_DETECTED,
    DEGRADATION_RESOLVED,
    MAX_VALUE_CHARACTERS,
    Event,
    new_event,
)
from shared.domain.identity import identity_of
from shared.domain.recommendation.recommendation import Recommendation
from shared.domain.timeline import rfc3339

AVERAGE = "response_time_avg_ms"


class DegradationView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a model does worse than it normally does, in what, since when and why.

    Attributes:
        model_name: its name.
        deployment: its name; None for all of the model's.
        start: of what is judged, UTC.
        end: likewise.
        time_range_seconds: from one to the other.
        data_through: how far data are complete; None before the first rollup.
        baseline_date: when the baseline was computed; None where there is none.
        baseline_version: which one it is.
        current_avg_response_time: ms, of successes; None without any.
        baseline_avg_response_time: ms, what is normal at that time.
        performance_change_percent: of the one from the other; above 0 is slower.
        degradation_detected: None where it cannot be told.
        reason: why it cannot; None where it can.
        confidence: 0..1; of the worst change, or that there is none.
        sample_size: requests judged.
        changes: what changed, for the better or worse.
        attribution: what the changes are made of.
        annotations: what people noted near their beginning.
        recommendations: what is advised for the model.
    """

    model_name: str
    deployment: str | None
    start: str
    end: str
    time_range_seconds: int
    data_through: str | None
    baseline_date: datetime | None = None
    baseline_version: int | None = None
    current_avg_response_time: float | None = None
    baseline_avg_response_time: float | None = None
    performance_change_percent: float | None = None
    degradation_detected: bool | None = None
    reason: str | None = None
    confidence: float | None = None
    sample_size: int = 0
    changes: Sequence[Change] = ()
    attribution: Sequence[Attribution] = ()
    annotations: Sequence[NearAnnotation] = ()
    recommendations: Sequence[Recommendation] = ()


def averages(
    baseline: Baseline | None, average: Reading | None, expected: Prediction | None
) -> dict[str, Any]:
    """Return the fields about the baseline and the mean response time."""
    current = average.value if average else None
    normal = expected.center if expected else None
    percent = (current / normal - 1) * 100 if current is not None and normal else None
    return {
        "baseline_date": baseline.established_at if baseline else None,
        "baseline_version": baseline.version if baseline else None,
        "current_avg_response_time": current,
        "baseline_avg_response_time": normal,
        "performance_change_percent": percent,
    }


def detected_event(episode: Episode, attribution: Sequence[Attribution], environment: str) -> Event:
    """Return the event that tells of a degradation's start; the same on every try.

    Args:
        episode: the degradation.
        attribution: what it is made of.
        environment: where the monitor runs.
    """
    return new_event(
        DEGRADATION_DETECTED,
        event_id=identity_of("degradation.detected", *_identity(episode)),
        time=episode.detected_at,
        environment=environment,
        properties=_properties(episode) | {"attribution": _brief(attribution)},
        measurements=_measurements(episode, episode.current),
    )


def resolved_event(
    episode: Episode, current: float | None, reason: str, now: datetime, environment: str
) -> Event:
    """Return the event that tells of a degradation's end; the same on every try.

    Args:
        episode: the degradation.
        current: what its metric is, in its unit; None where that is not known.
        reason: recovered or lasting.
        now: when that was found, UTC.
        environment: where the monitor runs.
    """
    return new_event(
        DEGRADATION_RESOLVED,
        event_id=identity_of("degradation.resolved", *_identity(episode)),
        time=now,
        environment=environment,
        properties=_properties(episode) | {"attribution": "[]", "resolved_reason": reason},
        measurements=_measurements(episode, current),
    )


def _identity(episode: Episode) -> tuple[str, ...]:
    return (episode.model, episode.deployment, episode.family, str(episode.opened_hour))


def _properties(episode: Episode) -> dict[str, str]:
    return {
        "model": episode.model,
        "deployment": episode.deployment,
        "metric": episode.metric,
        "since": rfc3339(episode.since),
    }


def _measurements(episode: Episode, current: float | None) -> dict[str, float | None]:
    normal = episode.baseline
    known = current is not None and normal
    return {
        "current": current,
        "baseline": normal,
        "change_percent": (current / normal - 1) * 100 if known and current is not None else None,
        "confidence": episode.confidence,
    }


def _brief(attribution: Sequence[Attribution]) -> str:
    """Return the largest parts as JSON that a property holds whole."""
    kept = [
        {
            "by": each.by,
            "cause": each.cause,
            "dimension": each.dimension,
            "value": each.value,
            "share": round(each.share, 4),
            "text": each.text[:300],
        }
        for each in attribution
    ]
    while len(text := msgspec.json.encode(kept).decode()) > MAX_VALUE_CHARACTERS:
        kept.pop()
    return text
