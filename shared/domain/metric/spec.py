"""The metrics that every model request yields, and from which measures they come."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.metric import names
from shared.domain.metric.window import Aggregation


class Shape(StrEnum):
    """How a derived metric's samples are counted."""

    COUNTER = "counter"
    TIMER = "timer"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """A metric derived from request rollups.

    Attributes:
        name: the metric.
        shape: counter, timer or ratio.
        unit: of its values.
        count: measure that counts its samples; `failed` stands for n - n_ok.
        total: measure that sums its values.
        values: prefix of its min, max and last measures; empty where every sample is 1.
        sketch: the sparse measure that its quantiles come from; empty where there is none.
        scale: stored units in one unit of the metric.
        further: measures it reads besides.
        splits: labels that tell its samples apart beyond those of the series, one at a time, each
            with the sparse measure whose terms it names.
    """

    name: str
    shape: Shape
    unit: str
    count: str
    total: str
    values: str = ""
    sketch: str = ""
    scale: float = 1.0
    further: tuple[str, ...] = ()
    splits: tuple[tuple[str, str], ...] = ()

    def split_by(self, labels: Collection[str]) -> tuple[str, str] | None:
        """Return the first of its splits that labels ask for, as (label, measure), or None."""
        return next((split for split in self.splits if split[0] in labels), None)

    @property
    def measures(self) -> set[str]:
        """Return the measures it reads."""
        found = {self.count, self.total, self.sketch, *self.further} - {"", "failed", "quota"}
        if "failed" in (self.count, self.total):
            found |= {"n", "n_ok"}
        if self.values:
            found |= {f"{self.values}_{part}" for part in ("min", "max", "last", "last_at")}
        return found


_US_PER_MS = 1000.0
_CELLS = ("unseen_tokens", "calls")
_SPECS = (
    MetricSpec(names.REQUESTS_TOTAL, Shape.COUNTER, "{request}", "n", "n"),
    MetricSpec(
        names.ERRORS_TOTAL,
        Shape.COUNTER,
        "{request}",
        "failed",
        "failed",
        splits=(("error_type", "error_type"), ("error_class", "error_class")),
    ),
    MetricSpec(
        names.RESPONSE_TIME,
        Shape.TIMER,
        "ms",
        "n_ok",
        "latency_sum",
        "latency",
        "latency_sketch",
        _US_PER_MS,
    ),
    MetricSpec(
        names.FAILED_RESPONSE_TIME,
        Shape.TIMER,
        "ms",
        "failed",
        "failed_sum",
        "failed",
        "failed_sketch",
        _US_PER_MS,
    ),
    MetricSpec(
        names.TIME_TO_FIRST_TOKEN,
        Shape.TIMER,
        "ms",
        "first_token_n",
        "first_token_sum",
        "first_token",
        "first_token_sketch",
        _US_PER_MS,
    ),
    MetricSpec(
        names.TOKENS_USED,
        Shape.COUNTER,
        "{token}",
        "usage_n",
        "usage_sum",
        "usage",
        splits=(("token_type", "tokens"),),
    ),
    MetricSpec(names.ERROR_RATE, Shape.RATIO, "1", "n", "failed"),
    MetricSpec(names.TOKEN_USAGE_RATE, Shape.RATIO, "1", "quota", "admitted_tokens"),
    MetricSpec(names.REQUEST_USAGE_RATE, Shape.RATIO, "1", "quota", "n"),
    MetricSpec(names.COST_USD, Shape.COUNTER, "USD", "n", "tokens", further=_CELLS),
    MetricSpec(names.UNPRICED_TOKENS, Shape.COUNTER, "{token}", "n", "tokens", further=_CELLS),
    MetricSpec(names.DAYS_TO_RETIREMENT, Shape.RATIO, "d", "n", "n"),
    MetricSpec(names.SERIES_OVERFLOW, Shape.COUNTER, "{record}", "overflow", "overflow"),
)

DERIVED = {spec.name: spec for spec in _SPECS}
QUOTA_RATIOS = (names.TOKEN_USAGE_RATE, names.REQUEST_USAGE_RATE)
EVERY_SPLIT = frozenset(measure for spec in _SPECS for _, measure in spec.splits)
EVERY_MEASURE = frozenset().union(*(spec.measures for spec in _SPECS))
_OF_RATIOS = (Aggregation.AVG, Aggregation.MIN, Aggregation.MAX)


def aggregation_fault(metric: str, aggregation: Aggregation) -> str:
    """Return why a metric cannot be aggregated so; empty where it can."""
    spec = DERIVED.get(metric)
    if spec is None or spec.shape is not Shape.RATIO or aggregation in _OF_RATIOS:
        return ""
    return f"expected avg, min or max for a ratio, got {aggregation}"
