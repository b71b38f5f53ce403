"""How fast error budgets burn: factors, pairs of windows, traffic, and what counts as good."""

from typing import Any

import pytest

from shared.domain.metric.sampling import Data
from shared.domain.record.metric_record import MetricKind
from shared.domain.rollup.rollup import Rollup
from shared.domain.rule.burn_rate_rule import Indicator
from shared.domain.rule.findings import Finding
from shared.domain.rule.window_pair import Burn, pairs_of
from shared.domain.timeline import instant
from tests.domain.burn_rate_factories import (
    NOW,
    A,
    B,
    Event,
    finding_of,
    findings_of,
    requests_of,
    slo,
)
from tests.domain.factories import metric, metric_rollup


@pytest.mark.parametrize(
    ("burn", "days", "factors"),
    [
        (Burn.ALL, 30, [14.4, 6.0, 3.0, 1.0]),
        (Burn.FAST, 30, [14.4, 6.0]),
        (Burn.SLOW, 30, [3.0, 1.0]),
        (Burn.ALL, 28, [13.44, 5.6, 2.8, 28 / 30]),
        (Burn.FAST, 7, [3.36, 1.4]),
    ],
)
def test_factors_spend_the_workbook_s_shares_of_the_budget(
    burn: Burn, days: int, factors: list[float]
) -> None:
    assert [pair.factor(days) for pair in pairs_of(burn)] == pytest.approx(factors)


@pytest.mark.parametrize(
    ("failed", "value", "breached"),
    [
        pytest.param(0, 0.0, False, id="none is bad"),
        pytest.param(59, 59 / 60, False, id="just below"),
        pytest.param(60, 1.0, True, id="exactly at the factor"),
        pytest.param(61, 61 / 60, True, id="just above"),
    ],
)
def test_a_budget_that_burns_at_a_pair_s_factor_is_a_breach(
    failed: int, value: float, breached: bool
) -> None:
    # At 99 %, 6 times too fast is 60 in 1,000; it is the lower of the two factors.
    events = [Event(2, "a", 1000 - failed), Event(2, "a", failed, failed=True)]

    found = finding_of(slo(windows=Burn.FAST), events)

    assert found.value == pytest.approx(value)
    assert found.breached is breached


def test_both_windows_of_a_pair_have_to_burn() -> None:
    over = [Event(40, "a", 50, failed=True), Event(40, "a", 50), Event(2, "a", 50)]
    going_on = [*over, Event(1, "a", 50, failed=True)]

    assert not finding_of(slo(windows=Burn.FAST), over).breached
    found = finding_of(slo(windows=Burn.FAST), going_on)
    assert (found.breached, found.lead) == (True, "6h/30m")


@pytest.mark.parametrize(
    ("events", "lead", "samples"),
    [
        pytest.param([Event(2, "a", 99)], None, 99, id="nowhere enough"),
        pytest.param([Event(2, "a", 60), Event(100, "a", 60)], "6h/30m", 120, id="in 6 h"),
        pytest.param([Event(2, "a", 60), Event(1000, "a", 60)], "1d/2h", 120, id="in a day"),
        pytest.param([Event(5000, "a", 500)], None, 0, id="too long ago"),
        pytest.param([Event(10, "a", 500)], "6h/30m", 500, id="a short window without any"),
    ],
)
def test_a_pair_without_enough_events_says_nothing(
    events: list[Event], lead: str | None, samples: int
) -> None:
    found = finding_of(slo(min_requests=100), events)

    assert (found.value is None) is (lead is None)
    assert found.samples == samples
    if lead:
        assert found.lead == lead


def test_label_sets_burn_apart_and_one_never_seen_is_nothing() -> None:
    events = [Event(2, "a", 100), Event(2, "b", 100, failed=True)]
    found = findings_of(slo(), Data([requests_of(events)]))

    assert (found.at(A, 0).breached, found.at(B, 0).breached) == (False, True)
    assert found.at((("model", "c"),), 0) == Finding(None, 0)


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        pytest.param({"bad": Indicator("failed")}, 50.0, id="bad"),
        pytest.param({"good": Indicator("passed")}, 25.0, id="good"),
        pytest.param({"good": Indicator("missing")}, 100.0, id="no good one at all"),
        pytest.param({"good": Indicator("jobs", {"kind": "x"})}, 50.0, id="by a filter"),
        pytest.param({"good": Indicator("jobs"), "filter": {"kind": "x"}}, 0.0, id="of a part"),
    ],
)
def test_counters_that_clients_report_are_summed(fields: dict[str, Any], value: float) -> None:
    def counter(name: str, count: float, **attributes: str) -> Rollup:
        return metric_rollup(
            metric(
                name=name,
                kind=MetricKind.COUNTER,
                value=count,
                timestamp=instant(NOW - 3),
                attributes=attributes,
            )
        )

    reported = [
        counter("jobs", 60.0, kind="x"),
        counter("jobs", 60.0, kind="y"),
        counter("passed", 90.0),
        counter("failed", 60.0),
    ]
    rule = slo(total=Indicator("jobs"), windows=Burn.FAST, group_by=(), **fields)

    found = findings_of(rule, Data(metrics=reported)).at((), 0)

    assert found.value == pytest.approx(value / 6)
