"""What a rule's fields must not say together, each contradiction named by field."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.domain.metric.counting import COUNTERS, TIMERS
from shared.domain.metric.spec import DERIVED, aggregation_fault
from shared.domain.metric.window import Aggregation
from shared.domain.rule.fields import IndicatorInput, RuleKind
from shared.domain.rule.window_pair import Burn, pairs_of
from shared.domain.rule.words import MINUTE_S
from shared.errors import Fault

type Values = Mapping[str, Any]

_WHOLE_MINUTES = ("window_s", "for_s", "keep_firing_for_s", "forget_after_s")
_SPLIT_LABELS = {label for spec in DERIVED.values() for label, _ in spec.splits}
_URL = re.compile(r"https?://[^\s\x00-\x1f\x7f]+")
_WAYS = "good and total, bad and total, or metric and below_ms"
_SUMS = ("good", "bad", "total")


def contradictions(kind: RuleKind, values: Values, refused: set[str]) -> Iterator[Fault]:
    """Yield a fault for each field that does not go with the others.

    Args:
        kind: of the rule.
        values: the fields that are as they should be by themselves.
        refused: the fields that were sent and are not.
    """
    for field in _WHOLE_MINUTES:
        if values.get(field, 0) % MINUTE_S:
            yield Fault(field, f"expected a multiple of 60, got {values[field]}")
    group_by = values.get("group_by", [])
    if len(set(group_by)) < len(group_by):
        yield Fault("group_by", "expected each label once")
    url = values.get("runbook_url", "")
    if url and not _URL.fullmatch(url):
        yield Fault("runbook_url", "expected a URL that begins with http:// or https://")
    yield from _OWN[kind](values, refused)


def _measured(values: Values, refused: set[str]) -> Iterator[Fault]:
    del refused
    aggregation = values.get("aggregation", Aggregation.AVG)
    reason = aggregation_fault(values.get("metric", ""), aggregation)
    if reason:
        yield Fault("aggregation", reason)


def _burn_rate(values: Values, refused: set[str]) -> Iterator[Fault]:
    stated = {*values, *(path.split(".")[0] for path in refused)}
    yield from _ways(stated)
    for name in _SUMS:
        indicator = values.get(name)
        if isinstance(indicator, IndicatorInput) and not _is_counter(indicator.metric):
            known = ", ".join(COUNTERS)
            yield Fault(f"{name}.metric", f"expected a counter: {known}, or one clients report")
    metric = values.get("metric")
    if metric in DERIVED and metric not in TIMERS:
        yield Fault("metric", f"expected a timer: {', '.join(TIMERS)}, or one clients report in ms")
    for field in ("group_by", "filter") if _of_requests(values) else ():
        split = _SPLIT_LABELS & set(values.get(field, ()))
        if split:
            yield Fault(field, f"expected labels of requests, got {', '.join(sorted(split))}")
    yield from _reachable(values)


def _ways(stated: set[str]) -> Iterator[Fault]:
    """Yield what is wrong with how good events are told: exactly one of three ways."""
    sums, latency = [name for name in _SUMS if name in stated], {"metric", "below_ms"} & stated
    if not sums and not latency:
        yield Fault("total", f"required, but missing: expected {_WAYS}")
    if sums and latency:
        yield from (Fault(name, f"expected only one of {_WAYS}") for name in sorted(latency))
        return
    for name in {"metric", "below_ms"} - latency if latency else ():
        yield Fault(name, f"required beside {min(latency)}, but missing")
    if {"good", "bad"} <= stated:
        yield Fault("bad", "expected either good or bad, got both")
    if sums == ["total"]:
        yield Fault("good", "required beside total, but missing; or bad")
    if sums and "total" not in sums:
        yield Fault("total", f"required beside {sums[0]}, but missing")


def _is_counter(metric: str) -> bool:
    return metric in COUNTERS or metric not in DERIVED


def _of_requests(values: Values) -> bool:
    total = values.get("total")
    name = total.metric if isinstance(total, IndicatorInput) else values.get("metric")
    return name in DERIVED


def _reachable(values: Values) -> Iterator[Fault]:
    """Yield a fault where even if every event were bad no pair of windows would alert."""
    if "objective" not in values:
        return
    pairs = pairs_of(values.get("windows", Burn.ALL))
    least = min(pair.factor(values.get("period_days", 30)) for pair in pairs)
    if least * (1 - values["objective"]) > 1:
        yield Fault(
            "objective",
            f"expected at least {1 - 1 / least:.4g}: with less, no budget burns {least:.4g} times "
            "too fast, where the slowest of the windows alerts",
        )


def _absence(values: Values, refused: set[str]) -> Iterator[Fault]:
    del refused
    for_s, forget_s = values.get("for_s", 300), values.get("forget_after_s", 86_400)
    if for_s >= forget_s:
        yield Fault("forget_after_s", f"expected more than for_s, {for_s}, got {forget_s}")


def _budget(values: Values, refused: set[str]) -> Iterator[Fault]:
    forecast = values.get("forecast", False)
    if forecast and "threshold" in {*values, *refused}:
        yield Fault("threshold", "expected either threshold or forecast, got both")
    if not forecast and not {"threshold", "forecast"} & {*refused} and "threshold" not in values:
        yield Fault("threshold", "required, but missing: expected threshold, or forecast true")


_OWN: dict[RuleKind, Callable[[Values, set[str]], Iterator[Fault]]] = {
    RuleKind.THRESHOLD: _measured,
    RuleKind.BASELINE: _measured,
    RuleKind.BURN_RATE: _burn_rate,
    RuleKind.ABSENCE: _absence,
    RuleKind.BUDGET: _budget,
}
