"""Concluding advice for every model and deployment, and seeing which of it is followed.

Once an hour, after baselines. It is concluded from whole days, so what is proposed changes once a
day; a new model's first advice comes within the hour. A run begun twice, late, or beside another
ends the same: recommendations are named by what they advise, and stored as they were read.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from shared.domain.advice.assembly import Assembly, Known, scope_of
from shared.domain.advice.detection import detect
from shared.domain.advice.ground import Conclusion
from shared.domain.advice.scope import Scope
from shared.domain.recommendation import lifecycle
from shared.domain.recommendation.recommendation import (
    Advice,
    Application,
    Recommendation,
    Status,
    recommendation_id,
)
from shared.domain.timeline import HOUR_M, instant
from shared.errors import Stale
from shared.services.advice_material import AdvicePorts, Material, read_material
from shared.services.digests import Budget
from shared.services.recommendation_store import RecommendationPorts, change, load_recommendations


@dataclass(slots=True)
class AdviceRun:
    """What a run did.

    Attributes:
        scopes: deployments and applications looked at.
        proposed: recommendations that are new, or are proposed again.
        standing: those that are proposed, new ones included.
        detected: those that requests were seen to follow.
        given_up: those that data contradict, or others took the place of.
        stale: those that another run was writing.
    """

    scopes: int = 0
    proposed: int = 0
    standing: int = 0
    detected: int = 0
    given_up: int = 0
    stale: int = 0


async def conclude_advice(*, now: datetime, ports: AdvicePorts, budget: Budget) -> AdviceRun:
    """Propose what is concluded today, mark what is followed, give up what is true no more.

    Args:
        now: the clock, UTC.
        ports: what it is concluded from, and where it goes.
        budget: how long looking at days without a digest may take.
    """
    material = await read_material(now=now, ports=ports, budget=budget)
    given = await load_recommendations(ports.recommendations.documents)
    run = AdviceRun(scopes=len(material.traffic))
    given = await _detected(given, material, run, ports.recommendations)
    known = Known(
        material.works,
        material.traffic,
        material.pricing,
        ports.limits,
        given,
        material.now,
        material.quota_use,
    )
    every = await asyncio.to_thread(_concluded, known)
    own: dict[Scope, list[Recommendation]] = {}
    for each in given:
        own.setdefault(scope_of(each), []).append(each)
    for scope, conclusions in every:
        for conclusion in conclusions:
            await _store(conclusion, own.get(scope, []), now, run, ports.recommendations)
    return run


def _concluded(known: Known) -> list[tuple[Scope, list[Conclusion]]]:
    assembly = Assembly(known)
    return [(scope, assembly.conclusions(scope)) for scope in known.traffic]


async def _detected(
    given: Sequence[Recommendation],
    material: Material,
    run: AdviceRun,
    ports: RecommendationPorts,
) -> list[Recommendation]:
    """Return every recommendation, those that requests follow marked as applied."""
    after = []
    for each in given:
        seen = None
        if each.status is Status.PROPOSED:
            seen = await asyncio.to_thread(detect, each, material.works)
        if seen is None:
            after.append(each)
            continue
        at = instant(seen.hour * HOUR_M)
        comment = f"{seen.after:.0%} of requests do so, {seen.before:.0%} did before"
        application = Application(lifecycle.DETECTED, at, comment, seen.evidence())
        marked = await _changed(
            each.id, partial(_mark, each, application, material.now), run, ports
        )
        run.detected += marked is not None and marked.applied == application
        after.append(marked or each)
    return after


def _mark(
    found: Recommendation,
    application: Application,
    now: datetime,
    before: Recommendation | None,
) -> Recommendation:
    """Return a proposed recommendation as applied; what somebody decided meanwhile stays."""
    stored = found if before is None else before
    if stored.status is not Status.PROPOSED:
        return stored
    if now - application.at > lifecycle.LATEST_APPLICATION:
        return stored
    return lifecycle.applied(stored, application, now)


async def _store(
    conclusion: Conclusion,
    own: Sequence[Recommendation],
    now: datetime,
    run: AdviceRun,
    ports: RecommendationPorts,
) -> None:
    """Store a conclusion: its advice, and what becomes of other advice of its kind."""
    standing = [
        each for each in own if each.kind == conclusion.kind and each.status is Status.PROPOSED
    ]
    if conclusion.advice is None:
        for each in standing:
            run.given_up += await _replaced(each, lifecycle.contradicted(each, now), run, ports)
        return
    identity = recommendation_id(conclusion.advice)
    before = next((each for each in own if each.id == identity), None)
    run.standing += await _propose(conclusion.advice, before, now, run, ports)
    for each in standing:
        if each.id != identity:
            gone = lifecycle.superseded(each, identity, now)
            run.given_up += await _replaced(each, gone, run, ports)


async def _propose(
    advice: Advice,
    before: Recommendation | None,
    now: datetime,
    run: AdviceRun,
    ports: RecommendationPorts,
) -> bool:
    """Propose advice; return whether it is proposed now."""
    after = lifecycle.proposed(advice, before, now)
    if after != before:
        found = await _changed(
            after.id, lambda stored: lifecycle.proposed(advice, stored, now), run, ports
        )
        after = found or after
    was = before is not None and before.status is Status.PROPOSED
    run.proposed += after.status is Status.PROPOSED and not was
    return after.status is Status.PROPOSED


async def _replaced(
    before: Recommendation, after: Recommendation, run: AdviceRun, ports: RecommendationPorts
) -> bool:
    """Store what became of a recommendation, unless somebody changed it meanwhile."""
    if after == before:
        return False

    def decide(stored: Recommendation | None) -> Recommendation:
        return after if stored is None or stored == before else stored

    return await _changed(before.id, decide, run, ports) == after


async def _changed(
    identity: str,
    decide: Callable[[Recommendation | None], Recommendation],
    run: AdviceRun,
    ports: RecommendationPorts,
) -> Recommendation | None:
    """Change a recommendation; leave to another run what it is writing at the same time."""
    try:
        return await change(identity, decide, ports)
    except Stale:
        run.stale += 1
        return None
