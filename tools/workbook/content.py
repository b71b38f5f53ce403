"""Everything the workbook shows."""

from tools.workbook.items import Chart, Kind, Tab, Table, Tiles
from tools.workbook.units import (
    COUNT,
    MILLISECONDS,
    PERCENT,
    SECONDS,
    TOKENS,
    USD,
    USD_A_DAY,
)

TITLE = "Foundry Monitor"

FIRING = Table(
    "alerts/firing",
    "Alerts that fire now",
    "severity rule model deployment application resource since value threshold unit tells_people "
    "held_back_by message",
)
FIRED = Chart(
    "alerts/started", "Alerts that fired, by rule", Kind.BARS, "alerts", COUNT, "rule", stepped=True
)

OVERVIEW = Tab(
    "Overview",
    "Requests count in the minute they ended. Numbers are those that the app has sent each minute, "
    "of the 200 busiest combinations of model, deployment and application; what came late is in "
    "the app's own answers only. Costs are list prices, not the bill.",
    (
        Tiles("overview/headline", "The time chosen, in numbers"),
        Chart(
            "overview/requests", "Requests by model", Kind.BARS, "requests", COUNT, "model",
            stepped=True,
        ),
        FIRED,
        FIRING,
        Table(
            "overview/applications",
            "Applications",
            "application requests failed_percent tokens cost_usd",
        ),
    ),
)  # fmt: skip

MODELS = Tab(
    "Models",
    "Percentiles are those of single minutes, averaged by requests over each step: they show "
    "changes well, and are not the percentile of the whole step, which the app's report has.",
    (
        Table(
            "models/models",
            "Deployments",
            "model deployment requests failed_percent mean_response_ms slowest_minute_p95_ms "
            "time_to_first_token_ms tokens tokens_per_request busiest_minute_quota_percent "
            "cost_usd",
        ),
        Chart(
            "models/response-time-p50", "Response time, p50 of the minute", Kind.LINES,
            "response_time_p50_ms", MILLISECONDS, "deployment",
        ),
        Chart(
            "models/response-time-p95", "Response time, p95 of the minute", Kind.LINES,
            "response_time_p95_ms", MILLISECONDS, "deployment",
        ),
        Chart(
            "models/first-token-p95", "Time to first token, p95 of the minute", Kind.LINES,
            "time_to_first_token_p95_ms", MILLISECONDS, "deployment",
        ),
        Chart(
            "models/failed", "Failed requests", Kind.LINES, "failed_percent", PERCENT, "deployment"
        ),
        Chart(
            "models/tokens", "Tokens by model", Kind.BARS, "tokens", TOKENS, "model", stepped=True
        ),
        Chart(
            "models/quota", "Use of the token quota, busiest minute, estimated", Kind.LINES,
            "quota_percent", PERCENT, "deployment",
        ),
    ),
)  # fmt: skip

ALERTS = Tab(
    "Alerts",
    "A row is one alert of one rule for one set of labels, from its first event to its end. Alerts "
    "that a silence, an inhibition, an acknowledgement or a cooldown holds back are here as well.",
    (
        FIRING,
        FIRED,
        Table(
            "alerts/rules", "Rules that were busy", "rule alerts told held_back firing_minutes"
        ),
        Table(
            "alerts/history",
            "Every alert",
            "fired_at severity rule model deployment application resource ended_at firing_minutes "
            "ended_because told_people message",
        ),
    ),
)  # fmt: skip

DEGRADATION = Tab(
    "Degradation",
    "A model has degraded when a metric is surprisingly and considerably worse than its baseline "
    "says for this hour of the week. Current and baseline are in the metric's unit: ms for times, "
    "a share (0 to 1) for error rates.",
    (
        Table(
            "degradation/degradations",
            "What got worse",
            "since model deployment metric current baseline change_percent confidence_percent "
            "ended main_cause",
        ),
        Table(
            "degradation/baselines",
            "What is normal: the latest baseline of each",
            "model deployment established_at version period sample_size confidence_percent "
            "response_time_p50_ms response_time_p95_ms failed_percent",
        ),
        Table(
            "degradation/advice",
            "Advice, and what became of it",
            "timestamp id status priority category model description expected_low expected_high "
            "unit measured_percent",
        ),
    ),
)

COST = Tab(
    "Cost",
    "Costs are tokens times the list price of their day, in US dollars; they are not the bill, and "
    "discounts are not in them. Budgets, forecasts and plans are told once a day: choose a day or "
    "more.",
    (
        Table(
            "cost/budgets",
            "Budgets, as last told",
            "budget period spent_usd forecast_usd amount_usd spent_percent exceeds_on told_at",
        ),
        Chart(
            "cost/forecast", "Spent, and expected by the end of the period", Kind.LINES,
            "cost_usd", USD, "line",
        ),
        Chart("cost/daily", "Cost by model", Kind.BARS, "cost_usd", USD_A_DAY, "model"),
        Chart(
            "cost/hourly", "Cost by deployment", Kind.BARS, "cost_usd", USD, "deployment",
            stepped=True,
        ),
        Table(
            "cost/plan",
            "The latest plan of each model",
            "model monthly_cost_usd savings_usd savings_percent planned_at",
        ),
        Table(
            "cost/plan-steps",
            "Its steps, the largest saving first",
            "model type savings_usd effort description",
        ),
        Table(
            "cost/anomalies",
            "Hours and days that cost more or less than expected",
            "began grain scope direction cost_usd expected_low_usd expected_high_usd main_cause",
        ),
    ),
)  # fmt: skip

INGEST = Tab(
    "Ingest",
    "The monitor itself. It gives a sign of life every 5 minutes; the rule `missing-heartbeat` "
    "tells people when it does not.",
    (
        Table(
            "ingest/life",
            "Signs of life",
            "environment version last_sign_of_life data_through behind_s outbox_events",
        ),
        Chart("ingest/timers", "Timers, longest run", Kind.LINES, "seconds", SECONDS, "line"),
        Chart("ingest/lag", "Data behind the clock", Kind.AREA, "seconds", SECONDS),
        Chart(
            "ingest/posts", "Posts of records by status", Kind.BARS, "posts", COUNT, "status",
            stepped=True,
        ),
        Chart(
            "ingest/outbox", "Events waiting for Application Insights", Kind.AREA, "events", COUNT
        ),
        Chart("ingest/series", "Series in the last rollup", Kind.AREA, "series", COUNT),
        Table(
            "ingest/failed-functions",
            "Functions that failed",
            "function failures last_failure message",
        ),
    ),
)  # fmt: skip

TABS = (OVERVIEW, MODELS, ALERTS, DEGRADATION, COST, INGEST)
