"""An alert rule: what is measured, which value is a breach, and when people hear of it.

The field's words are Prometheus's: `for_s` holds a breach as pending, `keep_firing_for_s` holds an
alert as firing; `no_data` is what an empty window means. Defaults are those of the HTTP contract.
"""

import hashlib
import operator
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from shared.domain.window import Aggregation, Expression

MINUTE_S = 60


class Comparison(StrEnum):
    """How a value is held against the threshold; the rule is breached where it is true."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    EQUAL = "=="
    DIFFERENT = "!="

    @property
    def holds(self) -> Callable[[Any, Any], Any]:
        """Return the comparison as a function, for numbers and for arrays."""
        return _HOLDS[self]

    def worse(self, known: float | None, value: float) -> float:
        """Return the worse of two breaching values; where neither is, the one known first."""
        if known is None:
            return value
        if self in (Comparison.ABOVE, Comparison.AT_LEAST):
            return max(known, value)
        return min(known, value) if self in (Comparison.BELOW, Comparison.AT_MOST) else known


_HOLDS: dict[Comparison, Callable[[Any, Any], Any]] = {
    Comparison.ABOVE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.BELOW: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.EQUAL: operator.eq,
    Comparison.DIFFERENT: operator.ne,
}


class NoData(StrEnum):
    """What a window without enough samples means: health, no news, or a breach."""

    OK = "ok"
    KEEP = "keep"
    ALERT = "alert"


class Severity(StrEnum):
    """How bad it is, in rising order."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class RuleKind(StrEnum):
    """What a rule compares its measurement with."""

    THRESHOLD = "threshold"


class AlertRule(msgspec.Struct, frozen=True, kw_only=True):
    """A threshold rule, evaluated once a minute for every label set; `parse_rule` checks them.

    Attributes:
        name: unique among rules.
        window_s: length of the window that ends at the evaluation, a multiple of 60.
        threshold: in the metric's unit; ratios are 0..1.
        for_s: how long a breach is pending before it fires; 0 fires at once.
        keep_firing_for_s: how long an alert stays firing from the first clean evaluation on.
        cooldown_s: minimum time between two firing notifications of one label set.
        repeat_interval_s: time between repeats while firing; 0 never repeats.
        group_by: labels that tell one alert from another.
        filter: label -> the value a series must have to be measured.
        min_samples: a window with fewer counts as one without data.
        labels: the owner's own labels, added to each alert's.
    """

    name: str
    description: str = ""
    kind: RuleKind = RuleKind.THRESHOLD
    metric: str
    aggregation: Aggregation = Aggregation.AVG
    window_s: int = 300
    comparison: Comparison
    threshold: float
    for_s: int = 0
    keep_firing_for_s: int = 0
    cooldown_s: int = 300
    repeat_interval_s: int = 14_400
    group_by: tuple[str, ...] = ()
    filter: dict[str, str] = {}
    min_samples: int = 1
    no_data: NoData = NoData.KEEP
    severity: Severity = Severity.WARNING
    labels: dict[str, str] = {}
    runbook_url: str = ""
    enabled: bool = True

    @property
    def expression(self) -> Expression:
        """Return what the rule measures."""
        return Expression(
            self.metric,
            self.aggregation,
            self.window_s // MINUTE_S,
            self.group_by,
            tuple(sorted(self.filter.items())),
        )

    def breached_by(self, value: float) -> bool:
        """Tell whether a value, in the metric's unit, is a breach."""
        return bool(self.comparison.holds(value, self.threshold))


def condition_digest(rule: AlertRule) -> str:
    """Return a digest of what makes a rule's alerts comparable: measurement and threshold.

    A rule whose digest changes asks another question, so its alerts are resolved; timing,
    severity and texts may change under a firing alert.
    """
    condition = (rule.kind, rule.expression, rule.comparison, rule.threshold)
    return hashlib.blake2b(msgspec.json.encode(condition), digest_size=12).hexdigest()
