"""The payload of a summary, by type of channel."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.notification.channel import ChannelType
from shared.domain.notification.channel_payload.summary import Summary, summary_body
from shared.domain.weekly.text import Section
from shared.errors import InvalidInput

_SECTIONS = [Section("Fired", ("slow <b>: 1 alert",)), Section("Noisy", ("nothing",))]


def _body(kind: ChannelType, *sections: Section, title: str = "Week") -> Any:
    made = Summary("id-1", title, sections or _SECTIONS, {"requests": 3})
    return json.loads(summary_body(kind, made))


def test_a_webhook_gets_the_figures_beside_the_words() -> None:
    assert _body(ChannelType.WEBHOOK) == {
        "schema": "1",
        "kind": "weekly_summary",
        "summary_id": "id-1",
        "title": "Week",
        "sections": [
            {"heading": "Fired", "lines": ["slow <b>: 1 alert"]},
            {"heading": "Noisy", "lines": ["nothing"]},
        ],
        "figures": {"requests": 3},
    }


def test_slack_gets_a_section_each_without_markup_of_others() -> None:
    body = _body(ChannelType.SLACK)

    assert body["text"] == "Week"
    assert [block["text"]["text"] for block in body["blocks"]] == [
        "*Week*",
        "*Fired*\nslow &lt;b&gt;: 1 alert",
        "*Noisy*\nnothing",
    ]


def test_teams_gets_a_card_of_plain_runs() -> None:
    (attachment,) = _body(ChannelType.TEAMS)["attachments"]
    elements = attachment["content"]["body"]

    assert {element["type"] for element in elements} == {"RichTextBlock"}
    texts = [element["inlines"][0]["text"] for element in elements]
    assert texts == ["Week", "Fired", "slow <b>: 1 alert", "Noisy", "nothing"]


def test_pagerduty_is_refused() -> None:
    with pytest.raises(InvalidInput, match="expected a webhook, slack or teams channel"):
        _body(ChannelType.PAGERDUTY)


_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=600)


@given(st.lists(_texts | st.just("&" * 400) | st.just("😀" * 400), min_size=1, max_size=12))
def test_whatever_it_says_it_fits(lines: list[str]) -> None:
    sections = [Section("Fired", tuple(lines))] * 6

    slack = _body(ChannelType.SLACK, *sections)
    teams = summary_body(ChannelType.TEAMS, Summary("id", "&" * 400, sections, {}))

    assert all(len(block["text"]["text"]) <= 3_000 for block in slack["blocks"])
    assert sum(len(block["text"]["text"]) for block in slack["blocks"]) <= 13_000
    assert len(teams) < 20_000


def test_what_does_not_fit_is_counted() -> None:
    body = _body(ChannelType.SLACK, Section("Fired", ("x" * 290,) * 9))

    lines = body["blocks"][1]["text"]["text"].splitlines()
    assert lines[-1] == "and 3 more"
    assert len(lines) == 1 + 6 + 1
