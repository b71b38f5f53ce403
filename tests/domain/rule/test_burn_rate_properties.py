"""Burn rates against counting event by event, whatever the data was cut into."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.metric.sampling import Data
from shared.domain.record.metric_record import MetricKind
from shared.domain.rollup.measures import METRIC_MEASURES
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.sketch import keys_of, middle
from shared.domain.rule.burn_rate_rule import BurnRateRule, Indicator
from shared.domain.rule.findings import Finding, Findings
from shared.domain.rule.window_pair import FINE_M, Burn, pairs_of
from shared.domain.timeline import HOUR_M, instant
from tests.domain.burn_rate_factories import NOW, Event, findings_of, requests_of, slo
from tests.domain.factories import metric, metric_rollup

_DAY_M = 1440


def _hours_then_minutes(part: Rollup, before: int) -> list[Rollup]:
    hours = aggregate(
        [part.between(0, before)], part.measures, step=lambda slots: slots - slots % HOUR_M
    )
    return [hours, part.between(before, 1 << 40)]


_events = st.lists(
    st.builds(
        Event,
        st.one_of(
            st.integers(1, 90),
            st.integers(300, 400),
            st.integers(1380, 1520),
            st.integers(4250, 4400),
        ),
        st.sampled_from("ab"),
        st.integers(1, 5),
        st.booleans(),
        st.sampled_from([50.0, 1990.0, 1999.0, 2000.0, 2011.0, 9000.0]),
    ),
    max_size=30,
)
_rules = st.builds(
    slo,
    objective=st.sampled_from([0.9, 0.99, 0.999, 0.5]),
    min_requests=st.sampled_from([1, 5, 40]),
    period_days=st.sampled_from([7, 28, 30]),
    windows=st.sampled_from(Burn),
)


def _is_bad(rule: BurnRateRule, event: Event) -> bool:
    if rule.latency_metric:
        key = keys_of(np.array([event.duration_ms * 1000]))
        return bool(middle(key)[0] > 2_000_000)
    return event.failed


def _plain(rule: BurnRateRule, events: Sequence[Event], now: int) -> Mapping[str, Finding]:
    """Return each model's finding, event by event in decimals."""
    counted = [e for e in events if not (rule.latency_metric and e.failed)]
    found: dict[str, Finding] = {}
    for model in sorted({each.model for each in counted}):
        own = [(NOW - e.ago_m, e.count, _is_bad(rule, e)) for e in counted if e.model == model]
        best: tuple[Decimal, str, int] | None = None
        for pair in pairs_of(rule.windows):
            burns = [_burn(rule, own, now, each) for each in (pair.long_m, pair.short_m)]
            (long_burn, events_long), (short_burn, _) = burns
            if long_burn is None or short_burn is None or events_long < rule.min_requests:
                continue
            factor = Decimal(str(pair.budget_share)) * rule.period_days * _DAY_M / pair.long_m
            value = min(long_burn, short_burn) / factor
            if best is None or value > best[0]:
                best = value, pair.name, events_long
        if best is not None:
            found[model] = Finding(float(best[0]), best[2], best[0] >= 1, lead=best[1])
    return found


def _burn(
    rule: BurnRateRule, own: Sequence[tuple[int, int, bool]], now: int, window_m: int
) -> tuple[Decimal | None, int]:
    start = now - window_m
    start -= start % HOUR_M if window_m > 6 * HOUR_M else 0
    total = sum(n for minute, n, _ in own if start <= minute < now)
    bad = sum(n for minute, n, is_bad in own if is_bad and start <= minute < now)
    budget = 1 - Decimal(str(rule.objective))
    return (Decimal(bad) / total / budget if total else None), total


@given(_events, _rules, st.booleans(), st.integers(0, 70))
def test_a_budget_burns_as_counting_event_by_event_says(
    events: list[Event], rule: BurnRateRule, latency: bool, later_m: int
) -> None:
    if latency:
        rule = slo(
            latency_metric="model_response_time",
            below_ms=2000.0,
            objective=rule.objective,
            min_requests=rule.min_requests,
            period_days=rule.period_days,
            windows=rule.windows,
        )
    now = NOW + later_m
    found = findings_of(rule, Data([requests_of(events)]), [now])

    expected = _plain(rule, events, now)
    for model in "ab":
        seen = found.at((("model", model),), 0)
        if model not in expected:
            assert seen.value is None
            continue
        assert seen.value == pytest.approx(expected[model].value, rel=1e-12)
        assert seen.breached == expected[model].breached or abs(seen.value - 1) < 1e-9
        assert seen.samples >= rule.min_requests


@given(_events, _rules, st.lists(st.integers(0, 119), min_size=1, max_size=4, unique=True))
def test_hours_and_minutes_give_exactly_the_same_numbers(
    events: list[Event], rule: BurnRateRule, later: list[int]
) -> None:
    times = [NOW + each for each in sorted(later)]
    minutes = requests_of(events)
    boundary = (times[0] - FINE_M) // HOUR_M * HOUR_M

    fine = findings_of(rule, Data([minutes]), times)
    mixed = findings_of(rule, Data(_hours_then_minutes(minutes, boundary)), times)

    _same(fine, mixed)


@given(st.lists(st.tuples(st.integers(1, 4400), st.floats(0.001, 1e6)), min_size=1, max_size=30))
def test_fractions_that_clients_report_add_up_the_same_in_hours(
    counts: list[tuple[int, float]],
) -> None:
    total = metric_rollup(
        *(
            metric(
                name=name,
                kind=MetricKind.COUNTER,
                value=value * share,
                timestamp=instant(NOW - ago_m),
            )
            for ago_m, value in counts
            for name, share in (("cost", 1.0), ("waste", 0.3))
        )
    )
    assert total.measures is METRIC_MEASURES
    boundary = (NOW - FINE_M) // HOUR_M * HOUR_M
    rule = slo(bad=Indicator("waste"), total=Indicator("cost"), group_by=())

    fine = findings_of(rule, Data(metrics=[total]))
    mixed = findings_of(rule, Data(metrics=_hours_then_minutes(total, boundary)))

    _same(fine, mixed)


def _same(fine: Findings, mixed: Findings) -> None:
    assert list(fine.readings.labels) == list(mixed.readings.labels)
    np.testing.assert_array_equal(fine.readings.values, mixed.readings.values)
    np.testing.assert_array_equal(fine.readings.samples, mixed.readings.samples)
    np.testing.assert_array_equal(fine.breached, mixed.breached)
    assert fine.leads is not None
    assert mixed.leads is not None
    assert fine.leads.tolist() == mixed.leads.tolist()
