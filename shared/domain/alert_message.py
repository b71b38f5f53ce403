"""One readable line about an alert.

As `model_response_time avg over 5 min is 7,214 ms, above 5,000 ms (model gpt-5, deployment prod)`.
"""

from shared.domain.alert import Instance, ResolvedReason, all_labels
from shared.domain.metric_unit import spoken
from shared.domain.rule import MINUTE_S, AlertRule, Comparison

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
    window = f"{rule.metric} {rule.aggregation} over {duration(rule.window_s)}"
    return f"{window} {_finding(rule, instance, unit)}{where}"


def quantity(value: float, unit: str) -> str:
    """Return a number for people: thousands separated, four significant digits below."""
    text = f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
    said = spoken(unit)
    return f"{text}{'' if said.startswith('/') else ' '}{said}".rstrip()


def duration(seconds: int) -> str:
    """Return whole minutes as people say them."""
    minutes = seconds // MINUTE_S
    return f"{minutes // 60} h" if minutes and minutes % 60 == 0 else f"{minutes} min"


def _finding(rule: AlertRule, instance: Instance, unit: str) -> str:
    threshold = f"{_WORDS[rule.comparison]} {quantity(rule.threshold, unit)}"
    if instance.resolved_reason is ResolvedReason.RULE_CHANGED:
        return f"is not watched for {threshold} any more: the rule was changed or removed"
    if instance.value is None:
        return f"has no data, watched for {threshold}"
    measured = f"is {quantity(instance.value, unit)}"
    if instance.samples < rule.min_samples:
        return f"{measured} from {instance.samples} samples, too few to tell"
    if rule.breached_by(instance.value):
        return f"{measured}, {threshold}"
    peak = "" if instance.worst is None else f"; at worst it was {quantity(instance.worst, unit)}"
    return f"{measured}, no longer {threshold}{peak}"
