"""One readable line about an alert.

As `model_response_time avg over 5 min is 7,214 ms, above 5,000 ms (model gpt-5, deployment prod)`.
"""

from shared.domain.alert import Instance, ResolvedReason, State, all_labels, threshold_of
from shared.domain.baseline_rule import BaselineRule
from shared.domain.metric_unit import spoken
from shared.domain.rule import AlertRule
from shared.domain.rule_words import MINUTE_S, Comparison
from shared.domain.threshold_rule import ThresholdRule

_WORDS = {
    Comparison.ABOVE: "above",
    Comparison.AT_LEAST: "at or above",
    Comparison.BELOW: "below",
    Comparison.AT_MOST: "at or below",
    Comparison.EQUAL: "equal to",
    Comparison.DIFFERENT: "different from",
}


def message(rule: AlertRule, instance: Instance, unit: str) -> str:
    """Return what is measured, what it is, how that stands to the threshold, and where."""
    named = ", ".join(f"{name} {value}" for name, value in all_labels(rule, instance).items())
    where = f" ({named})" if named else ""
    return f"{_subject(rule)} {_finding(rule, instance, unit)}{where}"


def quantity(value: float, unit: str) -> str:
    """Return a number for people: thousands separated, four significant digits below."""
    text = f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
    said = spoken(unit)
    return f"{text}{'' if said.startswith('/') else ' '}{said}".rstrip()


def duration(seconds: int) -> str:
    """Return whole minutes as people say them."""
    minutes = seconds // MINUTE_S
    return f"{minutes // 60} h" if minutes and minutes % 60 == 0 else f"{minutes} min"


def _subject(rule: AlertRule) -> str:
    match rule:
        case ThresholdRule() | BaselineRule():
            return f"{rule.metric} {rule.aggregation} over {duration(rule.window_s)}"
    return rule.metric


def _finding(rule: AlertRule, instance: Instance, unit: str) -> str:
    held = threshold_of(rule, instance)
    against = "its limit" if held is None else quantity(held, unit)
    threshold = f"{_WORDS[rule.comparison]} {against}"
    if instance.resolved_reason is ResolvedReason.RULE_CHANGED:
        return f"is not watched for {threshold} any more: the rule was changed or removed"
    if instance.value is None:
        return f"has no data, watched for {threshold}"
    measured = f"is {quantity(instance.value, unit)}"
    if instance.samples < rule.min_samples:
        return f"{measured} from {instance.samples} samples, too few to tell"
    if instance.state is not State.INACTIVE and instance.clean_since is None:
        return f"{measured}, {threshold}"
    peak = "" if instance.worst is None else f"; at worst it was {quantity(instance.worst, unit)}"
    return f"{measured}, no longer {threshold}{peak}"
