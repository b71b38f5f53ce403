"""The rule kind `burn_rate`: an error budget that is being spent too fast."""

import msgspec
from msgspec import UNSET, UnsetType

from shared.domain.label import DEPLOYMENT, MODEL
from shared.domain.metric.unit import NO_UNIT
from shared.domain.rule.lifecycle import RuleLifecycle
from shared.domain.rule.window_pair import Burn
from shared.domain.rule.words import Comparison, NoData


class Indicator(msgspec.Struct, frozen=True):
    """The sum of a counter over the series that have the filter's labels."""

    metric: str
    filter: dict[str, str] = {}


class BurnRateRule(RuleLifecycle, frozen=True, kw_only=True, tag="burn_rate"):
    """A breach is an error budget being spent too fast, over a long and a short window at once.

    What is good is stated by two sums (`good` or `bad`, of `total`) or by a latency (`metric` and
    `below_ms`).

    Attributes:
        objective: share of good events promised, 0 < objective < 1.
        good: events that were good; or `bad` states those that were not.
        total: all events that `good` or `bad` is a part of.
        latency_metric: a timer in ms, whose values at or below `below_ms` are good.
        period_days: over which the objective is promised.
        min_requests: a pair of windows with fewer events in the long one says nothing.
        windows: the pairs of windows to look at.
        filter: label -> the value a series must have, in good, bad and total alike.
    """

    objective: float
    good: Indicator | UnsetType = UNSET
    bad: Indicator | UnsetType = UNSET
    total: Indicator | UnsetType = UNSET
    latency_metric: str | UnsetType = msgspec.field(default=UNSET, name="metric")
    below_ms: float | UnsetType = UNSET
    period_days: int = 30
    min_requests: int = 100
    windows: Burn = Burn.ALL
    group_by: tuple[str, ...] = (MODEL, DEPLOYMENT)
    filter: dict[str, str] = {}
    no_data: NoData = NoData.KEEP

    @property
    def metric(self) -> str:
        """Return the metric that alerts are about."""
        if self.latency_metric is not UNSET:
            return self.latency_metric
        return "" if self.total is UNSET else self.total.metric

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
        """Return how many events a window needs."""
        return self.min_requests

    @property
    def look_back_m(self) -> int:
        """Return 0: what is counted comes from the history of a frame, see `CountSpan`."""
        return 0

    @property
    def question(self) -> tuple[object, ...]:
        """Return what makes the rule's alerts comparable."""
        stated = {
            "good": self.good,
            "bad": self.bad,
            "total": self.total,
            "metric": self.latency_metric,
            "below_ms": self.below_ms,
        }
        indicator = [(name, part) for name, part in stated.items() if part is not UNSET]
        grouping = (self.group_by, sorted(self.filter.items()))
        promise = (self.objective, self.period_days, self.windows)
        return ("burn_rate", promise, indicator, grouping)

    def unit(self, reported: str | None) -> str:
        """Return the unit of value and threshold; `reported` is the one clients report."""
        del reported
        return NO_UNIT
