"""Every setting of the app: its name, default and bounds are here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.errors import InvalidInput

STORAGE = "AzureWebJobsStorage"
STORAGE_ACCOUNT = "AzureWebJobsStorage__accountName"
STORAGE_TABLES = "AzureWebJobsStorage__tableServiceUri"
STORAGE_QUEUES = "AzureWebJobsStorage__queueServiceUri"
STORAGE_CLIENT_ID = "AzureWebJobsStorage__clientId"
INSIGHTS = "APPLICATIONINSIGHTS_CONNECTION_STRING"
WEEKLY_SUMMARY_CHANNEL = "WEEKLY_SUMMARY_CHANNEL"
INSIGHTS_AUTHENTICATION = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING"

MAX_SERIES_TAGS = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """The app's settings, read once at first use.

    Attributes:
        storage: connection string; empty where an account name stands instead.
        storage_account: name of an account reached with Microsoft Entra.
        storage_tables: URL of its table service where it is not the public cloud's.
        storage_queues: URL of its queue service where it is not the public cloud's.
        storage_client_id: client id of the user-assigned identity, empty for the default one.
        insights: Application Insights connection string; empty: events stay in the app.
        insights_authentication: as `ClientId=...;Authorization=AAD`; empty: by instrumentation key.
        environment: where the monitor runs, stated on every event.
        series_tags: tag keys that tell series apart, two at most.
        hash_key: key of the digests of users and prompts; empty: one is made and kept.
        evaluation_delay_s: how long after its end a minute counts as complete.
        evaluation_catch_up_m: how many missed minutes alert evaluation makes up for.
        chunk_shards: partitions that a bucket of a new day is spread over.
        chunk_retention_d: days that raw records and minute rollups are kept.
        hour_retention_d: days that hour rollups are kept.
        day_retention_d: days that day rollups are kept.
        max_series: series of full detail per kind and day.
        allow_private_webhooks: whether channels may lead to http URLs and into private networks.
        degradation_percent: how far from normal a metric has to be to have changed.
        max_mean_response_ms: mean response time from which on advice is given, whatever is normal.
        max_p99_response_ms: the same of the 99th percentile.
        max_error_rate_percent: the same of failures.
        max_tokens_per_request: the same of input and output tokens.
        weekly_summary_channel: name of the channel that gets the week in review; empty: none.
    """

    storage: str = ""
    storage_account: str = ""
    storage_tables: str = ""
    storage_queues: str = ""
    storage_client_id: str = ""
    insights: str = ""
    insights_authentication: str = ""
    environment: str = "production"
    series_tags: tuple[str, ...] = field(default=())
    hash_key: str = ""
    evaluation_delay_s: int = 30
    evaluation_catch_up_m: int = 60
    chunk_shards: int = 1
    chunk_retention_d: int = 35
    hour_retention_d: int = 400
    day_retention_d: int = 1826
    max_series: int = 2000
    allow_private_webhooks: bool = False
    degradation_percent: int = 20
    max_mean_response_ms: int = 3_000
    max_p99_response_ms: int = 10_000
    max_error_rate_percent: int = 5
    max_tokens_per_request: int = 1_500
    weekly_summary_channel: str = ""


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Return the settings that environment variables state.

    Raises:
        InvalidInput: a setting is not of its kind or out of bounds, by name.
    """
    read = environment.get
    tags = tuple(tag.strip() for tag in read("SERIES_TAGS", "").split(",") if tag.strip())
    if len(tags) > MAX_SERIES_TAGS:
        raise InvalidInput.at("SERIES_TAGS", f"expected at most {MAX_SERIES_TAGS}, got {len(tags)}")
    return Settings(
        storage=read(STORAGE, ""),
        storage_account=read(STORAGE_ACCOUNT, ""),
        storage_tables=read(STORAGE_TABLES, ""),
        storage_queues=read(STORAGE_QUEUES, ""),
        storage_client_id=read(STORAGE_CLIENT_ID, ""),
        insights=read(INSIGHTS, "").strip().rstrip(";"),
        insights_authentication=read(INSIGHTS_AUTHENTICATION, ""),
        environment=read("MONITOR_ENVIRONMENT", "production"),
        series_tags=tags,
        hash_key=read("HASH_KEY", ""),
        evaluation_delay_s=_whole(environment, "EVALUATION_DELAY_S", 30, 0, 600),
        evaluation_catch_up_m=_whole(environment, "EVALUATION_CATCH_UP_M", 60, 1, 50_000),
        chunk_shards=_whole(environment, "CHUNK_SHARDS", 1, 1, 256),
        chunk_retention_d=_whole(environment, "CHUNK_RETENTION_D", 35, 3, 366),
        hour_retention_d=_whole(environment, "HOUR_RETENTION_D", 400, 3, 4_000),
        day_retention_d=_whole(environment, "DAY_RETENTION_D", 1826, 3, 20_000),
        max_series=_whole(environment, "MAX_SERIES", 2000, 10, 2000),
        allow_private_webhooks=_flag(environment, "ALLOW_PRIVATE_WEBHOOKS"),
        degradation_percent=_whole(environment, "DEGRADATION_PERCENT", 20, 1, 1_000),
        max_mean_response_ms=_whole(environment, "MAX_MEAN_RESPONSE_MS", 3_000, 1, 3_600_000),
        max_p99_response_ms=_whole(environment, "MAX_P99_RESPONSE_MS", 10_000, 1, 3_600_000),
        max_error_rate_percent=_whole(environment, "MAX_ERROR_RATE_PERCENT", 5, 1, 100),
        max_tokens_per_request=_whole(environment, "MAX_TOKENS_PER_REQUEST", 1_500, 1, 10_000_000),
        weekly_summary_channel=read(WEEKLY_SUMMARY_CHANNEL, "").strip(),
    )


def _whole(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise InvalidInput.at(name, f"expected a whole number from {low} to {high}, got {text!r}")
    return int(text)


def _flag(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "").strip().lower()
    if text not in ("", "true", "false"):
        raise InvalidInput.at(name, f"expected true or false, got {text!r}")
    return text == "true"
