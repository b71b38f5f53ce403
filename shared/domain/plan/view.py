"""A plan as people see it, a month long: the mean day of the period times 30.

Amounts are cut after ten places, towards nothing, so that what is shown adds up and never exceeds
what is spent.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal

import msgspec

from shared.domain.plan.exact import exactly
from shared.domain.plan.option import EFFORT, Evidence
from shared.domain.plan.plan import Plan
from shared.domain.plan.sequence import Choice
from shared.domain.price.charge import EXACT
from shared.domain.price.money import usd_text
from shared.domain.recommendation.recommendation import Effort
from shared.domain.spend.cost_trend import Opportunity

DAYS_A_MONTH = 30
_PLACES = Decimal("1e-10")


class SavingsRange(msgspec.Struct, frozen=True):
    """US dollars a month; a low below 0 would cost more in the leanest week."""

    low: str
    high: str


class CostRecommendation(msgspec.Struct, frozen=True, kw_only=True):
    """Something that would save.

    Attributes:
        id: stable; `excludes` names others by it.
        category: `efficiency` uses less, `cost` pays less for the same.
        recommended: whether it is part of the plan; else it is an alternative to a part of it.
        potential_monthly_savings: US dollars, on what the recommendations before it left.
        excludes: ids of what cannot be done along with it.
        implementation: how to do it.
        evidence: what it was computed from, with every assumption.
    """

    id: str
    category: str
    type: str
    description: str
    recommended: bool
    potential_monthly_savings: str
    savings_range: SavingsRange
    excludes: list[str]
    implementation_effort: Effort
    implementation: str
    evidence: Evidence


class NotExamined(msgspec.Struct, frozen=True):
    """Something that could not be looked at, and why."""

    type: str
    target: str
    reason: str


class CostPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A cost plan.

    Attributes:
        model_name: the model; `all` for all of them.
        start: the first day of the period.
        end: the day after the last.
        days: how many of them are known.
        days_digested: how many of them have a digest; without one half of the options are not seen.
        data_through: the last minute completely rolled up.
        partial_day: whether the period is one day that is not over.
        current_monthly_cost_estimate: the mean day times 30, US dollars.
        cost_basis: `list`, or `effective` where owned reservations count.
        optimization_recommendations: in the order in which they are applied; alternatives follow
            what they exclude.
        implementation_priority: those recommended, by savings over effort (low 1, medium 2, high
            3).
        expected_savings: of all that is recommended together, a month.
        reason: why nothing is recommended; empty where something is.
        unpriced_requests: requests without a price, which are in no amount.
        sampled_out_requests: how many more requests the weights of the reported ones stand for;
            what they used is in every amount, an estimate.
        triggers: signs that made the plan look closer.
        not_examined: what could not be looked at.
    """

    model_name: str
    start: date
    end: date
    days: int
    days_digested: int
    data_through: str | None
    partial_day: bool
    currency: str = "USD"
    cost_basis: str
    current_monthly_cost_estimate: str
    optimization_recommendations: list[CostRecommendation]
    implementation_priority: list[CostRecommendation]
    expected_savings: str
    reason: str
    unpriced_requests: int
    sampled_out_requests: int
    triggers: list[str]
    not_examined: list[NotExamined]


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """What a view states besides its plan; see `CostPlan`."""

    start: date
    end: date
    days_digested: int
    data_through: str | None
    partial_day: bool
    cost_basis: str
    unpriced_requests: int
    sampled_out_requests: int = 0


@exactly
def view_of(plan: Plan, head: Headline) -> CostPlan:
    """Return a plan as people see it."""
    shown = [_shown(choice, plan.days) for choice in plan.choices]
    taken = [each for each in shown if each.recommended]
    expected = sum((Decimal(each.potential_monthly_savings) for each in taken), Decimal(0))
    return CostPlan(
        model_name=plan.target,
        start=head.start,
        end=head.end,
        days=plan.days,
        days_digested=head.days_digested,
        data_through=head.data_through,
        partial_day=head.partial_day,
        cost_basis=head.cost_basis,
        current_monthly_cost_estimate=monthly(plan.before.total_usd, plan.days),
        optimization_recommendations=shown,
        implementation_priority=in_priority(taken),
        expected_savings=usd_text(expected),
        reason=plan.reason,
        unpriced_requests=head.unpriced_requests,
        sampled_out_requests=head.sampled_out_requests,
        triggers=list(plan.triggers),
        not_examined=[NotExamined(each.type, each.target, each.reason) for each in plan.unexamined],
    )


def in_priority(shown: Iterable[CostRecommendation]) -> list[CostRecommendation]:
    """Return recommendations by savings over effort, the greatest first."""

    def rank(each: CostRecommendation) -> tuple[Decimal, str]:
        saved = Decimal(each.potential_monthly_savings)
        return -EXACT.divide(saved, Decimal(EFFORT[each.implementation_effort])), each.id

    return sorted(shown, key=rank)


def opportunities_of(plan: CostPlan) -> Sequence[Opportunity]:
    """Return a plan's recommendations as a cost trend lists them, savings a day."""
    return [
        Opportunity(
            each.type,
            each.description,
            monthly(Decimal(each.potential_monthly_savings), DAYS_A_MONTH * DAYS_A_MONTH),
            each.implementation,
        )
        for each in plan.optimization_recommendations
        if each.recommended
    ]


def monthly(amount: Decimal, days: int) -> str:
    """Return an amount of so many days as US dollars of 30 days, cut after ten places."""
    month = EXACT.divide(EXACT.multiply(amount, Decimal(DAYS_A_MONTH)), Decimal(max(days, 1)))
    return usd_text(month.quantize(_PLACES, ROUND_FLOOR, EXACT))


def _shown(choice: Choice, days: int) -> CostRecommendation:
    proposal, saved = choice.proposal, choice.saving
    return CostRecommendation(
        id=proposal.id,
        category=proposal.category,
        type=proposal.type,
        description=proposal.description,
        recommended=choice.taken,
        potential_monthly_savings=monthly(saved.expected, days),
        savings_range=SavingsRange(monthly(saved.low, days), monthly(saved.high, days)),
        excludes=list(choice.excludes),
        implementation_effort=proposal.effort,
        implementation=proposal.implementation,
        evidence=proposal.evidence,
    )
