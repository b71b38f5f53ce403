"""The payload of a Microsoft Teams workflow: an Adaptive Card 1.5 in a message.

Teams states a limit of about 28 KB a message, and another client met it at 21 KB; so the body is
kept below 20,000 bytes: alerts are shown while they fit, and a last line says how many were left
out. Texts stand in RichTextBlocks, which unlike TextBlocks know no Markdown, so that no label can
make a link.
Source: https://learn.microsoft.com/connectors/teams/#known-issues-and-limitations
Source: https://www.rubydoc.info/gems/msteams_hermes/MsTeamsHermes/Message
Source: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
"""

from typing import Any

import msgspec

from shared.domain.notification.channel_payload.wording import (
    cut,
    facts_of,
    heading_of,
    left_out,
    title_of,
    worst_of,
)
from shared.domain.notification.dispatch import Dispatch, Told
from shared.domain.rule.words import Severity

MAX_BODY_BYTES = 20_000

_MAX_TITLE = 500
_MAX_MESSAGE = 1_000
_MAX_FACT = 500
_RESERVE_BYTES = 1_000
_RESOLVED_STYLE = "good"
_STYLES = {
    Severity.INFO: "accent",
    Severity.WARNING: "warning",
    Severity.ERROR: "attention",
    Severity.CRITICAL: "attention",
}

type _Element = dict[str, Any]


def teams_body(dispatch: Dispatch) -> bytes:
    """Return the JSON body for a Teams workflow."""
    head = _head(dispatch)
    room = MAX_BODY_BYTES - _RESERVE_BYTES - len(_message([head]))
    shown: list[_Element] = []
    for told in dispatch.told:
        element = _alert(told)
        room -= len(msgspec.json.encode(element)) + 1
        if room < 0:
            break
        shown.append(element)
    rest = left_out(len(shown), dispatch)
    return _message([head, *shown, *([_rich(_run(rest, isSubtle=True))] if rest else [])])


def _message(elements: list[_Element]) -> bytes:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "body": elements,
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return msgspec.json.encode({"type": "message", "attachments": [attachment]})


def _head(dispatch: Dispatch) -> _Element:
    worst = worst_of(dispatch)
    title = cut(title_of(dispatch), _MAX_TITLE)
    return {
        "type": "Container",
        "style": _RESOLVED_STYLE if worst is None else _STYLES[worst],
        "bleed": True,
        "items": [_rich(_run(title, weight="Bolder", size="Medium"))],
    }


def _alert(told: Told) -> _Element:
    alert = told.alert
    heading = _run(cut(heading_of(told), _MAX_FACT), weight="Bolder")
    items = [_rich(heading), _rich(_run(cut(alert.message, _MAX_MESSAGE)))]
    items += [
        _rich(_run(f"{name}: ", isSubtle=True), _run(cut(text, _MAX_FACT)))
        for name, text in facts_of(told).items()
    ]
    if alert.runbook_url:
        link = {"type": "Action.OpenUrl", "url": alert.runbook_url}
        items.append(_rich(_run("Runbook", selectAction=link)))
    return {"type": "Container", "separator": True, "items": items}


def _rich(*runs: _Element) -> _Element:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **style: Any) -> _Element:
    return {"type": "TextRun", "text": text, **style}
