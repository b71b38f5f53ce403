"""Values against the band of what is normal: both distances have to be exceeded."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from shared.domain.alert.alert import Availability, Instance, State
from shared.domain.alert.alerting import evaluate
from shared.domain.label import Labels
from shared.domain.metric.readings import readings_of
from shared.domain.metric.window import Measured
from shared.domain.rule.baseline_findings import baseline_findings
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.findings import NOTHING, UNJUDGED, Finding, Findings
from shared.domain.rule.references import Normal
from shared.domain.rule.words import Direction, NoData
from tests.domain.rule_factories import T0

_A: Labels = (("model", "a"),)


def _rule(**fields: Any) -> BaselineRule:
    return BaselineRule(**({"name": "odd", "metric": "latency", "group_by": ("model",)} | fields))


def _normal(center: float = 100.0, spread: float = 5.0) -> Normal:
    return Normal(np.array([center]), np.array([spread]))


def _findings(rule: BaselineRule, value: float, normals: Mapping[Labels, Normal]) -> Findings:
    measured = Measured(_A, np.array([value]), np.array([10]))
    return baseline_findings(rule, readings_of([measured], 1), normals)


def _finding(rule: BaselineRule, value: float, normal: Normal) -> Finding:
    return _findings(rule, value, {_A: normal}).at(_A, 0)


@pytest.mark.parametrize(
    ("fields", "normal", "value", "edge", "breached"),
    [
        pytest.param({}, _normal(), 120.0, 120.0, False, id="at the edge"),
        pytest.param({}, _normal(), 120.1, 120.0, True, id="beyond both"),
        pytest.param({}, _normal(spread=1), 119.0, 120.0, False, id="many deviations, no 20 %"),
        pytest.param({}, _normal(spread=10), 130.0, 140.0, False, id="30 %, few deviations"),
        pytest.param({}, _normal(spread=0), 121.0, 120.0, True, id="what never varies"),
        pytest.param({}, _normal(), 50.0, 120.0, False, id="below is fine"),
        pytest.param({"direction": Direction.BELOW}, _normal(), 79.9, 80.0, True, id="too low"),
        pytest.param(
            {"direction": Direction.BELOW}, _normal(), 500.0, 80.0, False, id="above is fine"
        ),
        pytest.param(
            {"direction": Direction.BOTH}, _normal(), 121.0, 120.0, True, id="either: too high"
        ),
        pytest.param(
            {"direction": Direction.BOTH}, _normal(), 79.0, 80.0, True, id="either: too low"
        ),
        pytest.param(
            {"direction": Direction.BOTH}, _normal(), 85.0, 80.0, False, id="nearer to the lower"
        ),
        pytest.param({"percent": 0.0}, _normal(), 120.1, 120.0, True, id="deviations alone"),
        pytest.param({}, _normal(center=-100.0), -79.0, -80.0, True, id="a negative centre"),
        pytest.param({}, _normal(center=0.0), 20.1, 20.0, True, id="percent of nothing"),
    ],
)
def test_a_breach_is_further_out_than_deviations_and_percent(
    fields: dict[str, Any], normal: Normal, value: float, edge: float, breached: bool
) -> None:
    found = _finding(_rule(**fields), value, normal)

    assert found.threshold == pytest.approx(edge)
    assert (found.breached, found.judged) == (breached, True)


def test_without_a_baseline_there_is_nothing_to_judge_by() -> None:
    found = _findings(_rule(), 1e9, {})

    assert found.at(_A, 0) == Finding(1e9, 10, judged=False)
    assert found.at((("model", "b"),), 0) == UNJUDGED


def test_a_baseline_that_is_unknown_at_one_time_does_not_judge_then() -> None:
    found = _finding(_rule(), 1e9, _normal(center=float("nan")))

    assert (found.breached, found.judged, found.threshold) == (False, False, None)


def test_a_label_set_with_a_baseline_but_no_values_has_no_data() -> None:
    normals = {(("model", "b"),): _normal()}

    assert _findings(_rule(), 1.0, normals).at((("model", "b"),), 0) == NOTHING


@pytest.mark.parametrize("no_data", NoData)
@pytest.mark.parametrize("state", [State.INACTIVE, State.PENDING, State.FIRING])
def test_an_unjudged_value_changes_no_state_whatever_no_data_says(
    no_data: NoData, state: State
) -> None:
    before = Instance(_A, state, active_since=None if state is State.INACTIVE else T0)

    after = evaluate(_rule(no_data=no_data), UNJUDGED, before, now=T0)

    assert (after.state, after.data) == (state, Availability.NO_DATA)
    assert after.resolved_at is None
