"""A month's spend against its budget."""

import numpy as np
import pytest

from shared.domain.rule.budget_findings import budget_findings
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.findings import NOTHING, Finding
from shared.domain.rule.references import Shares

_SPENT = BudgetRule(name="spent", budget="web", share=0.8)
_EXPECTED = BudgetRule(name="expected", budget="web", forecast=True)
_NAN = float("nan")


@pytest.mark.parametrize(
    ("rule", "spent", "forecast", "expected"),
    [
        pytest.param(_SPENT, 0.79, 1.2, Finding(0.79, 1), id="below"),
        pytest.param(_SPENT, 0.8, 0.9, Finding(0.8, 1, breached=True), id="exactly"),
        pytest.param(_EXPECTED, 0.1, 1.0, Finding(1.0, 1), id="expected to be just enough"),
        pytest.param(_EXPECTED, 0.1, 1.01, Finding(1.01, 1, breached=True), id="to exceed it"),
        pytest.param(_SPENT, _NAN, 2.0, Finding(None, 0), id="spend unknown"),
        pytest.param(_EXPECTED, 2.0, _NAN, Finding(None, 0), id="forecast unknown"),
    ],
)
def test_a_share_of_the_budget_is_the_value(
    rule: BudgetRule, spent: float, forecast: float, expected: Finding
) -> None:
    shares = Shares(np.array([spent]), np.array([forecast]))

    assert budget_findings(rule, shares, 1).at((), 0) == expected


def test_an_unknown_budget_has_no_data() -> None:
    assert budget_findings(_SPENT, None, 3).at((), 2) == NOTHING
