"""How far back a run of evaluations has to count events, and of which metrics.

What is counted over more than 6 hours comes from whole hours; see `window_pair.window_starts`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.metric.counting import measures_counted
from shared.domain.metric.spec import DERIVED
from shared.domain.rule.burn_rate_rule import BurnRateRule
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.window_pair import FINE_M, pairs_of
from shared.domain.timeline import BUCKET_M, HOUR_M, floor_to


@dataclass(frozen=True, slots=True)
class CountSpan:
    """What has to be loaded so that events can be counted.

    Attributes:
        first: the first minute, whole hours from it on.
        fine_from: minutes one by one from it on; `first` where no hours are needed.
        requests: measures of requests that are counted; none where none are.
        metrics: measures of client metrics that are counted.
    """

    first: int
    fine_from: int
    requests: frozenset[str]
    metrics: frozenset[str]


def count_span(rules: Iterable[AlertRule], minutes: range) -> CountSpan | None:
    """Return what the burn-rate rules among these count; None where there are none.

    Args:
        rules: the rules in force.
        minutes: evaluation times, consecutive.
    """
    burning = [rule for rule in rules if isinstance(rule, BurnRateRule)]
    if not burning:
        return None
    longest_m = max(pair.long_m for rule in burning for pair in pairs_of(rule.windows))
    fine_from = floor_to(minutes[0] - FINE_M, BUCKET_M)
    first = fine_from
    if longest_m > FINE_M:
        fine_from = floor_to(fine_from, HOUR_M)
        first = floor_to(minutes[0] - longest_m, HOUR_M)
    asked = {pair for rule in burning for pair in _counted(rule)}
    return CountSpan(
        first,
        fine_from,
        _measures(each for each in asked if each[0] in DERIVED),
        _measures(each for each in asked if each[0] not in DERIVED),
    )


def _counted(rule: BurnRateRule) -> list[tuple[str, bool]]:
    """Return the metrics that a rule counts, and whether they are held against a limit."""
    if rule.latency_metric:
        return [(rule.latency_metric, True)]
    return [(each.metric, False) for each in (rule.good, rule.bad, rule.total) if each]


def _measures(asked: Iterable[tuple[str, bool]]) -> frozenset[str]:
    sets = [measures_counted(metric, latency=latency) for metric, latency in asked]
    return frozenset[str]().union(*sets)
