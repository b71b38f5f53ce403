"""Cases with the outcome expected of them as files for `promtool test rules`, and running it."""

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.prometheus.cases import LENGTH_M, Case, Labels

PROMTOOL = shutil.which("promtool") or shutil.which("promtool", path=Path(sys.executable).parent)
_DIGITS = 10_000
_TIMEOUT_S = 120


@dataclass(frozen=True)
class Seen:
    """One evaluation of one label set: the state, and the value, None for an empty window."""

    state: str
    value: float | None


type Outcome = Mapping[Labels, Sequence[Seen]]


def check(outcomes: Sequence[tuple[Case, Outcome]], folder: Path) -> str:
    """Return what promtool has against these outcomes, empty for nothing.

    Args:
        outcomes: case and what came of it, at minutes 0, 1, ... `LENGTH_M`.
        folder: where files may be written.
    """
    rules, tests = folder / "rules.yml", folder / "tests.yml"
    groups = [{"name": case.name, "rules": [_rule(case)]} for case, _ in outcomes]
    rules.write_text(json.dumps({"groups": groups}))
    file = {
        "rule_files": [str(rules)],
        "evaluation_interval": "1m",
        "tests": [_test(case, outcome) for case, outcome in outcomes],
    }
    # JSON is YAML.
    tests.write_text(json.dumps(file))
    done = subprocess.run(
        [str(PROMTOOL), "test", "rules", str(tests)],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def expression(case: Case) -> str:
    """Return in PromQL what a case measures."""
    own = f"{case.name}[{case.window_m}m]"
    if case.is_counter:
        latest = f"last_over_time({case.name}[1m])"
        return f"{latest} - last_over_time({case.name}[1m] offset {case.window_m}m)"
    single = {
        "rate": f"sum_over_time({own}) / {case.window_m * 60}",
        "avg_by": f"avg_over_time({own})",
    }.get(case.aggregation, f"{case.aggregation}_over_time({own})")
    if case.group_by == ("host",):
        return single
    by = f"by ({', '.join(case.group_by)})"
    return {
        "avg": f"sum {by} (sum_over_time({own})) / sum {by} (count_over_time({own}))",
        "avg_by": f"avg {by} ({single})",
        "count": f"sum {by} ({single})",
        "rate": f"sum {by} (sum_over_time({own})) / {case.window_m * 60}",
    }.get(case.aggregation, f"{case.aggregation} {by} ({single})")


def _rule(case: Case) -> dict[str, Any]:
    return {
        "alert": case.name,
        "expr": f"({expression(case)}) {case.comparison} {case.threshold!r}",
        "for": f"{case.for_m}m",
        "keep_firing_for": f"{case.keep_firing_for_m}m",
    }


def _test(case: Case, outcome: Outcome) -> dict[str, Any]:
    checks = []
    # A counter's increase is only known once it was seen a whole window before.
    known_from = case.window_m + 1 if case.is_counter else 0
    for minute in range(LENGTH_M + 1):
        at = {name: seen[minute] for name, seen in outcome.items()}
        checks.append(_alerts_check(case, minute, at))
        if minute >= known_from:
            checks.append(_value_check(case, minute, at))
    return {
        "name": case.name,
        "interval": f"{60 // (case.samples_m + 1)}s",
        "input_series": [_input(case, labels) for labels in case.series],
        "promql_expr_test": checks,
    }


def _alerts_check(case: Case, minute: int, at: Mapping[Labels, Seen]) -> dict[str, Any]:
    samples = [
        {
            "labels": _selector(
                "ALERTS", (("alertname", case.name), ("alertstate", seen.state), *labels)
            ),
            "value": 1,
        }
        for labels, seen in at.items()
        if seen.state != "inactive"
    ]
    expr = f'ALERTS{{alertname="{case.name}"}}'
    return {"expr": expr, "eval_time": f"{minute}m", "exp_samples": samples}


def _value_check(case: Case, minute: int, at: Mapping[Labels, Seen]) -> dict[str, Any]:
    # Means are added up differently, so that the last bit may differ.
    samples = [
        {
            "labels": _selector("", labels),
            "value": math.floor(seen.value * _DIGITS + 0.5) / _DIGITS,
        }
        for labels, seen in at.items()
        if seen.value is not None
    ]
    expr = f"round({expression(case)}, {1 / _DIGITS})"
    return {"expr": expr, "eval_time": f"{minute}m", "exp_samples": samples}


def _input(case: Case, labels: Labels) -> dict[str, str]:
    """Return a series as promtool takes it: on the whole minute nothing, then the values."""
    total, texts = 0.0, []
    for values in case.series[labels]:
        texts.append("_")
        for value in [*values, *[None] * (case.samples_m - len(values))]:
            total += value or 0.0
            shown = total if case.is_counter else value
            texts.append("_" if shown is None else f"{shown:g}")
    return {"series": _selector(case.name, labels), "values": " ".join(texts)}


def _selector(name: str, labels: Labels) -> str:
    inside = ",".join(f'{key}="{value}"' for key, value in labels)
    return f"{name}{{{inside}}}"
