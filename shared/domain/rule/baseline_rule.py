"""The rule kind `baseline`: an aggregate against what is normal at that time of the week."""

from msgspec import UNSET, UnsetType

from shared.domain.metric.unit import unit_of
from shared.domain.metric.window import Aggregation, Expression
from shared.domain.rule.lifecycle import RuleLifecycle
from shared.domain.rule.words import MINUTE_S, Comparison, Direction, NoData


class BaselineRule(RuleLifecycle, frozen=True, kw_only=True, tag="baseline"):
    """A breach is a window's aggregate far from what is normal for that hour of the week.

    Attributes:
        direction: on which side of the baseline a breach lies.
        deviations: distance from the centre in robust standard deviations, at least.
        percent: distance from the centre in percent of it, at least; both must hold.
        unavailable: in answers, why the rule can't be evaluated; never stored.
    """

    metric: str
    aggregation: Aggregation = Aggregation.AVG
    window_s: int = 300
    direction: Direction = Direction.ABOVE
    deviations: float = 4.0
    percent: float = 20.0
    group_by: tuple[str, ...] = ()
    filter: dict[str, str] = {}
    min_samples: int = 1
    no_data: NoData = NoData.KEEP
    unavailable: str | UnsetType = UNSET

    @property
    def comparison(self) -> Comparison:
        """Return how a value stands to the edge of the band that it is held against."""
        sides = {Direction.ABOVE: Comparison.ABOVE, Direction.BELOW: Comparison.BELOW}
        return sides.get(self.direction, Comparison.DIFFERENT)

    @property
    def threshold(self) -> float | None:
        """Return None: the threshold moves with the season."""
        return None

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
        return ("baseline", self.expression, self.direction, self.deviations, self.percent)

    def unit(self, reported: str | None) -> str:
        """Return the unit of value and threshold; `reported` is the one clients report."""
        return unit_of(self.metric, self.aggregation, reported)
