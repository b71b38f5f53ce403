"""Advice on `temperature`: only where scores show that it matters, never to be faster.

Temperatures that a series had at once are compared by the scores of their answers, day by day. One
is advised where a score is better with all of its interval and by more than the margin, and none is
worse. A model that takes no temperature is left alone; how a model answers depends on it, how fast
does not.
"""

import numpy as np

from shared.domain.advice.ground import FEWEST, Conclusion, Ground
from shared.domain.advice.in_use import in_use
from shared.domain.advice.values import ScoreDifference, score_differences
from shared.domain.advice.wording import evidence_of_scores
from shared.domain.digest.settings import TEMPERATURE_SCALE, UNSET, Setting
from shared.domain.recommendation.recommendation import (
    PERCENT,
    Category,
    Effort,
    Improvement,
    Priority,
    Target,
)
from shared.domain.verification.verdict import Metric

KIND = "temperature"


def conclude(ground: Ground) -> Conclusion | None:
    """Return which temperature to ask for."""
    if ground.takes is not None and not ground.takes.temperature:
        return Conclusion(KIND)
    rows = ground.work.setting(Setting.TEMPERATURE)
    now = in_use(rows)
    if now is None or rows.total("ok") < FEWEST:
        return None
    ours = ground.work.scored(Setting.TEMPERATURE, now.value)
    best: tuple[int, str, ScoreDifference] | None = None
    found: dict[int, dict[str, ScoreDifference]] = {}
    for code in np.unique(rows.keys["value"]).tolist():
        if code < UNSET or code == now.value:
            continue
        theirs = ground.work.scored(Setting.TEMPERATURE, code)
        found[code] = dict(score_differences(ours, theirs, ground.work.texts))
        better = {name: each for name, each in found[code].items() if each.is_better}
        if not better or any(each.is_worse for each in found[code].values()):
            continue
        name = max(better, key=lambda name: better[name].interval.low)
        if best is None or better[name].interval.low > best[2].interval.low:
            best = code, name, better[name]
    if best is None:
        return Conclusion(KIND) if found else None
    return _advised(ground, now.value, best[0], best[1], found[best[0]])


def _advised(
    ground: Ground, now: int, to: int, name: str, scores: dict[str, ScoreDifference]
) -> Conclusion:
    score = scores[name]
    mean = abs(score.ours)
    promised = None
    if mean > 0:
        low, high = 100 * score.interval.low / mean, 100 * score.interval.high / mean
        promised = Improvement(low, high, PERCENT)
    return ground.advice(
        KIND,
        f"{KIND}={_text(to)}",
        category=Category.QUALITY,
        priority=Priority.MEDIUM,
        description=(
            f"Ask for temperature {_text(to)} instead of {_text(now)}: its answers score "
            f"{score.theirs:.3g} instead of {score.ours:.3g} in {name}, and none worse in another "
            "score. It changes what is answered, not how fast."
        ),
        expected_improvement=promised,
        implementation_effort=Effort.LOW,
        evidence={KIND: _text(now), **evidence_of_scores(scores)},
        target=Target(Metric.QUALITY, score=name),
    )


def _text(value: int) -> str:
    return "unset" if value == UNSET else f"{value / TEMPERATURE_SCALE:g}"
