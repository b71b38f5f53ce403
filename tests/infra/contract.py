"""The Events table of the HTTP contract: what every event carries, whoever reads it."""

from typing import NamedTuple


class Told(NamedTuple):
    """What an event carries.

    Attributes:
        properties: always there.
        measurements: those it may have; one that does not apply is left out.
    """

    properties: frozenset[str]
    measurements: frozenset[str]


def _told(properties: str, measurements: str) -> Told:
    return Told(frozenset(f"{properties} {_EVERY}".split()), frozenset(measurements.split()))


_EVERY = "event_id schema environment"
_ALERT = (
    "alert_id rule metric severity comparison unit labels label_model label_deployment "
    "label_application label_resource message runbook_url active_since notify suppressed_by"
)
_ADVICE = _told("id category priority model description", "expected_low expected_high measured")
_DEGRADATION = _told(
    "model deployment metric attribution since", "current baseline change_percent confidence"
)

EVENTS = {
    "alert.firing": _told(_ALERT, "value threshold sequence"),
    "alert.state": _told(f"{_ALERT} data", "value threshold sequence firing_s"),
    "alert.resolved": _told(f"{_ALERT} resolved_reason", "value threshold sequence firing_s"),
    "baseline.updated": _told(
        "model deployment version period",
        "confidence sample_size response_time_p50_ms response_time_p95_ms error_rate",
    ),
    "degradation.detected": _DEGRADATION,
    "degradation.resolved": _DEGRADATION,
    "recommendation.proposed": _ADVICE,
    "recommendation.verified": _ADVICE,
    "recommendation.refuted": _ADVICE,
    "cost.plan": _told("model recommendations", "current_monthly_cost expected_savings"),
    "cost.anomaly": _told("scope attribution", "value low high"),
    "budget.status": _told("name period exceeds_on", "spent amount forecast"),
    "system.heartbeat": _told(
        "version data_through", "ingest_lag_s rollup_s evaluation_s outbox_depth series"
    ),
}
METRICS = {
    "model_requests_total",
    "model_errors_total",
    "model_response_time",
    "model_failed_response_time",
    "model_time_to_first_token",
    "model_tokens_used",
    "model_error_rate",
    "token_usage_rate",
    "model_cost_usd",
}
"""Those of requests; sessions in progress have a gauge of their own."""
