"""Channels as people write them: what is read, and every fault by its field."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.notification.channel import Channel, ChannelType
from shared.domain.notification.channel_input import parse_channel
from shared.domain.notification.channel_url import MAX_URL_CHARACTERS, url_fault
from shared.errors import InvalidInput

HOOK = "https://example.com/hook"


def parsed(name: str = "ops", *, allow_private: bool = False, **fields: Any) -> Channel:
    return parse_channel(json.dumps(fields).encode(), name=name, allow_private=allow_private)


def faults(name: str = "ops", *, allow_private: bool = False, **fields: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        parsed(name, allow_private=allow_private, **fields)
    return {fault.path: fault.reason for fault in caught.value.faults}


def test_a_webhook_needs_no_more_than_a_url() -> None:
    assert parsed(type="webhook", url=HOOK) == Channel("ops", ChannelType.WEBHOOK, HOOK)


def test_a_channel_may_name_settings_instead_of_secrets() -> None:
    found = parsed(type="slack", url_setting="SLACK_URL", secret_setting="KEY_2", enabled=False)
    assert found == Channel("ops", ChannelType.SLACK, "", "SLACK_URL", "KEY_2", enabled=False)


def test_null_is_the_same_as_absent() -> None:
    found = parsed(type="teams", url=None, url_setting="T", secret_setting=None)
    assert found == Channel("ops", ChannelType.TEAMS, url_setting="T")


def test_pagerduty_needs_its_key_but_no_url() -> None:
    found = parsed(type="pagerduty", secret_setting="PD_KEY")
    assert (found.url, found.url_setting) == ("", "")
    eu = "https://events.eu.pagerduty.com/v2/enqueue"
    assert parsed(type="pagerduty", secret_setting="PD_KEY", url=eu).url == eu


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        pytest.param({"url": HOOK}, "type", "required, but missing", id="no type"),
        pytest.param(
            {"type": "email", "url": HOOK},
            "type",
            'expected one of webhook, slack, teams, pagerduty, got "email"',
            id="unknown type",
        ),
        pytest.param({"type": "webhook"}, "url", "exactly one of .* got neither", id="no place"),
        pytest.param(
            {"type": "webhook", "url": HOOK, "url_setting": "A"},
            "url",
            "exactly one of .* got both",
            id="two places",
        ),
        pytest.param(
            {"type": "webhook", "url": HOOK, "color": "red"},
            "color",
            "unknown field",
            id="unknown field",
        ),
        pytest.param(
            {"type": "webhook", "url": HOOK, "enabled": "yes"},
            "enabled",
            "expected true or false, got",
            id="no flag",
        ),
        pytest.param(
            {"type": "webhook", "url_setting": "ops-url"},
            "url_setting",
            "expected the name of an app setting",
            id="no setting's name",
        ),
        pytest.param(
            {"type": "webhook", "url": HOOK, "secret_setting": "s3cret"},
            "secret_setting",
            "expected the name of an app setting",
            id="the secret itself",
        ),
        pytest.param(
            {"type": "pagerduty"},
            "secret_setting",
            "required for pagerduty",
            id="no routing key",
        ),
        pytest.param(
            {"type": "pagerduty", "secret_setting": "HASH_KEY", "url": "https://evil.example/x"},
            "url",
            "expected a host of pagerduty.com",
            id="the key to somebody else",
        ),
        pytest.param(
            {
                "type": "pagerduty",
                "secret_setting": "HASH_KEY",
                "url": "https://pagerduty.com.evil.example/x",
            },
            "url",
            "expected a host of pagerduty.com",
            id="the key to somebody else who looks like it",
        ),
    ],
)
def test_a_fault_is_named_by_its_field(fields: dict[str, Any], path: str, reason: str) -> None:
    found = faults(**fields)
    assert found.keys() == {path}
    assert re.search(reason, found[path]), found


def test_every_fault_is_named_at_once() -> None:
    found = faults(type="pagerduty", url="http://x.example", secret_setting="no", extra=1)
    assert found.keys() == {"url", "secret_setting", "extra"}


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 129, "ops\n"])
def test_a_name_must_fit_a_route(name: str) -> None:
    assert faults(name, type="webhook", url=HOOK).keys() == {"name"}


def test_a_body_may_repeat_the_name_but_not_change_it() -> None:
    body = json.dumps({"name": "ops", "type": "webhook", "url": HOOK}).encode()
    assert parse_channel(body, name="ops", allow_private=False).name == "ops"
    with pytest.raises(InvalidInput, match="name: expected 'other' as in the route"):
        parse_channel(body, name="other", allow_private=False)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="body: expected a JSON object"):
        parse_channel(body, name="ops", allow_private=False)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("", "expected", id="empty"),
        pytest.param("example.com/tok3n", "https://host/path", id="no scheme"),
        pytest.param("http://example.com/tok3n", "expected https", id="http"),
        pytest.param("ftp://example.com/tok3n", "expected https", id="ftp"),
        pytest.param("file:///etc/tok3n", "expected", id="file"),
        pytest.param("https://", "as https://host/path", id="no host"),
        pytest.param("https:///tok3n", "as https://host/path", id="no host but a path"),
        pytest.param("https://x.example:0/tok3n", "as https://host/path", id="port 0"),
        pytest.param("https://x.example:99999/tok3n", "as https://host/path", id="no port"),
        pytest.param("https://[::1/tok3n", "as https://host/path", id="half an address"),
        pytest.param("https://ann:tok3n@x.example/", "no user or password", id="credentials"),
        pytest.param("https://tok3n@x.example/", "no user or password", id="user"),
        pytest.param("https://x.example/#tok3n", "no #fragment", id="fragment"),
        pytest.param("https://x.example/tok3n x", "in plain ASCII", id="space"),
        pytest.param("https://x.example/\ntok3n", "in plain ASCII", id="line break"),
        pytest.param("https://x.example\\@y.example/tok3n", "in plain ASCII", id="backslash"),
        pytest.param("https://hooks.slack.com/…", "and in full", id="as a GET shows it"),
        pytest.param("https://127.0.0.1/tok3n", "a public address, got 127", id="loopback"),
        pytest.param("https://[::ffff:10.0.0.1]/tok3n", "a public address", id="private"),
        pytest.param("https://169.254.169.254/tok3n", "a public address", id="metadata"),
        pytest.param(f"https://x.example/{'s' * 2048}", "at most 2048", id="too long"),
    ],
)
def test_a_url_that_may_not_be_called_is_refused_without_showing_it(url: str, reason: str) -> None:
    fault = url_fault(url, allow_private=False)
    assert fault is not None
    assert reason in fault
    assert "tok3n" not in fault


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/x", "http://[::1]/", "https://10.0.0.1/x"])
def test_neighbours_may_be_called_where_the_operator_says_so(url: str) -> None:
    assert url_fault(url, allow_private=True) is None
    assert url_fault(url, allow_private=False) is not None
    assert parsed(type="webhook", url=url, allow_private=True).url == url


@given(st.text(max_size=MAX_URL_CHARACTERS))
def test_any_text_is_judged(url: str) -> None:
    fault = url_fault(url, allow_private=False)
    assert fault is None or url not in fault or len(url) < 8
