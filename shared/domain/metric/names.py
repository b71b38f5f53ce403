"""Every metric name this project derives, reads or reserves."""

REQUESTS_TOTAL = "model_requests_total"
ERRORS_TOTAL = "model_errors_total"
RESPONSE_TIME = "model_response_time"
FAILED_RESPONSE_TIME = "model_failed_response_time"
TIME_TO_FIRST_TOKEN = "model_time_to_first_token"
TOKENS_USED = "model_tokens_used"
ERROR_RATE = "model_error_rate"
TOKEN_USAGE_RATE = "token_usage_rate"
REQUEST_USAGE_RATE = "request_usage_rate"
REQUESTS_IN_PROGRESS = "model_requests_in_progress"
COST_USD = "model_cost_usd"
ANOMALY_SCORE = "model_anomaly_score"
UNPRICED_TOKENS = "model_unpriced_tokens"
DAYS_TO_RETIREMENT = "model_days_to_retirement"
SERIES_OVERFLOW = "series_overflow_total"
INGEST_SILENCE = "ingest_silence_s"
INGEST_LAG = "ingest_lag_s"
CPU_UTILIZATION = "cpu_utilization"
MEMORY_UTILIZATION = "memory_utilization"
QUALITY_PREFIX = "model_quality_"

# Stored by the monitor itself: they say nothing about whether clients are there.
OWN = (REQUESTS_IN_PROGRESS, INGEST_LAG)

_RESERVED = {TOKEN_USAGE_RATE, REQUEST_USAGE_RATE, SERIES_OVERFLOW, INGEST_SILENCE, INGEST_LAG}


def is_reserved(name: str) -> bool:
    """Tell whether clients may not report a metric of this name themselves."""
    if name.startswith(QUALITY_PREFIX):
        return False
    return name.startswith("model_") or name in _RESERVED


def is_quality(name: str) -> bool:
    """Tell whether a metric is a quality score."""
    return name.startswith(QUALITY_PREFIX)
