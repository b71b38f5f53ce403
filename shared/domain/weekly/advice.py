"""What was advised in a week and stands, and which advice was judged in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from shared.domain.recommendation.recommendation import Priority, Recommendation, Status
from shared.domain.span import Span
from shared.domain.timeline import instant

_DECIDED = (Status.VERIFIED, Status.REFUTED, Status.INCONCLUSIVE)
_FIRST = tuple(Priority)


class AdviceLine(msgspec.Struct, frozen=True):
    """One recommendation.

    Attributes:
        about: model, deployment and application, those that are named.
        estimated_cost_impact_usd_per_month: below 0 saves; None where it is not known.
    """

    id: str
    about: str
    setting: str
    priority: Priority
    status: Status
    estimated_cost_impact_usd_per_month: str | None


class WeekAdvice(msgspec.Struct, frozen=True):
    """The advice of a week.

    Attributes:
        proposed: in the week, and still standing; the most important first.
        decided: judged in the week.
    """

    proposed: Sequence[AdviceLine] = ()
    decided: Sequence[AdviceLine] = ()


def week_advice(span: Span, given: Iterable[Recommendation]) -> WeekAdvice:
    """Return what was advised and judged in a week.

    Args:
        span: the week.
        given: every recommendation.
    """
    start, end = instant(span.first), instant(span.end)

    def falls(moment: datetime | None) -> bool:
        return moment is not None and start <= moment < end

    every = sorted(given, key=lambda each: (_FIRST.index(each.priority), each.model, each.setting))
    return WeekAdvice(
        [_line(e) for e in every if e.status is Status.PROPOSED and falls(e.proposed_at)],
        [_line(e) for e in every if e.status in _DECIDED and falls(e.decided_at)],
    )


def _line(given: Recommendation) -> AdviceLine:
    cost = given.estimated_cost_impact_usd_per_month
    named = (given.model, given.deployment, given.application)
    return AdviceLine(
        given.id,
        ", ".join(name for name in named if name),
        given.setting,
        given.priority,
        given.status,
        None if cost is None else str(cost),
    )
