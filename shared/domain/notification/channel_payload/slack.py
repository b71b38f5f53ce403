"""The payload of a Slack incoming webhook: Block Kit, one section for each alert.

Slack refuses more than 50 blocks and more than 3,000 characters in a section, and a message whose
blocks add up to some 13,000 characters with `msg_blocks_too_long`; so alerts are shown while they
fit into 12,000, and a last line says how many were left out. Only an attachment has a colour.
Source: https://docs.slack.dev/reference/block-kit/blocks
Source: https://docs.slack.dev/messaging/formatting-message-text
Source: https://github.com/slackapi/bolt-js/issues/2509
"""

from typing import Any

import msgspec

from shared.domain.notification.channel_payload.wording import (
    cut,
    facts_of,
    heading_of,
    left_out,
    slack_escaped,
    title_of,
    worst_of,
)
from shared.domain.notification.dispatch import Dispatch, Told
from shared.domain.rule.words import Severity

MAX_BLOCKS = 50
MAX_SECTION_CHARACTERS = 3_000
MAX_MESSAGE_CHARACTERS = 12_000

_MAX_TITLE = 500
_MAX_MESSAGE = 1_000
_MAX_FACT = 600
_RESOLVED_COLOUR = "#2eb67d"
_COLOURS = {
    Severity.INFO: "#36c5f0",
    Severity.WARNING: "#ecb22e",
    Severity.ERROR: "#e8682c",
    Severity.CRITICAL: "#c01343",
}


def slack_body(dispatch: Dispatch) -> bytes:
    """Return the JSON body for a Slack webhook."""
    worst = worst_of(dispatch)
    title = _escaped(title_of(dispatch), _MAX_TITLE)
    sections = _fitting([_section(told) for told in dispatch.told])
    rest = left_out(len(sections), dispatch)
    blocks: list[dict[str, Any]] = [{"type": "section", "text": _text(text)} for text in sections]
    if rest:
        blocks.append({"type": "context", "elements": [_text(rest)]})
    colour = _RESOLVED_COLOUR if worst is None else _COLOURS[worst]
    return msgspec.json.encode(
        {"text": title, "attachments": [{"color": colour, "fallback": title, "blocks": blocks}]}
    )


def _fitting(sections: list[str]) -> list[str]:
    """Return the sections that fit one message, with a block to spare for what is left out."""
    kept: list[str] = []
    size = 0
    for text in sections[: MAX_BLOCKS - 1]:
        size += len(text)
        if size > MAX_MESSAGE_CHARACTERS:
            break
        kept.append(text)
    return kept


def _section(told: Told) -> str:
    alert = told.alert
    lines = [f"*{_escaped(heading_of(told), _MAX_FACT)}*", _escaped(alert.message, _MAX_MESSAGE)]
    lines += [f"{name}: {_escaped(text, _MAX_FACT)}" for name, text in facts_of(told).items()]
    text = "\n".join(lines)
    link = f"\n<{_escaped_url(alert.runbook_url)}|Runbook>" if alert.runbook_url else ""
    return text + link if len(text + link) <= MAX_SECTION_CHARACTERS else text


def _text(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def _escaped(text: str, limit: int) -> str:
    """Return a text, cut so that it is within the limit after escaping what Slack takes as markup.

    A text is cut before it is escaped, since half an entity would show.
    """
    shown, room = text, limit
    while len(escaped := slack_escaped(shown)) > limit:
        room -= len(escaped) - limit
        shown = cut(text, max(room, 1))
    return escaped


def _escaped_url(url: str) -> str:
    return url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
