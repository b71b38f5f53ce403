"""Words that the messages for people share: a title, the labels, and what was left out."""

from collections.abc import Mapping

from shared.domain.notification.dispatch import Dispatch, Told
from shared.domain.notification.notification import Occasion
from shared.domain.rule.words import Severity
from shared.domain.timeline import rfc3339

CUT = "\N{HORIZONTAL ELLIPSIS}"
_MAX_LABELS_CHARACTERS = 600
_MAX_RULES = 3


def title_of(dispatch: Dispatch) -> str:
    """Return one line: how many alerts, of which rules, of which group, where."""
    over = sum(told.occasion is Occasion.RESOLVED for told in dispatch.told)
    counts = [(len(dispatch.told) - over, "firing"), (over, "resolved")]
    numbers = ", ".join(f"{number} {word}" for number, word in counts if number)
    group = f" ({labels_text(dispatch.group)})" if dispatch.group else ""
    return f"{numbers}: {_rules_text(dispatch)}{group} in {dispatch.environment}"


def worst_of(dispatch: Dispatch) -> Severity | None:
    """Return the highest severity that fires; None where every alert is resolved."""
    order = list(Severity)
    firing = [each.alert for each in dispatch.told if each.occasion is not Occasion.RESOLVED]
    return max((alert.severity for alert in firing), key=order.index, default=None)


def heading_of(told: Told) -> str:
    """Return what happened to an alert of which rule: `FIRING warning slow-model`."""
    alert = told.alert
    again = " again" if told.occasion is Occasion.REPEAT else ""
    state = "RESOLVED" if told.occasion is Occasion.RESOLVED else f"FIRING{again}"
    return f"{state} {alert.severity} {alert.rule}"


def facts_of(told: Told) -> dict[str, str]:
    """Return what else to know of an alert: labels, since when, its description."""
    alert = told.alert
    facts = {"labels": labels_text(alert.labels), "since": rfc3339(alert.active_since)}
    if alert.resolved_at is not None:
        facts["resolved"] = f"{rfc3339(alert.resolved_at)} ({alert.resolved_reason})"
    if alert.description:
        facts["about"] = alert.description
    return {name: text for name, text in facts.items() if text}


def labels_text(labels: Mapping[str, str]) -> str:
    """Return labels as `model=gpt-5, deployment=chat`."""
    return cut(", ".join(f"{name}={text}" for name, text in labels.items()), _MAX_LABELS_CHARACTERS)


def cut(text: str, limit: int) -> str:
    """Return a text of at most so many characters; an ellipsis says that it was longer."""
    return text if len(text) <= limit else f"{text[: limit - 1]}{CUT}"


def left_out(shown: int, dispatch: Dispatch) -> str:
    """Return what to say of the alerts that did not fit; empty where all did."""
    more = len(dispatch.told) - shown
    if not more:
        return ""
    noun = "alert is" if more == 1 else "alerts are"
    return f"{more} more {noun} left out here; GET /api/v1/alerts has all of them."


def _rules_text(dispatch: Dispatch) -> str:
    rules = list(dict.fromkeys(told.alert.rule for told in dispatch.told))
    more = f" and {len(rules) - _MAX_RULES} more rules" if len(rules) > _MAX_RULES else ""
    return ", ".join(rules[:_MAX_RULES]) + more


def slack_escaped(text: str) -> str:
    """Return a text as Slack takes it: three characters as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
