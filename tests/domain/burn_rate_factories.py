"""Requests along days, and what a burn-rate rule finds in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from shared.domain.label import Labels
from shared.domain.metric.counting import count
from shared.domain.metric.sampling import Data
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rule.burn_rate_findings import burn_rate_findings, counts_asked
from shared.domain.rule.burn_rate_rule import BurnRateRule, Indicator
from shared.domain.rule.findings import Finding, Findings
from shared.domain.timeline import instant, minute_of
from tests.domain.factories import T0, request, rollup

NOW = minute_of(T0) + 7
A, B = (("model", "a"),), (("model", "b"),)


@dataclass(frozen=True, slots=True)
class Event:
    """Requests of one model that ended in one minute."""

    ago_m: int
    model: str
    count: int = 1
    failed: bool = False
    duration_ms: float = 100.0


def requests_of(events: Sequence[Event]) -> Rollup:
    records = [
        request(
            model=each.model,
            start_time=instant(NOW - each.ago_m) + timedelta(milliseconds=1),
            duration_ms=each.duration_ms,
            error_type="boom" if each.failed else None,
        )
        for each in events
        for _ in range(each.count)
    ]
    return rollup(*records) if records else aggregate([], REQUEST_MEASURES)


def slo(**fields: Any) -> BurnRateRule:
    indicator = {
        "bad": Indicator("model_errors_total"),
        "total": Indicator("model_requests_total"),
    }
    if "latency_metric" in fields or "good" in fields:
        indicator = {}
    given = {"name": "slo", "objective": 0.99, "min_requests": 1, "group_by": ("model",)}
    return BurnRateRule(**(given | indicator | fields))


def findings_of(rule: BurnRateRule, data: Data, times: Sequence[int] = (NOW,)) -> Findings:
    part, total = counts_asked(rule)
    counted = count(part, data)[0], count(total, data)[-1]
    return burn_rate_findings(rule, counted, np.array(times, np.int64))


def finding_of(rule: BurnRateRule, events: Sequence[Event], labels: Labels = A) -> Finding:
    return findings_of(rule, Data([requests_of(events)])).at(labels, 0)
