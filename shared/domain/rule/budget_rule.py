"""The rule kind `budget`: a month's spend against its budget."""

import msgspec
from msgspec import UNSET, UnsetType

from shared.domain.metric.names import COST_USD
from shared.domain.metric.unit import NO_UNIT
from shared.domain.rule.lifecycle import RuleLifecycle
from shared.domain.rule.words import Comparison, NoData


class BudgetRule(RuleLifecycle, frozen=True, kw_only=True, tag="budget"):
    """A breach is a month's spend at a share of its budget, or expected to exceed the budget.

    Attributes:
        budget: name of the budget.
        share: of the amount, 0.8 is 80 %; unset where the forecast is watched.
        forecast: True watches whether the month's expected spend exceeds the amount.
        unavailable: in answers, why the rule can't be evaluated; never stored.
    """

    budget: str
    share: float | UnsetType = msgspec.field(default=UNSET, name="threshold")
    forecast: bool = False
    unavailable: str | UnsetType = UNSET

    @property
    def metric(self) -> str:
        """Return the metric that alerts are about."""
        return COST_USD

    @property
    def group_by(self) -> tuple[str, ...]:
        """Return nothing: a budget is one thing."""
        return ()

    @property
    def comparison(self) -> Comparison:
        """Return how the value is held against the threshold."""
        return Comparison.ABOVE if self.forecast else Comparison.AT_LEAST

    @property
    def threshold(self) -> float:
        """Return the share of the budget's amount that is watched."""
        return 1.0 if self.share is UNSET else self.share

    @property
    def min_samples(self) -> int:
        """Return that one statement of the spend is enough."""
        return 1

    @property
    def no_data(self) -> NoData:
        """Return that an unknown spend is no news."""
        return NoData.KEEP

    @property
    def look_back_m(self) -> int:
        """Return how many minutes before an evaluation it looks at."""
        return 0

    @property
    def question(self) -> tuple[object, ...]:
        """Return what makes the rule's alerts comparable."""
        return ("budget", self.budget, self.threshold, self.forecast)

    def unit(self, reported: str | None) -> str:
        """Return the unit of value and threshold; `reported` is the one clients report."""
        del reported
        return NO_UNIT
