"""The summary a person reads: what came in, how it went, what was found."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tools.demo.alert_lines import alert_lines, anomaly_lines, verdict_lines
from tools.demo.drawing import compact, number, sparkline, table
from tools.demo.facts import Curve, Facts
from tools.demo.moments import clock, lasting
from tools.demo.paint import Paint
from tools.demo.verdict import ANOMALY_RULE, Verdict, beyond_script

_HEAD = (
    "model", "deployment", "requests", "failed", "p50 ms", "p95 ms", "p99 ms",
    "input tokens", "output tokens",
)  # fmt: skip


def summary(
    label: str,
    start: datetime,
    end: datetime,
    facts: Facts,
    verdicts: Sequence[Verdict],
    paint: Paint,
) -> str:
    """Return the whole summary.

    Args:
        label: what must be said about where the traffic comes from.
        start: beginning of the period, UTC.
        end: its end, UTC.
        facts: what the app answered.
        verdicts: the scripted incidents and what found them.
        paint: colours.
    """
    script = [verdict.incident for verdict in verdicts]
    found = sum(verdict.alert is not None for verdict in verdicts)
    anomalies = [alert for alert in facts.alerts if alert.rule == ANOMALY_RULE]
    alerts = [alert for alert in facts.alerts if alert.rule != ANOMALY_RULE]
    others = beyond_script(script, facts.alerts)
    sections = [
        _opening(label, start, end, facts, paint),
        [*_titled("Latency and tokens", paint), *_reports(facts, paint)],
        [*_titled(f"Requests per {facts.step_s // 60} min", paint), *_curves(facts.requests, "")],
        [*_titled("Latency p95", paint), *_curves(facts.p95_ms, " ms")],
        [*_titled("Alerts", paint), *alert_lines(alerts, paint)],
        [
            *_titled("Odd for the series itself, no threshold set", paint),
            *anomaly_lines(anomalies, paint),
        ],
        [
            *_titled(f"Scripted incidents: {found} of {len(verdicts)} found", paint),
            *verdict_lines(verdicts, paint),
            paint.dim(f"  alerts beyond the script: {len(others)}"),
        ],
        [paint.warning(label)],
    ]
    return "\n".join("\n".join(section) + "\n" for section in sections)


def _titled(title: str, paint: Paint) -> list[str]:
    return [paint.bold(title)]


def _opening(label: str, start: datetime, end: datetime, facts: Facts, paint: Paint) -> list[str]:
    share = facts.failed_requests / facts.total_requests if facts.total_requests else 0
    by_type = ", ".join(f"{name} {count:,}" for name, count in facts.errors_by_type.items())
    period = f"{start:%Y-%m-%d} {clock(start)} to {end:%Y-%m-%d} {clock(end)} UTC"
    return [
        "",
        paint.bold("Foundry Monitor: what the app saw"),
        paint.warning(label),
        f"  period    {period} ({lasting(end - start)})",
        f"  requests  {facts.total_requests:,}",
        f"  failed    {facts.failed_requests:,} ({share:.2%}): {by_type or 'none'}",
    ]


def _reports(facts: Facts, paint: Paint) -> list[str]:
    lines = table(_HEAD, [_row(name, report) for name, report in facts.reports], left=2)
    return [paint.dim("  " + lines[0]), *("  " + line for line in lines[1:])]


def _row(deployment: str, report: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        report["model_name"],
        deployment,
        number(report["total_requests"]),
        f"{report['error_rate']:.2%}",
        number(report["p50_response_time_ms"]),
        number(report["p95_response_time_ms"]),
        number(report["p99_response_time_ms"]),
        compact(report["total_input_tokens"]),
        compact(report["total_output_tokens"]),
    )


def _curves(curves: Sequence[Curve], unit: str) -> list[str]:
    width = max((len(curve.model) for curve in curves), default=0)
    lines = []
    for curve in curves:
        known = [value for value in curve.values if value is not None]
        low, high = min(known, default=None), max(known, default=None)
        lines.append(
            f"  {curve.model:<{width}}  {sparkline(curve.values)}"
            f"  {number(low)} to {number(high)}{unit}"
        )
    return lines
