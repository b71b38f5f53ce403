"""The rule kind `threshold`: a window's aggregate against a fixed number."""

from shared.domain.metric.unit import unit_of
from shared.domain.metric.window import Aggregation, Expression
from shared.domain.rule.lifecycle import RuleLifecycle
from shared.domain.rule.words import MINUTE_S, Comparison, NoData


class ThresholdRule(RuleLifecycle, frozen=True, kw_only=True, tag="threshold"):
    """A breach is a window's aggregate beyond a fixed threshold.

    Attributes:
        window_s: length of the window that ends at the evaluation, a multiple of 60.
        threshold: in the metric's unit; ratios are 0..1.
        group_by: labels that tell one alert from another.
        filter: label -> the value a series must have to be measured.
        min_samples: a window with fewer counts as one without data.
    """

    metric: str
    aggregation: Aggregation = Aggregation.AVG
    window_s: int = 300
    comparison: Comparison
    threshold: float
    group_by: tuple[str, ...] = ()
    filter: dict[str, str] = {}
    min_samples: int = 1
    no_data: NoData = NoData.KEEP

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

    @property
    def look_back_m(self) -> int:
        """Return how many minutes before an evaluation it looks at."""
        return self.window_s // MINUTE_S

    @property
    def question(self) -> tuple[object, ...]:
        """Return what makes the rule's alerts comparable."""
        return ("threshold", self.expression, self.comparison, self.threshold)

    def unit(self, reported: str | None) -> str:
        """Return the unit of value and threshold; `reported` is the one clients report."""
        return unit_of(self.metric, self.aggregation, reported)
