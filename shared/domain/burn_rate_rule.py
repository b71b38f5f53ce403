"""The rule kind `burn_rate`: an error budget that is being spent too fast."""

import msgspec

from shared.domain.label import DEPLOYMENT, MODEL
from shared.domain.metric_unit import NO_UNIT
from shared.domain.rule_lifecycle import RuleLifecycle
from shared.domain.rule_words import Comparison, NoData


class Indicator(msgspec.Struct, frozen=True):
    """The sum of a counter over the series that have the filter's labels."""

    metric: str
    filter: dict[str, str] = {}


class BurnRateRule(RuleLifecycle, frozen=True, kw_only=True, tag="burn_rate"):
    """A breach is an error budget being spent too fast, over a long and a short window at once.

    Attributes:
        objective: share of good events promised, 0 < objective < 1.
        good: events that were good; or `bad` states those that were not.
        total: all events that `good` or `bad` is a part of.
        latency_metric: a timer, instead of the sums: its values below `below_ms` are good.
        period_days: over which the objective is promised.
        min_requests: fewer in the long window count as no data.
    """

    objective: float
    good: Indicator | None = None
    bad: Indicator | None = None
    total: Indicator | None = None
    latency_metric: str = msgspec.field(default="", name="metric")
    below_ms: float | None = None
    period_days: int = 30
    min_requests: int = 100
    group_by: tuple[str, ...] = (MODEL, DEPLOYMENT)
    filter: dict[str, str] = {}
    no_data: NoData = NoData.KEEP

    @property
    def metric(self) -> str:
        """Return the metric that alerts are about."""
        return self.latency_metric or (self.total.metric if self.total else "")

    @property
    def comparison(self) -> Comparison:
        """Return how the value is held against the threshold."""
        return Comparison.AT_LEAST

    @property
    def threshold(self) -> float:
        """Return 1: the value is the burn rate over the factor at which its window pair alerts."""
        return 1.0

    @property
    def min_samples(self) -> int:
        """Return how many requests a window needs."""
        return self.min_requests

    @property
    def look_back_m(self) -> int:
        """Return how many minutes before an evaluation it looks at."""
        return 0

    @property
    def question(self) -> tuple[object, ...]:
        """Return what makes the rule's alerts comparable."""
        indicator = (self.good, self.bad, self.total, self.latency_metric, self.below_ms)
        grouping = (self.group_by, sorted(self.filter.items()))
        return ("burn_rate", self.objective, indicator, self.period_days, grouping)

    def unit(self, reported: str | None) -> str:
        """Return the unit of value and threshold; `reported` is the one clients report."""
        del reported
        return NO_UNIT
