"""Whether a model does worse than normal: judged on demand, with what explains it.

The reads: the span that is judged, the 7 days before its end by the hour, 28 whole days; where
something changed, five-minute values around its beginning and requests of the time of reference.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np

from shared.domain.baseline.baseline import Baseline
from shared.domain.baseline.prediction import Prediction, predict
from shared.domain.degradation.attribution_view import Attribution
from shared.domain.degradation.change import Change
from shared.domain.degradation.degradation import Gates
from shared.domain.degradation.evidence import Evidence, family_of
from shared.domain.degradation.near_annotations import annotations_near
from shared.domain.degradation.timelines import Name
from shared.domain.degradation.view import AVERAGE, DegradationView, averages
from shared.domain.recommendation.recommendation import Recommendation, Status
from shared.domain.span import Span
from shared.domain.timeline import instant, minute_of
from shared.services.annotations import load_annotations
from shared.services.baseline_store import find_baseline, replaced_on
from shared.services.degradation_causes import causes_of, prompt_causes_of
from shared.services.degradation_reading import has_scores, read_evidence, refined
from shared.services.ports import Chunks, Documents
from shared.services.reading import Freshness, ReadPorts, freshness
from shared.services.recommendation_store import load_recommendations


@dataclass(frozen=True, slots=True)
class DegradationPorts:
    """What judging needs.

    Attributes:
        reading: rollups.
        chunks: raw requests, for prompt versions.
        documents: baselines, annotations and degradations.
        gates: what a change has to pass.
    """

    reading: ReadPorts
    chunks: Chunks
    documents: Documents
    gates: Gates


async def get_degradation(
    model: str, deployment: str, span: Span, *, deep: bool, ports: DegradationPorts
) -> DegradationView:
    """Return whether a model does worse than normal, in what, since when and why.

    Args:
        model: its name.
        deployment: its name; empty for all of the model's.
        span: what is judged.
        deep: whether prompt versions are looked at, which only raw requests tell.
        ports: what it works on.
    """
    name = (model, deployment)
    fresh, baseline, advice = await asyncio.gather(
        freshness(ports.reading),
        _baseline(name, span, ports.documents),
        load_recommendations(ports.documents),
    )
    scores = baseline is not None and has_scores([baseline])
    evidence = await read_evidence(span, fresh, ports.reading, wanted=name, scores=scores)
    advised = [each for each in advice if _concerns(each, name)]
    view = _opening(name, span, baseline, evidence, fresh)
    view = msgspec.structs.replace(view, recommendations=advised)
    reason = _reason(baseline, evidence, view.sample_size, ports.gates)
    if baseline is None or reason is not None:
        return msgspec.structs.replace(view, reason=reason)
    changes = evidence.changes(name, baseline.metrics, ports.gates)
    changes = await refined(changes, name, baseline, evidence, fresh, ports.reading)
    worse = [change for change in changes if change.worse]
    attribution, annotations = await asyncio.gather(
        _attribution(name, evidence, changes, fresh, ports, deep=deep),
        load_annotations(ports.documents),
    )
    began = changes[0].began if changes else None
    near = annotations_near(began, annotations, _labels(name)) if began else []
    return msgspec.structs.replace(
        view,
        degradation_detected=bool(worse),
        confidence=worse[0].confidence if worse else _confidence(baseline, view.sample_size),
        changes=changes,
        attribution=attribution,
        annotations=near,
    )


def _concerns(advice: Recommendation, name: Name) -> bool:
    """Tell whether advice stands, or is being tried, and is about a model or its deployment."""
    model, deployment = name
    stands = advice.status in (Status.PROPOSED, Status.APPLIED)
    return stands and advice.model == model and deployment in ("", advice.deployment)


async def _baseline(name: Name, span: Span, documents: Documents) -> Baseline | None:
    """Return the newest baseline that was not learned from the span; the one in force failing it.

    What is judged must not have been learned from, or it would be its own measure.
    """
    current = await find_baseline(*name, documents)
    if current is None or current.end <= span.first:
        return current
    earlier = [
        each
        for each in await replaced_on(span.first, documents)
        if (each.model, each.deployment) == name and each.end <= span.first
    ]
    return earlier[-1] if earlier else current


def _opening(
    name: Name, span: Span, baseline: Baseline | None, evidence: Evidence, fresh: Freshness
) -> DegradationView:
    average = evidence.readings.get(name, {}).get(AVERAGE)
    normal = baseline.metrics.get(AVERAGE) if baseline else None
    expected: Prediction | None = None
    if normal is not None:
        window_m = span.end - span.first
        value, samples = (average.value, average.samples) if average else (normal.center, 1)
        middle = span.first + window_m // 2
        expected = predict(normal, value, samples, minute=middle, window_m=window_m)
    return DegradationView(
        model_name=name[0],
        deployment=name[1] or None,
        **span.described(fresh.through),  # type: ignore[arg-type]
        **averages(baseline, average, expected),
        sample_size=int(evidence.current.ints("n").sum()),
    )


def _reason(
    baseline: Baseline | None, evidence: Evidence, requests: int, gates: Gates
) -> str | None:
    """Return why it cannot be told; None where it can."""
    if baseline is None:
        return "no baseline: no requests of the last 30 days, the last hour left out"
    span = evidence.span
    period = f"from {instant(span.first):%Y-%m-%d %H:%M} to {instant(span.end):%H:%M} UTC"
    if not requests:
        return f"no requests {period}"
    most = max(requests, *(r.samples for each in evidence.readings.values() for r in each.values()))
    if most < gates.samples:
        return f"{requests} requests {period}, {gates.samples} are needed"
    return None


def _confidence(baseline: Baseline, requests: int) -> float:
    """Return how sure it is that nothing is wrong."""
    return float(np.sqrt(baseline.confidence * requests / (requests + Gates().samples)))


async def _attribution(
    name: Name,
    evidence: Evidence,
    changes: list[Change],
    fresh: Freshness,
    ports: DegradationPorts,
    *,
    deep: bool,
) -> list[Attribution]:
    """Return what explains the greatest change of each family of metrics."""
    first: dict[str, Change] = {}
    for change in changes:
        first.setdefault(family_of(change.metric), change)
    asked = [causes_of(each, name, evidence, fresh, ports.reading) for each in first.values()]
    if deep:
        asked += [
            prompt_causes_of(each, name, evidence.span, ports.chunks, fresh.deployments)
            for each in first.values()
        ]
    return [part for parts in await asyncio.gather(*asked) for part in parts]


def _labels(name: Name) -> dict[str, str]:
    model, deployment = name
    return {"model": model} | ({"deployment": deployment} if deployment else {})


def last_hour(now: datetime) -> Span:
    """Return the hour that ends now, in whole minutes."""
    return Span(minute_of(now) - 60, minute_of(now))
