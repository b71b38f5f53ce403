"""The payload of a Teams workflow, and Teams' limit."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.notification.channel_payload.teams import MAX_BODY_BYTES, teams_body
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.notification import Occasion
from shared.domain.rule.words import Severity
from tests.domain.dispatch_factories import dispatch, many, told


def card(given: Dispatch) -> Any:
    (attachment,) = json.loads(teams_body(given))["attachments"]
    return attachment["content"]


def texts(element: Any) -> list[str]:
    """Return every line of an element."""
    if element["type"] == "RichTextBlock":
        return ["".join(run["text"] for run in element["inlines"])]
    return [line for item in element["items"] for line in texts(item)]


def test_the_envelope_is_what_a_workflow_takes() -> None:
    body = json.loads(teams_body(dispatch()))
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    content = attachment["content"]
    assert (content["type"], content["version"]) == ("AdaptiveCard", "1.5")


def test_a_card_says_what_fires_where_and_since_when() -> None:
    given = dispatch(told(message="latency is 9, above 5", runbook_url="https://x.example/r"))
    head, alert = card(given)["body"]
    assert texts(head) == ["1 firing: slow (team=web) in test"]
    assert texts(alert) == [
        "FIRING warning slow",
        "latency is 9, above 5",
        "labels: model=gpt-5",
        "since: 2026-11-23T10:00:00Z",
        "Runbook",
    ]
    link = alert["items"][-1]["inlines"][0]["selectAction"]
    assert link == {"type": "Action.OpenUrl", "url": "https://x.example/r"}


@pytest.mark.parametrize(
    ("occasion", "severity", "style"),
    [
        (Occasion.FIRING, Severity.INFO, "accent"),
        (Occasion.FIRING, Severity.WARNING, "warning"),
        (Occasion.REPEAT, Severity.ERROR, "attention"),
        (Occasion.FIRING, Severity.CRITICAL, "attention"),
        (Occasion.RESOLVED, Severity.CRITICAL, "good"),
    ],
)
def test_the_head_has_the_colour_of_the_worst(
    occasion: Occasion, severity: Severity, style: str
) -> None:
    assert card(dispatch(told("a", occasion, severity=severity)))["body"][0]["style"] == style


def test_no_text_stands_where_markdown_is_read() -> None:
    raw = teams_body(dispatch(told("[click](https://evil.example)")))
    assert b"TextBlock" in raw
    assert b'"TextBlock"' not in raw


def test_a_resolved_alert_says_when_and_why() -> None:
    over = told("a", Occasion.RESOLVED, resolved_reason="recovered")
    lines = texts(card(dispatch(over))["body"][1])
    assert lines[0] == "RESOLVED warning slow"
    assert "resolved: 2026-11-23T10:00:00Z (recovered)" in lines


def test_what_is_left_out_is_said() -> None:
    body = card(many(500))["body"]
    shown = len(body) - 2
    assert 10 < shown < 500
    assert texts(body[-1]) == [
        f"{500 - shown} more alerts are left out here; GET /api/v1/alerts has all of them."
    ]


@given(st.text(max_size=2_048), st.sampled_from(['"', "x", "ü", "\N{PILE OF POO}", "\x01"]))
def test_a_card_stays_below_the_limit_whatever_the_texts(text: str, filler: str) -> None:
    long = text + filler * 2_048
    labels = {f"label{at}": filler * 256 for at in range(16)}
    given = many(30, message=long, description=long, labels=labels)
    raw = teams_body(given)
    assert len(raw) <= MAX_BODY_BYTES < 28_000
    assert json.loads(raw)["attachments"][0]["content"]["body"][1]["type"] == "Container"
