"""Rules of the other kinds as people write them: defaults, faults by field, the way back."""

from typing import Any

import msgspec
import pytest

from shared.domain.metric.window import Aggregation
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.burn_rate_rule import BurnRateRule, Indicator
from shared.domain.rule.input import parse_rule
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.window_pair import Burn
from shared.domain.rule.words import Comparison, Direction, NoData
from shared.errors import InvalidInput

_BASELINE = {"name": "r", "kind": "baseline", "metric": "model_response_time"}
_LATENCY = {
    "name": "r",
    "kind": "burn_rate",
    "objective": 0.99,
    "metric": "model_response_time",
    "below_ms": 2000,
}
_TOTAL = {"metric": "model_requests_total"}
_ERRORS = {"metric": "model_errors_total", "filter": {"error_class": "server"}}
_SUMS = {"name": "r", "kind": "burn_rate", "objective": 0.999, "bad": _ERRORS, "total": _TOTAL}
_ABSENCE = {"name": "r", "kind": "absence", "metric": "heartbeat", "for_s": 600}
_BUDGET = {"name": "r", "kind": "budget", "budget": "web", "threshold": 0.8}
_LEAST = {
    "baseline": _BASELINE,
    "latency": _LATENCY,
    "sums": _SUMS,
    "absence": _ABSENCE,
    "budget": _BUDGET,
}


def _parse(body: dict[str, Any]) -> AlertRule:
    return parse_rule(msgspec.json.encode(body))


def _faults(body: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        _parse(body)
    return {fault.path: fault.reason for fault in refused.value.faults}


def _without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: each for name, each in body.items() if name not in names}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            _BASELINE,
            BaselineRule(
                name="r",
                metric="model_response_time",
                aggregation=Aggregation.AVG,
                window_s=300,
                direction=Direction.ABOVE,
                deviations=4.0,
                percent=20.0,
                group_by=("model", "deployment"),
                no_data=NoData.KEEP,
            ),
            id="baseline",
        ),
        pytest.param(
            _LATENCY,
            BurnRateRule(
                name="r",
                objective=0.99,
                latency_metric="model_response_time",
                below_ms=2000.0,
                period_days=30,
                min_requests=100,
                windows=Burn.ALL,
                group_by=("model", "deployment"),
            ),
            id="burn rate of a latency",
        ),
        pytest.param(
            _SUMS | {"windows": "fast"},
            BurnRateRule(
                name="r",
                objective=0.999,
                bad=Indicator("model_errors_total", {"error_class": "server"}),
                total=Indicator("model_requests_total"),
                windows=Burn.FAST,
            ),
            id="burn rate of sums",
        ),
        pytest.param(
            _ABSENCE,
            AbsenceRule(name="r", metric="heartbeat", for_s=600, forget_after_s=86_400),
            id="absence",
        ),
        pytest.param(_BUDGET, BudgetRule(name="r", budget="web", share=0.8), id="budget spent"),
        pytest.param(
            _without(_BUDGET, "threshold") | {"forecast": True},
            BudgetRule(name="r", budget="web", forecast=True),
            id="budget forecast",
        ),
    ],
)
def test_the_least_rule_of_a_kind_has_its_defaults(
    body: dict[str, Any], expected: AlertRule
) -> None:
    assert _parse(body) == expected


@pytest.mark.parametrize("body", _LEAST.values(), ids=_LEAST)
def test_a_rule_may_be_put_back_as_it_was_answered(body: dict[str, Any]) -> None:
    rule = _parse(body)

    assert parse_rule(msgspec.json.encode(rule)) == rule


@pytest.mark.parametrize("body", [_BASELINE, _BUDGET], ids=["baseline", "budget"])
def test_a_rule_may_be_put_back_with_what_is_only_answered(body: dict[str, Any]) -> None:
    assert _parse(body | {"unavailable": "not established yet"}) == _parse(body)


@pytest.mark.parametrize(
    ("body", "grouped"),
    [
        (_ABSENCE, ()),
        (_ABSENCE | {"metric": "model_requests_total"}, ("model", "deployment")),
        (_SUMS | {"bad": {"metric": "failed"}, "total": {"metric": "jobs"}}, ()),
        (_BASELINE | {"metric": "queue_depth"}, ()),
    ],
)
def test_grouping_depends_on_the_metric(body: dict[str, Any], grouped: tuple[str, ...]) -> None:
    rule = _parse(body)

    assert rule.group_by == grouped


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        pytest.param(
            _BASELINE | {"threshold": 5, "objective": 0.9},
            {
                "threshold": "a field of threshold and budget rules, not of baseline ones",
                "objective": "a field of burn_rate rules, not of baseline ones",
            },
            id="fields of other kinds",
        ),
        pytest.param(
            {"name": "r", "metric": "m", "comparison": ">", "threshold": 1, "below_ms": 5},
            {"below_ms": "a field of burn_rate rules, not of threshold ones"},
            id="a field of another kind in a threshold rule",
        ),
        pytest.param(
            _BUDGET | {"colour": "red"}, {"colour": "unknown field"}, id="a field of no kind"
        ),
        pytest.param(
            _BASELINE | {"aggregation": "p95", "metric": "model_error_rate", "window_s": 90},
            {
                "aggregation": "expected avg, min or max for a ratio, got p95",
                "window_s": "expected a multiple of 60, got 90",
            },
            id="a ratio's quantile",
        ),
        pytest.param(
            _ABSENCE | {"for_s": 7200, "forget_after_s": 3600},
            {"forget_after_s": "expected more than for_s, 7200, got 3600"},
            id="forgotten before it fires",
        ),
        pytest.param(
            _BUDGET | {"forecast": True},
            {"threshold": "expected either threshold or forecast, got both"},
            id="threshold and forecast",
        ),
        pytest.param(
            _without(_BUDGET, "threshold"),
            {"threshold": "required, but missing: expected threshold, or forecast true"},
            id="neither threshold nor forecast",
        ),
        pytest.param(
            {"kind": "budget"},
            {
                "name": "required, but missing",
                "budget": "required, but missing",
                "threshold": "required, but missing: expected threshold, or forecast true",
            },
            id="nothing",
        ),
    ],
)
def test_what_does_not_go_together_is_named_by_field(
    body: dict[str, Any], faults: dict[str, str]
) -> None:
    assert _faults(body) == faults


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        (_BASELINE, "direction", "sideways"),
        (_BASELINE, "deviations", -1),
        (_LATENCY, "objective", 0),
        (_LATENCY, "objective", 1),
        (_LATENCY, "below_ms", 0),
        (_LATENCY, "period_days", 2),
        (_LATENCY, "min_requests", 0),
        (_LATENCY, "windows", "medium"),
        (_ABSENCE, "for_s", 90),
        (_ABSENCE, "forget_after_s", 90),
        (_BUDGET, "threshold", 0),
        (_BUDGET, "threshold", 10.5),
        (_BUDGET, "budget", "no spaces"),
        (_BUDGET, "forecast", "yes"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(
    body: dict[str, Any], field: str, value: Any
) -> None:
    assert list(_faults(body | {field: value})) == [field]


def test_a_word_that_is_none_names_those_that_are() -> None:
    assert _faults({"name": "r", "kind": "magic"}) == {
        "kind": 'expected one of threshold, baseline, burn_rate, absence, budget, got "magic"'
    }


@pytest.mark.parametrize(
    ("body", "comparison", "threshold"),
    [
        (_SUMS, Comparison.AT_LEAST, 1.0),
        (_ABSENCE, Comparison.AT_LEAST, 600.0),
        (_BUDGET, Comparison.AT_LEAST, 0.8),
        (_without(_BUDGET, "threshold") | {"forecast": True}, Comparison.ABOVE, 1.0),
        (_BASELINE, Comparison.ABOVE, None),
        (_BASELINE | {"direction": "below"}, Comparison.BELOW, None),
    ],
)
def test_a_kind_says_how_its_value_is_held(
    body: dict[str, Any], comparison: Comparison, threshold: float | None
) -> None:
    rule = _parse(body)

    assert (rule.comparison, rule.threshold) == (comparison, threshold)
