"""Which metrics have a baseline, and what each is made from.

A baseline's metric is one number a step of time: a quantile of requests, a mean or a ratio. Rules
ask for a metric and an aggregation; those named here with both have an answer.
"""

from dataclasses import dataclass

from shared.domain.baseline.baseline import Scale
from shared.domain.metric import names
from shared.domain.metric.window import Aggregation

RESPONSE_TIME_MS = "response_time_ms"
ERROR_RATE = "error_rate"
QUALITY_PREFIX = "quality_"
_US_PER_MS = 1000.0


@dataclass(frozen=True, slots=True)
class BaselineMetric:
    """One metric of a baseline.

    Attributes:
        name: in answers; ends in its unit.
        scale: on which effects add up.
        count: the measure that counts its samples.
        total: the measure whose sum over the count is a step's value; empty for a quantile.
        share: of the sketch, where a step's value is a quantile; None for a mean.
        sketch: the measure with the values of single requests; empty where they are not kept.
        unit: stored units in one unit of the metric.
        rule: the metric and aggregation of rules that it answers; None for none.
    """

    name: str
    scale: Scale
    count: str
    total: str = ""
    share: float | None = None
    sketch: str = ""
    unit: float = 1.0
    rule: tuple[str, Aggregation] | None = None

    @property
    def measures(self) -> set[str]:
        """Return the request measures it reads."""
        failed = {"n", "n_ok"} if self.total == "failed" else set()
        return ({self.count, self.total, self.sketch} | failed) - {"", "failed"}


def _times(name: str, metric: str, prefix: str, count: str) -> tuple[BaselineMetric, ...]:
    def of(suffix: str, aggregation: Aggregation, share: float | None) -> BaselineMetric:
        return BaselineMetric(
            f"{name}{suffix}_ms",
            Scale.LOG,
            count,
            f"{prefix}_sum" if share is None else "",
            share,
            f"{prefix}_sketch",
            _US_PER_MS,
            (metric, aggregation),
        )

    return (
        of("", Aggregation.P50, 0.5),
        of("_avg", Aggregation.AVG, None),
        of("_p95", Aggregation.P95, 0.95),
    )


REQUEST_METRICS = (
    *_times("response_time", names.RESPONSE_TIME, "latency", "n_ok"),
    *_times("time_to_first_token", names.TIME_TO_FIRST_TOKEN, "first_token", "first_token_n"),
    BaselineMetric(
        ERROR_RATE, Scale.PLAIN, "n", "failed", rule=(names.ERROR_RATE, Aggregation.AVG)
    ),
    BaselineMetric(
        "tokens_per_request",
        Scale.LOG,
        "usage_n",
        "usage_sum",
        rule=(names.TOKENS_USED, Aggregation.AVG),
    ),
    BaselineMetric("tokens_per_second", Scale.LOG, "", share=0.5, sketch="speed_sketch"),
)
REQUEST_MEASURES = frozenset[str]().union(*(metric.measures for metric in REQUEST_METRICS))
METRIC_MEASURES = frozenset({"n", "sum", "value_sketch"})

_BY_RULE = {metric.rule: metric.name for metric in REQUEST_METRICS if metric.rule}


def quality_metric(metric: str) -> BaselineMetric:
    """Return the baseline's metric of a quality score."""
    name = QUALITY_PREFIX + metric.removeprefix(names.QUALITY_PREFIX)
    return BaselineMetric(
        name, Scale.PLAIN, "n", "sum", sketch="value_sketch", rule=(metric, Aggregation.AVG)
    )


def baseline_metric_of(metric: str, aggregation: Aggregation) -> str | None:
    """Return the baseline's metric that answers a rule; None where there is none."""
    if names.is_quality(metric) and aggregation is Aggregation.AVG:
        return quality_metric(metric).name
    return _BY_RULE.get((metric, aggregation))
