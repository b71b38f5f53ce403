"""Columns of the workbook's tables: the title of each, with its unit.

A name means the same in every query, so it stands here once.
"""

from dataclasses import dataclass

from tools.workbook.units import (
    COUNT,
    MILLISECONDS,
    MINUTES,
    OWN,
    PERCENT,
    SECONDS,
    TEXT,
    TIME,
    TOKENS,
    USD,
    Unit,
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        title: what it is, without the unit.
        unit: of its values.
    """

    title: str
    unit: Unit

    @property
    def header(self) -> str:
        """What stands above it."""
        return self.unit.titled(self.title)


COLUMNS = {
    "alerts": Column("Alerts", COUNT),
    "amount_usd": Column("Budget", USD),
    "application": Column("Application", TEXT),
    "began": Column("Began", TIME),
    "baseline": Column("Baseline", OWN),
    "behind_s": Column("Data behind the clock", SECONDS),
    "budget": Column("Budget", TEXT),
    "busiest_minute_quota_percent": Column("Busiest minute, of quota", PERCENT),
    "category": Column("Category", TEXT),
    "change_percent": Column("Change", PERCENT),
    "confidence_percent": Column("Confidence", PERCENT),
    "cost_usd": Column("Cost at list prices", USD),
    "current": Column("Current", OWN),
    "data_through": Column("Rolled up through", TIME),
    "deployment": Column("Deployment", TEXT),
    "description": Column("Description", TEXT),
    "direction": Column("Direction", TEXT),
    "effort": Column("Effort", TEXT),
    "ended": Column("Ended", TIME),
    "ended_at": Column("Ended", TIME),
    "ended_because": Column("Ended because", TEXT),
    "environment": Column("Environment", TEXT),
    "established_at": Column("Established", TIME),
    "exceeds_on": Column("Runs out on", TEXT),
    "expected_high": Column("Expected, at most", OWN),
    "expected_high_usd": Column("Expected, at most", USD),
    "expected_low": Column("Expected, at least", OWN),
    "expected_low_usd": Column("Expected, at least", USD),
    "failed_percent": Column("Failed, of requests", PERCENT),
    "failures": Column("Failures", COUNT),
    "fired_at": Column("Fired", TIME),
    "firing_minutes": Column("Fired for", MINUTES),
    "forecast_usd": Column("Forecast for the period", USD),
    "function": Column("Function", TEXT),
    "grain": Column("Hour or day", TEXT),
    "held_back": Column("Held back from people", COUNT),
    "held_back_by": Column("Held back by", TEXT),
    "id": Column("Id", TEXT),
    "last_failure": Column("Last failure", TIME),
    "last_sign_of_life": Column("Last sign of life", TIME),
    "main_cause": Column("Largest cause", TEXT),
    "mean_response_ms": Column("Response time, mean", MILLISECONDS),
    "measured_percent": Column("Measured", PERCENT),
    "message": Column("Message", TEXT),
    "metric": Column("Metric", TEXT),
    "model": Column("Model", TEXT),
    "monthly_cost_usd": Column("Cost of a month", USD),
    "outbox_events": Column("Events waiting", COUNT),
    "period": Column("Period", TEXT),
    "planned_at": Column("Planned", TIME),
    "priority": Column("Priority", TEXT),
    "requests": Column("Requests", COUNT),
    "resource": Column("Resource", TEXT),
    "response_time_p50_ms": Column("Response time, p50", MILLISECONDS),
    "response_time_p95_ms": Column("Response time, p95", MILLISECONDS),
    "rule": Column("Rule", TEXT),
    "sample_size": Column("Requests learned from", COUNT),
    "savings_percent": Column("Could be saved", PERCENT),
    "savings_usd": Column("Could be saved a month", USD),
    "scope": Column("Scope", TEXT),
    "severity": Column("Severity", TEXT),
    "since": Column("Since", TIME),
    "slowest_minute_p95_ms": Column("Slowest minute, p95", MILLISECONDS),
    "spent_percent": Column("Spent, of budget", PERCENT),
    "spent_usd": Column("Spent", USD),
    "status": Column("Status", TEXT),
    "tells_people": Column("Tells people", TEXT),
    "threshold": Column("Threshold", OWN),
    "time_to_first_token_ms": Column("Time to first token, mean", MILLISECONDS),
    "timestamp": Column("Time", TIME),
    "told": Column("Told people", COUNT),
    "told_at": Column("As of", TIME),
    "told_people": Column("Told people", COUNT),
    "tokens": Column("Tokens", TOKENS),
    "tokens_per_request": Column("Tokens a request", TOKENS),
    "type": Column("Step", TEXT),
    "unit": Column("Unit", TEXT),
    "value": Column("Value", OWN),
    "version": Column("Version", TEXT),
}
