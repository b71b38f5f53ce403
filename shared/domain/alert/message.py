"""One readable line about an alert.

As `model_response_time avg over 5 min is 7,214 ms, above 5,000 ms (model gpt-5, deployment prod)`.
"""

from shared.domain.alert.alert import (
    Instance,
    ResolvedReason,
    State,
    all_labels,
    is_standing,
    threshold_of,
)
from shared.domain.alert.flaps import STEADY_AFTER
from shared.domain.alert.kind_message import special_message
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.rule.words import Comparison, Direction
from shared.domain.wording import duration, quantity

_WORDS = {
    Comparison.ABOVE: "above",
    Comparison.AT_LEAST: "at or above",
    Comparison.BELOW: "below",
    Comparison.AT_MOST: "at or below",
    Comparison.EQUAL: "equal to",
    Comparison.DIFFERENT: "different from",
}
_BESIDE = {
    Direction.ABOVE: "above",
    Direction.BELOW: "below",
    Direction.BOTH: "outside of",
}


def message(rule: AlertRule, instance: Instance, unit: str) -> str:
    """Return what is measured, what it is, how that stands to the threshold, and where."""
    named = ", ".join(f"{name} {value}" for name, value in all_labels(rule, instance).items())
    where = f" ({named})" if named else ""
    return f"{_said(rule, instance, unit)}{where}{_flapping(instance)}"


def _flapping(instance: Instance) -> str:
    since = instance.flaps.since
    if since is None or instance.state is not State.FIRING:
        return ""
    steady = duration(int(STEADY_AFTER.total_seconds()))
    return (
        f"; flapping since {since:%H:%M} UTC, further alerts wait until it is steady for {steady}"
    )


def _said(rule: AlertRule, instance: Instance, unit: str) -> str:
    match rule:
        case ThresholdRule():
            threshold = f"{_WORDS[rule.comparison]} {quantity(rule.threshold, unit)}"
        case BaselineRule():
            threshold = _edge(rule, instance, unit)
        case _:
            return special_message(rule, instance)
    subject = f"{rule.metric} {rule.aggregation} over {duration(rule.window_s)}"
    more = f"; {instance.lead}" if instance.lead and is_standing(instance) else ""
    return f"{subject} {_finding(rule, instance, unit, threshold)}{more}"


def _finding(
    rule: ThresholdRule | BaselineRule, instance: Instance, unit: str, threshold: str
) -> str:
    if instance.resolved_reason is ResolvedReason.RULE_CHANGED:
        return f"is not watched for {threshold} any more: the rule was changed or removed"
    if instance.value is None:
        return f"has no data, watched for {threshold}"
    measured = f"is {quantity(instance.value, unit)}"
    if instance.samples < rule.min_samples:
        return f"{measured} from {instance.samples} samples, too few to tell"
    if threshold_of(rule, instance) is None:
        return f"{measured}, but what is normal is not known"
    if is_standing(instance):
        return f"{measured}, {threshold}"
    # Of two sides, neither is the worse one.
    if instance.worst is None or rule.comparison is Comparison.DIFFERENT:
        return f"{measured}, no longer {threshold}"
    peak = quantity(instance.worst, unit)
    return f"{measured}, no longer {threshold}; at worst it was {peak}"


def _edge(rule: BaselineRule, instance: Instance, unit: str) -> str:
    held, word = instance.threshold, _BESIDE[rule.direction]
    if held is None:
        return f"{word} what is normal"
    if rule.direction is Direction.BOTH and instance.value is not None:
        beyond = "above" if instance.value > held else "below"
        word = beyond if is_standing(instance) else "beyond"
    return f"{word} {quantity(held, unit)}, the edge of what is normal"
