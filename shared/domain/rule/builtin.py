"""The rules that every installation has from its first minute on.

They exist without being stored: a stored rule of the same name takes their place, and one that was
deleted stays deleted. Those the HTTP contract names keep their state where there is no data;
`series_overflow`, `unpriced_usage` and `model_retirement_*` watch something that is absent while
all is well, so there no data is health. A model used now and then is one alert, not one each time:
the last two keep firing for a day and a week.
"""

from shared.domain.anomaly.detector import ALERT_SCORE
from shared.domain.anomaly.samples import LABELS
from shared.domain.label import DEPLOYMENT, MODEL, RESOURCE
from shared.domain.metric import names as metric
from shared.domain.metric.unpriced_samples import REASON
from shared.domain.metric.window import Aggregation
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.rule.words import Comparison, NoData, Severity

_BY_MODEL = (MODEL, DEPLOYMENT)
_DAY_S = 86_400

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
        name="unpriced_usage",
        description="Tokens are used that no price is known for: reports leave them out of costs.",
        metric=metric.UNPRICED_TOKENS,
        aggregation=Aggregation.SUM,
        comparison=Comparison.ABOVE,
        threshold=0.0,
        group_by=(*_BY_MODEL, REASON),
        no_data=NoData.OK,
        keep_firing_for_s=_DAY_S,
        cooldown_s=_DAY_S,
        repeat_interval_s=_DAY_S,
    ),
    *(
        ThresholdRule(
            name=f"model_retirement_{days}_days",
            description=f"A model in use stops answering within {days} days; its successors "
            "and their cost: GET /api/v1/models/{model}/successors.",
            metric=metric.DAYS_TO_RETIREMENT,
            aggregation=Aggregation.MIN,
            comparison=Comparison.AT_MOST,
            threshold=float(days),
            group_by=_BY_MODEL,
            no_data=NoData.OK,
            keep_firing_for_s=7 * _DAY_S,
            cooldown_s=7 * _DAY_S,
            repeat_interval_s=repeat_s,
            severity=severity,
        )
        for days, severity, repeat_s in (
            (90, Severity.INFO, 0),
            (30, Severity.WARNING, 7 * _DAY_S),
            (7, Severity.ERROR, _DAY_S),
        )
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
