"""Whether a month's spend has come to a share of its budget: findings of the rule kind `budget`.

The value is a share of the budget's amount: spent so far, or expected by the end of the month.
"""

import numpy as np

from shared.domain.metric.readings import readings_of
from shared.domain.metric.window import Measured
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.findings import Findings, no_findings
from shared.domain.rule.references import Shares


def budget_findings(rule: BudgetRule, shares: Shares | None, times: int) -> Findings:
    """Return the share of the budget at each evaluation.

    Args:
        rule: whether it watches the spend or the forecast.
        shares: of the budget at the same times; None where it is not known.
        times: the number of evaluation times.
    """
    if shares is None:
        return no_findings(times)
    values = shares.forecast if rule.forecast else shares.spent
    readings = readings_of([Measured((), values, (~np.isnan(values)).astype(np.int64))], times)
    breached = np.asarray(rule.comparison.holds(readings.values, rule.threshold), np.bool_)
    return Findings(readings, breached)
