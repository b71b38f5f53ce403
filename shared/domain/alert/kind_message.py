"""What is said of an alert of a rule that watches something else than a measured value.

Each kind has its own sentence: how fast an error budget burns, since when a series is absent, how
much of a budget is spent.
"""

from shared.domain.alert.alert import Instance, ResolvedReason, is_standing
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.burn_rate_rule import BurnRateRule
from shared.domain.rule.window_pair import pair_named
from shared.domain.rule.words import MINUTE_S
from shared.domain.wording import duration, percentage

type SpecialRule = BurnRateRule | AbsenceRule | BudgetRule


def special_message(rule: SpecialRule, instance: Instance) -> str:
    """Return what there is to say of an alert, without where it is."""
    if instance.resolved_reason is ResolvedReason.RULE_CHANGED:
        return f"{_subject(rule)} is not watched any more: the rule was changed or removed"
    match rule:
        case BurnRateRule():
            return f"{_subject(rule)} {_burn_rate(rule, instance)}"
        case AbsenceRule():
            return f"{_subject(rule)} {_absence(rule, instance)}"
        case BudgetRule():
            return f"{_subject(rule)} {_budget(rule, instance)}"


def _subject(rule: SpecialRule) -> str:
    match rule:
        case BurnRateRule():
            return f"error budget of {percentage(rule.objective)} over {rule.period_days} days"
        case AbsenceRule():
            return rule.metric
        case BudgetRule():
            return f"{'expected' if rule.forecast else 'month-to-date'} spend of {rule.budget}"


def _burn_rate(rule: BurnRateRule, instance: Instance) -> str:
    pair = pair_named(instance.lead)
    if instance.value is None or pair is None:
        return f"has no data: no window has {rule.min_requests:,} events"
    factor = pair.factor(rule.period_days)
    windows = f"{duration(pair.long_m * MINUTE_S)} and {duration(pair.short_m * MINUTE_S)}"
    rate, limit = f"{instance.value * factor:.3g} times", f"{factor:.3g} times"
    if is_standing(instance):
        return f"burns {rate} too fast over {windows}, alerts at {limit}"
    return f"burns at {rate} the pace it may over {windows}, alerts at {limit}"


def _absence(rule: AbsenceRule, instance: Instance) -> str:
    absent = duration(instance.value or 0.0)
    if instance.resolved_reason is ResolvedReason.NO_DATA:
        return f"has not been reported for {absent} and is not waited for any more"
    if is_standing(instance):
        return f"has not been reported for {absent}, alerts after {duration(rule.for_s)}"
    if instance.worst is None:
        return "is reported"
    return f"is reported again, after {duration(instance.worst)} without"


def _budget(rule: BudgetRule, instance: Instance) -> str:
    limit = percentage(rule.threshold)
    if instance.value is None:
        return f"is not known, watched for {limit} of the budget"
    measured = f"is {percentage(instance.value)} of the budget"
    held = "above" if rule.forecast else "at or above"
    if is_standing(instance):
        return f"{measured}, {held} {limit}"
    return f"{measured}, no longer {held} {limit}"
