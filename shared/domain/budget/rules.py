"""The alert rules that a budget brings along: one for each threshold, one for the forecast.

They exist as long as the budget does, without being stored. Like built-in rules, they can be
changed, disabled and deleted under their names.
"""

from collections.abc import Iterable

from shared.domain.budget.budget import Budget
from shared.domain.identity import identity_of
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.words import Severity
from shared.domain.wording import percentage

_DAY_S = 86_400
_FORECAST_FOR_S = 900
_EARLY = 0.8
_LONGEST_NAME = 128
_DIGEST_CHARACTERS = 8


def budget_rules(budgets: Iterable[Budget]) -> dict[str, BudgetRule]:
    """Return the rules of budgets by name."""
    rules = [rule for budget in budgets for rule in (*_steps(budget), _forecast(budget))]
    return {rule.name: rule for rule in rules}


def _steps(budget: Budget) -> list[BudgetRule]:
    return [
        BudgetRule(
            name=_name(budget.name, f"{share * 100:g}".replace(".", "_")),
            description=f"{percentage(share)} of the month's budget {budget.name} is spent.",
            budget=budget.name,
            share=share,
            severity=_severity(share),
            repeat_interval_s=_DAY_S,
        )
        for share in budget.thresholds
    ]


def _forecast(budget: Budget) -> BudgetRule:
    return BudgetRule(
        name=_name(budget.name, "forecast"),
        description=f"The month is expected to cost more than the budget {budget.name}.",
        budget=budget.name,
        forecast=True,
        # A forecast about the edge would come and go: it has to last, and stays for a day.
        for_s=_FORECAST_FOR_S,
        keep_firing_for_s=_DAY_S,
        repeat_interval_s=_DAY_S,
    )


def _severity(share: float) -> Severity:
    if share >= 1:
        return Severity.ERROR
    return Severity.WARNING if share >= _EARLY else Severity.INFO


def _name(budget: str, step: str) -> str:
    """Return a rule's name; of a long budget's the end becomes a digest."""
    whole = f"budget-{budget}-{step}"
    if len(whole) <= _LONGEST_NAME:
        return whole
    mark = identity_of(budget)[:_DIGEST_CHARACTERS]
    kept = budget[: _LONGEST_NAME - len(f"budget-{mark}-{step}") - 1]
    return f"budget-{kept}-{mark}-{step}"
