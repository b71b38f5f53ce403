"""What people read of an alert that is not about a measured value, or not about a fixed limit."""

from typing import Any

import pytest

from shared.domain.alert.alert import Availability, Instance, ResolvedReason
from shared.domain.alert.alerting import resolved
from shared.domain.alert.message import message
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.burn_rate_rule import BurnRateRule
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.words import Direction
from tests.domain.rule_factories import T0, firing

_WHERE = (("model", "gpt-5"),)
_SLO = BurnRateRule(name="slo", objective=0.99, latency_metric="model_response_time", below_ms=2e3)
_GONE = AbsenceRule(name="gone", metric="heartbeat", for_s=600)
_SPENT = BudgetRule(name="spent", budget="web", share=0.8)
_EXPECTED = BudgetRule(name="expected", budget="web", forecast=True)
_NO_DATA, _CHANGED = ResolvedReason.NO_DATA, ResolvedReason.RULE_CHANGED


def _firing(**fields: Any) -> Instance:
    return firing(**({"labels": _WHERE, "samples": 1_000} | fields))


def _over(reason: ResolvedReason = ResolvedReason.RECOVERED, **fields: Any) -> Instance:
    return resolved(_firing(**fields), reason, now=T0)


@pytest.mark.parametrize(
    ("rule", "instance", "said"),
    [
        pytest.param(
            _SLO,
            _firing(value=1.125, lead="1h/5m"),
            "error budget of 99 % over 30 days burns 16.2 times too fast over 1 h and 5 min, "
            "alerts at 14.4 times",
            id="burns",
        ),
        pytest.param(
            _SLO,
            _firing(value=2.0, lead="3d/6h"),
            "error budget of 99 % over 30 days burns 2 times too fast over 72 h and 6 h, "
            "alerts at 1 times",
            id="burns slowly",
        ),
        pytest.param(
            _SLO,
            _over(value=0.5, lead="6h/30m"),
            "error budget of 99 % over 30 days burns at 3 times the pace it may over 6 h and "
            "30 min, alerts at 6 times",
            id="burns no longer",
        ),
        pytest.param(
            _SLO,
            _firing(value=None),
            "error budget of 99 % over 30 days has no data: no window has 100 events",
            id="too few events",
        ),
        pytest.param(
            _SLO,
            _over(_CHANGED, value=2.0, lead="1h/5m"),
            "error budget of 99 % over 30 days is not watched any more: the rule was changed or "
            "removed",
            id="changed",
        ),
        pytest.param(
            _GONE,
            _firing(value=720.0),
            "heartbeat has not been reported for 12 min, alerts after 10 min",
            id="absent",
        ),
        pytest.param(
            _GONE,
            _over(value=0.0, worst=5400.0),
            "heartbeat is reported again, after 90 min without",
            id="back",
        ),
        pytest.param(
            _GONE,
            _over(_NO_DATA, value=86_400.0),
            "heartbeat has not been reported for 24 h and is not waited for any more",
            id="given up",
        ),
        pytest.param(
            _SPENT,
            _firing(value=0.8249),
            "month-to-date spend of web is 82.49 % of the budget, at or above 80 %",
            id="spent",
        ),
        pytest.param(
            _EXPECTED,
            _firing(value=1.2),
            "expected spend of web is 120 % of the budget, above 100 %",
            id="expected",
        ),
        pytest.param(
            _SPENT,
            _over(value=0.1),
            "month-to-date spend of web is 10 % of the budget, no longer at or above 80 %",
            id="another month",
        ),
        pytest.param(
            _SPENT,
            _firing(value=None),
            "month-to-date spend of web is not known, watched for 80 % of the budget",
            id="unknown",
        ),
    ],
)
def test_an_alert_of_another_kind_reads_as_a_sentence(
    rule: AlertRule, instance: Instance, said: str
) -> None:
    assert message(rule, instance, rule.unit(None)) == f"{said} (model gpt-5)"


_ODD = BaselineRule(name="odd", metric="model_response_time")
_LOW = BaselineRule(name="low", metric="model_response_time", direction=Direction.BELOW)
_EITHER = BaselineRule(name="either", metric="model_response_time", direction=Direction.BOTH)


@pytest.mark.parametrize(
    ("rule", "instance", "said"),
    [
        pytest.param(
            _ODD,
            _firing(value=900.0, threshold=750.0),
            "is 900 ms, above 750 ms, the edge of what is normal",
            id="above",
        ),
        pytest.param(
            _LOW,
            _firing(value=90.0, threshold=120.0),
            "is 90 ms, below 120 ms, the edge of what is normal",
            id="below",
        ),
        pytest.param(
            _EITHER,
            _firing(value=90.0, threshold=120.0),
            "is 90 ms, below 120 ms, the edge of what is normal",
            id="either: below",
        ),
        pytest.param(
            _EITHER,
            _over(value=130.0, threshold=120.0, worst=90.0),
            "is 130 ms, no longer beyond 120 ms, the edge of what is normal",
            id="either: within",
        ),
        pytest.param(
            _ODD,
            _over(value=700.0, threshold=750.0, worst=900.0),
            "is 700 ms, no longer above 750 ms, the edge of what is normal; at worst it was 900 ms",
            id="no longer",
        ),
        pytest.param(
            _ODD,
            _firing(value=700.0, threshold=None),
            "is 700 ms, but what is normal is not known",
            id="unjudged",
        ),
    ],
)
def test_a_moving_limit_is_said_as_it_stands(
    rule: AlertRule, instance: Instance, said: str
) -> None:
    subject = "model_response_time avg over 5 min"

    assert message(rule, instance, rule.unit(None)) == f"{subject} {said} (model gpt-5)"


def test_an_absence_that_is_suspended_is_not_said_to_be_over() -> None:
    said = message(_GONE, _firing(value=720.0, data=Availability.SUSPENDED), "s")

    assert said.startswith("heartbeat has not been reported for 12 min")
