"""The measures that rules need of rollups, so that a long history is read without the rest."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.metric import names
from shared.domain.metric.spec import DERIVED
from shared.domain.metric.window import SHARES, Aggregation, Expression
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.count_span import count_span
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule

_OF_SUMS = (Aggregation.AVG, Aggregation.SUM, Aggregation.RATE, Aggregation.COUNT)
_CLIENT_VALUES = {"n", "sum", "value_min", "value_max", "value_last", "value_last_at"}


@dataclass(frozen=True, slots=True)
class RuleMeasures:
    """What has to be read; counts always, since they tell whether anything arrived.

    Attributes:
        requests: measures of requests.
        metrics: measures of client metrics.
        scores: whether anomaly scores are needed.
    """

    requests: frozenset[str]
    metrics: frozenset[str]
    scores: bool = False


def measures_of(rules: Iterable[AlertRule]) -> RuleMeasures:
    """Return the measures that evaluating these rules reads."""
    every = list(rules)
    requests, metrics = {"n"}, {"n"}
    for rule in every:
        if isinstance(rule, ThresholdRule | BaselineRule | AbsenceRule):
            of_requests, of_metrics = _measured(rule.expression)
            requests |= of_requests
            metrics |= of_metrics
    counted = count_span(every, range(1))
    if counted is not None:
        requests |= counted.requests
        metrics |= counted.metrics
    return RuleMeasures(frozenset(requests), frozenset(metrics), asks_for_scores(every))


def asks_for_scores(rules: Iterable[AlertRule]) -> bool:
    """Tell whether any of these rules is about anomaly scores."""
    return any(rule.metric == names.ANOMALY_SCORE for rule in rules)


def _measured(expression: Expression) -> tuple[set[str], set[str]]:
    if expression.metric == names.ANOMALY_SCORE:
        return set(), set()
    spec = DERIVED.get(expression.metric)
    ranked = expression.aggregation in SHARES
    if spec is None:
        return set(), _CLIENT_VALUES | ({"value_sketch"} if ranked else set())
    labels = {*expression.group_by, *(name for name, _ in expression.filter)}
    split = spec.split_by(labels)
    found = spec.measures | ({split[1]} if split else set())
    if not ranked:
        found -= {spec.sketch}
    if expression.aggregation in _OF_SUMS:
        found -= {f"{spec.values}_{part}" for part in ("min", "max", "last", "last_at")}
    return found, found & {"overflow"}
