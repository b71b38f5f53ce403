"""Advice to send the same work elsewhere: to a cheaper model, a faster one, or another deployment.

Only an application's own requests are compared, where it used both ways in the same hours, and a
model only where scores of its answers are no worse by more than the margin, every score that both
have. Cheaper is a fifth less a success, at list prices, with the tokens that each model took.
Faster is a tenth less time, all of the interval; a faster model that is dearer is not advised. For
two deployments of one model no scores are asked.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.advice.comparison import compared
from shared.domain.advice.ground import FEWEST, Conclusion, Ground
from shared.domain.advice.history import Work
from shared.domain.advice.improvement import faster, improvement_of
from shared.domain.advice.scope import Scope
from shared.domain.advice.tariff import PLACES
from shared.domain.advice.values import (
    ScoreDifference,
    are_no_worse,
    log_durations,
    score_differences,
)
from shared.domain.advice.wording import evidence_of_scores, in_percent
from shared.domain.recommendation.recommendation import (
    Category,
    Effort,
    Evidence,
    Improvement,
    Priority,
    Target,
)
from shared.domain.rollup.token_cell import TokenType
from shared.domain.verification.looks import Interval
from shared.domain.verification.scale import Scale
from shared.domain.verification.verdict import Metric

CHEAPER, FASTER, DEPLOYMENT = "cheaper_model", "faster_model", "faster_deployment"
KINDS = (CHEAPER, FASTER, DEPLOYMENT)
COST = "percent_of_cost_per_success"
_FIFTH = Decimal("0.8")
_MONTH_D = 30
_UNKNOWN = Interval(0.0, -math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class _Other:
    """Another way that the application's work was done.

    Attributes:
        scope: model and deployment.
        requests: successes.
        time: difference of ln(time), theirs less ours; without bounds where too little is known.
        scores: differences of scores.
        usd: a success costs there; None where unpriced.
    """

    scope: Scope
    requests: int
    time: Interval
    scores: Mapping[str, ScoreDifference]
    usd: Decimal | None


def conclude(ground: Ground) -> list[Conclusion]:
    """Return, for each kind, where to send this application's work."""
    if not ground.scope.application or ground.work.hours.total("ok") < FEWEST:
        return []
    own = usd_per_success(ground, ground.scope, ground.work)
    others = [
        _other(ground, scope, work)
        for scope, work in ground.elsewhere.items()
        if work.hours.total("ok") >= FEWEST
    ]
    models = [each for each in others if each.scope.model != ground.scope.model]
    siblings = [each for each in others if each.scope.model == ground.scope.model]
    return [
        _cheaper(ground, own, [each for each in models if are_no_worse(each.scores)]),
        _faster(ground, own, [each for each in models if are_no_worse(each.scores)]),
        _nearer(ground, siblings),
    ]


def usd_per_success(ground: Ground, scope: Scope, work: Work) -> Decimal | None:
    """Return what a success cost on average, at list prices; None where that is not known."""
    hours = work.hours
    ok, sent = hours.total("ok"), hours.total("input")
    tokens = {
        TokenType.INPUT: sent,
        TokenType.CACHED_INPUT: hours.total("cached_input"),
        TokenType.OUTPUT: hours.total("output"),
    }
    cost = ground.tariff.usd(scope, tokens, input_tokens=sent / max(ok, 1))
    return None if cost is None or not ok else cost / ok


def _other(ground: Ground, scope: Scope, work: Work) -> _Other:
    ours, theirs = ground.work, work
    return _Other(
        scope,
        theirs.hours.total("ok"),
        compared(log_durations(ours.hours), log_durations(theirs.hours), Scale.LOG) or _UNKNOWN,
        score_differences(ours.sections["quality"], theirs.sections["quality"], ours.texts),
        usd_per_success(ground, scope, theirs),
    )


def _cheaper(ground: Ground, own: Decimal | None, others: list[_Other]) -> Conclusion:
    bound = _FIFTH if CHEAPER not in ground.standing else Decimal("0.84")
    priced = [
        (each, each.usd)
        for each in others
        if own and each.usd is not None and each.usd <= bound * own
    ]
    if own is None or not priced:
        return Conclusion(CHEAPER)
    best, usd = min(priced, key=lambda pair: pair[1])
    spared = float(100 * (1 - usd / own))
    successes = ground.work.hours.total("ok") * ground.traffic.stood_for
    monthly = successes * _MONTH_D / max(ground.work.days, 1)
    return ground.advice(
        CHEAPER,
        f"model={best.scope.model}",
        category=Category.COST_OPTIMIZATION,
        priority=Priority.HIGH if spared >= 50 else Priority.MEDIUM,
        description=(
            f"Use {best.scope.model} for {ground.scope.application}: it did this work too, at "
            f"{spared:.0f} % less a success, and no score was worse by more than 3 %."
        ),
        expected_improvement=Improvement(spared, spared, COST),
        implementation_effort=Effort.MEDIUM,
        estimated_cost_impact_usd_per_month=((usd - own) * monthly).quantize(PLACES),
        evidence=_evidence(ground, best)
        | {"usd_per_success": f"{own:.8f}", "usd_then": f"{usd:.8f}"},
        target=Target(Metric.QUALITY, score=min(best.scores), whole_application=True),
    )


def _faster(ground: Ground, own: Decimal | None, others: list[_Other]) -> Conclusion:
    affordable = [each for each in others if own is None or each.usd is None or each.usd <= own]
    best = _quickest(ground, FASTER, affordable)
    if best is None:
        return Conclusion(FASTER)
    guard = Target(Metric.QUALITY, score=min(best.scores), whole_application=True)
    return _quicker(ground, FASTER, f"model={best.scope.model}", best, guard)


def _nearer(ground: Ground, others: list[_Other]) -> Conclusion:
    best = _quickest(ground, DEPLOYMENT, others)
    if best is None:
        return Conclusion(DEPLOYMENT)
    return _quicker(ground, DEPLOYMENT, f"deployment={best.scope.deployment}", best, None)


def _quickest(ground: Ground, kind: str, others: list[_Other]) -> _Other | None:
    """Return the way that is a tenth faster at least and the most, as far as intervals know."""
    eased = ground.eased(kind, 1.0)
    quick = [each for each in others if faster(each.time, eased)]
    return min(quick, key=lambda each: each.time.high, default=None)


def _quicker(
    ground: Ground, kind: str, setting: str, best: _Other, guard: Target | None
) -> Conclusion:
    gained = improvement_of(best.time)
    return ground.advice(
        kind,
        setting,
        category=Category.MODEL_OPTIMIZATION,
        priority=Priority.HIGH if ground.is_slow else Priority.LOW,
        description=(
            f"Send the work of {ground.scope.application} to {setting.split('=', 1)[1]}: in the "
            f"same hours it took {in_percent(gained)} less time."
        ),
        expected_improvement=gained,
        implementation_effort=Effort.MEDIUM,
        evidence=_evidence(ground, best),
        target=Target(Metric.RESPONSE_TIME, whole_application=True),
        guard=guard,
    )


def _evidence(ground: Ground, other: _Other) -> Evidence:
    return {
        "model": other.scope.model,
        "deployment": other.scope.deployment,
        "requests": ground.work.hours.total("ok"),
        "requests_compared_with": other.requests,
        "ln_time_difference_low": None if other.time is _UNKNOWN else other.time.low,
        "ln_time_difference_high": None if other.time is _UNKNOWN else other.time.high,
        **(evidence_of_scores(other.scores) if other.scores else {}),
    }
