"""The rules that every installation has from its first minute on.

They exist without being stored: a stored rule of the same name takes their place, and one that was
deleted stays deleted. Those the HTTP contract names keep their state where there is no data;
`series_overflow` counts something that is absent while all is well, so there no data is health.
"""

from shared.domain.anomaly.detector import ALERT_SCORE
from shared.domain.anomaly.samples import LABELS
from shared.domain.label import DEPLOYMENT, MODEL, RESOURCE
from shared.domain.metric import names as metric
from shared.domain.metric.window import Aggregation
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.rule.words import Comparison, NoData, Severity

_BY_MODEL = (MODEL, DEPLOYMENT)

_RULES: tuple[AlertRule, ...] = (
    ThresholdRule(
        name=metric.RESPONSE_TIME,
        description="Successful requests take more than 5 s on average.",
        metric=metric.RESPONSE_TIME,
        comparison=Comparison.ABOVE,
        threshold=5_000.0,
        group_by=_BY_MODEL,
    ),
    ThresholdRule(
        name=metric.ERROR_RATE,
        description="More than one request in twenty fails.",
        metric=metric.ERROR_RATE,
        comparison=Comparison.ABOVE,
        threshold=0.05,
        group_by=_BY_MODEL,
        min_samples=20,
        severity=Severity.ERROR,
    ),
    ThresholdRule(
        name=metric.TOKEN_USAGE_RATE,
        description="The peak minute uses more than 90 % of the token quota (an estimate).",
        metric=metric.TOKEN_USAGE_RATE,
        aggregation=Aggregation.MAX,
        comparison=Comparison.ABOVE,
        threshold=0.9,
        group_by=_BY_MODEL,
    ),
    ThresholdRule(
        name=metric.CPU_UTILIZATION,
        description="A resource's processors are busy more than 80 % of the time.",
        metric=metric.CPU_UTILIZATION,
        comparison=Comparison.ABOVE,
        threshold=0.8,
        group_by=(RESOURCE,),
    ),
    ThresholdRule(
        name=metric.MEMORY_UTILIZATION,
        description="A resource's memory is more than 85 % full.",
        metric=metric.MEMORY_UTILIZATION,
        comparison=Comparison.ABOVE,
        threshold=0.85,
        group_by=(RESOURCE,),
        severity=Severity.ERROR,
    ),
    ThresholdRule(
        name=metric.ANOMALY_SCORE,
        description="A series behaves as it never did before, for 10 minutes and longer.",
        metric=metric.ANOMALY_SCORE,
        aggregation=Aggregation.MAX,
        comparison=Comparison.AT_LEAST,
        threshold=ALERT_SCORE,
        group_by=LABELS,
        # One step out of line is noise more often than not (docs/anomalies.md).
        for_s=300,
        keep_firing_for_s=600,
        no_data=NoData.OK,
        severity=Severity.INFO,
    ),
    ThresholdRule(
        name="series_overflow",
        description="More label sets than a day admits: some are counted together.",
        metric=metric.SERIES_OVERFLOW,
        aggregation=Aggregation.SUM,
        comparison=Comparison.ABOVE,
        threshold=0.0,
        no_data=NoData.OK,
    ),
    ThresholdRule(
        name="ingest_silence",
        description="Nothing at all has arrived for 10 minutes after an hour with traffic.",
        metric=metric.INGEST_SILENCE,
        aggregation=Aggregation.MAX,
        window_s=60,
        comparison=Comparison.AT_LEAST,
        threshold=600.0,
        severity=Severity.ERROR,
    ),
    ThresholdRule(
        name="ingest_lag",
        description="Records arrive, or are rolled up, more than 5 minutes after they ended.",
        metric=metric.INGEST_LAG,
        aggregation=Aggregation.MAX,
        comparison=Comparison.ABOVE,
        threshold=300.0,
        group_by=("stage",),
    ),
)

BUILTIN_RULES: dict[str, AlertRule] = {rule.name: rule for rule in _RULES}
