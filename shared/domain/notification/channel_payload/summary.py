"""The payload of a summary: headings and lines for people, the figures for programs.

PagerDuty takes incidents only. A plain webhook gets

    {"schema": "1", "kind": "weekly_summary", "summary_id": "...", "title": "...",
     "sections": [{"heading": "...", "lines": ["..."]}], "figures": {...as GET has them...}}

Limits of Slack and Teams are those of their alert payloads, `slack.py` and `teams.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.domain.notification.channel import ChannelType
from shared.domain.notification.channel_payload.wording import cut, slack_escaped
from shared.domain.weekly.text import Section
from shared.errors import InvalidInput

SCHEMA = "1"
KIND = "weekly_summary"

_MAX_LINE = 300
# An escaped line has five times its characters at most; six sections stay below 20,000 bytes.
_MAX_SECTION_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What there is to tell.

    Attributes:
        summary_id: stable: a second delivery has the same.
        figures: anything JSON can hold.
    """

    summary_id: str
    title: str
    sections: Sequence[Section]
    figures: Any


def summary_body(kind: ChannelType, summary: Summary) -> bytes:
    """Return the JSON body to post.

    Raises:
        InvalidInput: a channel of this type takes no summaries.
    """
    match kind:
        case ChannelType.SLACK:
            return msgspec.json.encode(_slack(summary))
        case ChannelType.TEAMS:
            return msgspec.json.encode(_teams(summary))
        case ChannelType.WEBHOOK:
            return msgspec.json.encode({"schema": SCHEMA, "kind": KIND, **_plain(summary)})
        case ChannelType.PAGERDUTY:
            reason = "expected a webhook, slack or teams channel, got pagerduty, which pages people"
            raise InvalidInput.at("channel", reason)


def _plain(summary: Summary) -> dict[str, Any]:
    return {
        "summary_id": summary.summary_id,
        "title": summary.title,
        "sections": summary.sections,
        "figures": summary.figures,
    }


def _slack(summary: Summary) -> dict[str, Any]:
    title = slack_escaped(cut(summary.title, _MAX_LINE))
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        for text in (f"*{title}*", *(_slack_text(each) for each in summary.sections))
    ]
    return {"text": title, "blocks": blocks}


def _slack_text(section: Section) -> str:
    return "\n".join([f"*{slack_escaped(section.heading)}*", *_lines(section, slack_escaped)])


def _teams(summary: Summary) -> dict[str, Any]:
    elements = [_rich(cut(summary.title, _MAX_LINE), weight="Bolder", size="Medium")]
    for section in summary.sections:
        elements.append(_rich(section.heading, weight="Bolder"))
        elements += [_rich(line) for line in _lines(section)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "body": elements,
    }
    content_type = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": content_type, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _rich(text: str, **style: str) -> dict[str, Any]:
    """Return text in which no label can make a link."""
    run = {"type": "TextRun", "text": text, **style}
    return {"type": "RichTextBlock", "inlines": [run]}


def _lines(section: Section, shown: Callable[[str], str] = str) -> list[str]:
    """Return a section's lines as they are shown, as many as fit."""
    found: list[str] = []
    room = _MAX_SECTION_BYTES
    for line in section.lines:
        text = shown(cut(line, _MAX_LINE))
        room -= len(msgspec.json.encode(text))
        if room < 0:
            return [*found, f"and {len(section.lines) - len(found)} more"]
        found.append(text)
    return found
