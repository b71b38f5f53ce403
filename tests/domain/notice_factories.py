"""Notices and routes with defaults, and dispatches in words."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.dispatching import Dispatched, dispatched
from shared.domain.notification.notice import AlertNotice
from shared.domain.notification.notification import Occasion, Suppression
from shared.domain.notification.route import Route
from tests.domain.dispatch_factories import told
from tests.domain.rule_factories import MINUTE, T0

_OCCASIONS = {"+": Occasion.FIRING, "*": Occasion.REPEAT, "-": Occasion.RESOLVED}


def route(**fields: Any) -> Route:
    """Return a route to `ops` that takes every alert into one group."""
    return Route(**({"channels": ("ops",)} | fields))


def notice(word: str, at: float, **labels: str) -> AlertNotice:
    """Return a notice of the alert that a letter stands for, decided `at` minutes after T0.

    Args:
        word: `+a` fires, `*a` repeats, `-a` is resolved; `-a/silence` is suppressed.
        at: minutes after T0.
        labels: of the alert beyond its model, or its `severity` and `rule`.
    """
    name, _, held = word[1:].partition("/")
    fields: dict[str, Any] = {key: labels.pop(key) for key in ("severity", "rule") if key in labels}
    fields |= {"alert_id": f"alert-{name}", "labels": {"model": name, **labels}}
    said = told(name, _OCCASIONS[word[0]], T0 + at * MINUTE, **fields)
    return AlertNotice(f"{name}-{at}-{word[0]}", said, Suppression(held) if held else None)


def notices(story: dict[float, str], **labels: str) -> list[AlertNotice]:
    """Return the notices of a story: minute -> words parted by blanks."""
    return [notice(word, at, **labels) for at, words in story.items() for word in words.split()]


def shown(dispatches: Iterable[Dispatch]) -> dict[str, str]:
    """Return `seconds after T0 channel` -> words, as `notice` takes them."""
    signs = {occasion: sign for sign, occasion in _OCCASIONS.items()}
    found: dict[str, list[str]] = {}
    for each in dispatches:
        place = f"{(each.due_at - T0).total_seconds():.0f} {each.channel}"
        words = [signs[t.occasion] + t.alert.alert_id.removeprefix("alert-") for t in each.told]
        found.setdefault(place, []).append(" ".join(words))
    return {place: " | ".join(words) for place, words in found.items()}


def dispatched_until(
    given: Sequence[AlertNotice],
    *routes: Route,
    until: float = 60,
    before: Dispatched | None = None,
) -> Dispatched:
    """Return what notices come to by a minute after T0."""
    return dispatched(
        before.groups if before else (),
        given,
        routes or (route(),),
        until=T0 + until * MINUTE,
        environment="test",
    )
