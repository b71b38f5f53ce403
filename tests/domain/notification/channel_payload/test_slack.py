"""The payload of a Slack webhook, and Slack's limits."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.notification.channel_payload.slack import (
    MAX_BLOCKS,
    MAX_MESSAGE_CHARACTERS,
    MAX_SECTION_CHARACTERS,
    slack_body,
)
from shared.domain.notification.dispatch import Dispatch
from shared.domain.notification.notification import Occasion
from shared.domain.rule.words import Severity
from tests.domain.dispatch_factories import dispatch, many, told


def shown(given: Dispatch) -> Any:
    return json.loads(slack_body(given))


def blocks(given: Dispatch) -> list[Any]:
    (attachment,) = shown(given)["attachments"]
    found: list[Any] = attachment["blocks"]
    return found


def test_a_message_says_what_fires_where_and_since_when() -> None:
    body = shown(dispatch(told(message="latency is 9, above 5", runbook_url="https://x.example/r")))
    assert body["text"] == "1 firing: slow (team=web) in test"
    (block,) = body["attachments"][0]["blocks"]
    assert block["type"] == "section"
    assert block["text"]["type"] == "mrkdwn"
    assert block["text"]["text"].splitlines() == [
        "*FIRING warning slow*",
        "latency is 9, above 5",
        "labels: model=gpt-5",
        "since: 2026-11-23T10:00:00Z",
        "<https://x.example/r|Runbook>",
    ]


def test_firing_alerts_come_first_and_are_counted_apart() -> None:
    given = dispatch(told("b", Occasion.RESOLVED), told("a"), told("c", Occasion.REPEAT))
    assert shown(given)["text"].startswith("2 firing, 1 resolved: slow")
    heads = [block["text"]["text"].split("\n")[0] for block in blocks(given)]
    assert sorted(heads[:2]) == ["*FIRING again warning slow*", "*FIRING warning slow*"]
    assert heads[2] == "*RESOLVED warning slow*"


def test_the_worst_alert_that_fires_gives_the_colour() -> None:
    colours = {
        severity: shown(dispatch(told(severity=severity), told("b", severity=Severity.INFO)))[
            "attachments"
        ][0]["color"]
        for severity in Severity
    }
    over = dispatch(told("a", Occasion.RESOLVED, severity=Severity.CRITICAL))
    assert len({*colours.values(), shown(over)["attachments"][0]["color"]}) == 5
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours.values())


def test_nobody_is_called_and_no_link_is_made_by_a_label() -> None:
    (block,) = blocks(dispatch(told("<!channel> & <https://evil.example|click>")))
    text = block["text"]["text"]
    assert "&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;" in text
    assert "<" not in text


def test_a_runbook_cannot_end_its_own_link() -> None:
    (block,) = blocks(dispatch(told(runbook_url="https://x.example/a|b>c<d&e")))
    assert "<https://x.example/a%7Cb%3Ec%3Cd&amp;e|Runbook>" in block["text"]["text"]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, None),
        (49, None),
        (50, "1 more alert is left out here; GET /api/v1/alerts has all of them."),
        (1_000, "951 more alerts are left out here; GET /api/v1/alerts has all of them."),
    ],
)
def test_what_is_left_out_is_said(count: int, said: str | None) -> None:
    found = blocks(many(count))
    assert len(found) <= MAX_BLOCKS
    last = found[-1]
    assert (last["elements"][0]["text"] if last["type"] == "context" else None) == said


@given(st.text(max_size=3_000), st.sampled_from(["&", "<", "x", "ü", "\n"]), st.integers(1, 60))
def test_no_limit_is_passed_whatever_the_texts(text: str, filler: str, count: int) -> None:
    long = text + filler * 2_048
    given = many(
        count,
        message=long,
        description=long,
        labels={f"label{at}": filler * 256 for at in range(16)},
        runbook_url=f"https://x.example/{'r' * 2_000}",
    )
    found = blocks(given)
    texts = [each["text"]["text"] for each in found if each["type"] == "section"]
    assert len(found) <= MAX_BLOCKS
    assert texts
    assert all(len(each) <= MAX_SECTION_CHARACTERS for each in texts)
    assert sum(map(len, texts)) <= MAX_MESSAGE_CHARACTERS
    assert not any(re.search(r"&(?!amp;|lt;|gt;)", each) for each in texts)
