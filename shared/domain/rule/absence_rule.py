"""The rule kind `absence`: a series that stopped reporting, or a dead man's switch."""

from shared.domain.metric.window import Aggregation, Expression
from shared.domain.rule.lifecycle import RuleLifecycle
from shared.domain.rule.words import Comparison, NoData

DAY_S = 86_400


class AbsenceRule(RuleLifecycle, frozen=True, kw_only=True, tag="absence"):
    """A breach is a minute in which a series that has reported before reports nothing.

    Attributes:
        for_s: how long it may report nothing before the alert fires.
        group_by: labels that tell one series from another; none: the metric as a whole, which is
            missed even if it was never reported (a dead man's switch).
        forget_after_s: a series silent for so long has been taken out of service: its alert ends
            and it is forgotten; does not apply where nothing is grouped by.
    """

    metric: str
    for_s: int = 300
    group_by: tuple[str, ...] = ()
    filter: dict[str, str] = {}
    forget_after_s: int = DAY_S

    @property
    def comparison(self) -> Comparison:
        """Return how the value is held against the threshold."""
        return Comparison.AT_LEAST

    @property
    def threshold(self) -> float:
        """Return the seconds of absence that make the alert fire."""
        return float(self.for_s)

    @property
    def min_samples(self) -> int:
        """Return how many samples show that a series is there."""
        return 1

    @property
    def no_data(self) -> NoData:
        """Return that an empty window is the breach."""
        return NoData.ALERT

    @property
    def expression(self) -> Expression:
        """Return what the rule measures."""
        return Expression(
            self.metric,
            Aggregation.COUNT,
            1,
            self.group_by,
            tuple(sorted(self.filter.items())),
        )

    @property
    def look_back_m(self) -> int:
        """Return how many minutes before an evaluation it looks at."""
        return 1

    @property
    def question(self) -> tuple[object, ...]:
        """Return what makes the rule's alerts comparable."""
        return ("absence", self.expression)

    def unit(self, reported: str | None) -> str:
        """Return the unit of value and threshold; `reported` is the one clients report."""
        del reported
        return "s"
