"""Channels stored, shown and tried out."""

import json

import pytest

from shared.domain.notification.channel import ChannelType
from shared.domain.notification.retry import Problem, Reply
from shared.domain.notification.signature import SIGNATURE_HEADER, is_signed
from shared.errors import NotFound
from shared.services import channels
from shared.services.channels import ChannelTest, delete_channel, get_channel, list_channels
from tests.domain.rule_factories import T0
from tests.services.channel_factories import URL, PostOffice, post_office


@pytest.fixture
async def post() -> PostOffice:
    return await post_office()


async def tried(post: PostOffice) -> ChannelTest:
    return await channels.test_channel("ops", now=T0, ports=post.ports)


async def test_channels_are_listed_by_name_without_their_secrets(post: PostOffice) -> None:
    await post.add(name="b")
    await post.add(ChannelType.SLACK, name="a")
    shown = await list_channels(documents=post.ports.documents)
    assert [(each.name, each.url) for each in shown] == [
        ("a", "https://ops.example.com/…"),
        ("b", "https://ops.example.com/hooks/p4th?…"),
    ]


async def test_a_channel_is_read_whole_and_gone_once_deleted(post: PostOffice) -> None:
    documents = post.ports.documents
    await post.add()
    assert (await get_channel("ops", documents=documents)).url == URL
    await delete_channel("ops", documents=documents)
    for missing in (get_channel, delete_channel):
        with pytest.raises(NotFound, match="channel ops does not exist"):
            await missing("ops", documents=documents)


async def test_a_test_says_that_it_is_one_and_what_the_receiver_said(post: PostOffice) -> None:
    post.settings["KEY"] = "k3y-k3y"
    await post.add(secret_setting="KEY")
    post.webhooks.replies.append(Reply(202, "welcome", elapsed_ms=12.345))
    assert await tried(post) == ChannelTest(True, 202, "welcome", 12.3, "")
    (call,) = post.webhooks.calls
    (alert,) = json.loads(call.body)["alerts"]
    assert alert["labels"] == {"test": "true", "channel": "ops"}
    signed = call.headers[SIGNATURE_HEADER]
    assert is_signed(signed, call.body, "k3y-k3y", now_s=int(T0.timestamp()))


async def test_a_disabled_channel_can_be_tried_out(post: PostOffice) -> None:
    await post.add(enabled=False)
    assert (await tried(post)).sent


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(Reply(500, "broken"), ChannelTest(False, 500, "broken", 0.0, ""), id="500"),
        pytest.param(
            Reply(problem=Problem.UNREACHABLE, error="h: refused"),
            ChannelTest(False, None, "", 0.0, "h: refused"),
            id="unreachable",
        ),
    ],
)
async def test_a_test_that_fails_says_why_and_is_not_tried_again(
    post: PostOffice, reply: Reply, expected: ChannelTest
) -> None:
    await post.add()
    post.webhooks.replies.append(reply)
    assert await tried(post) == expected
    assert len(post.webhooks.calls) == 1
    assert post.queue.messages == []


async def test_a_missing_setting_is_named(post: PostOffice) -> None:
    await post.add(ChannelType.TEAMS, url="", url_setting="TEAMS_URL")
    found = await tried(post)
    assert (found.sent, found.status) == (False, None)
    assert found.error == "setting TEAMS_URL: expected a value, but it is not set"


async def test_a_receiver_that_repeats_a_secret_is_not_quoted(post: PostOffice) -> None:
    post.settings["KEY"] = "k3y-k3y"
    url = "https://ops.example.com/hooks/p4th-p4th?sig=qu3ry-qu3ry"
    await post.add(url=url, secret_setting="KEY")
    said = f"you called {url} (hooks/p4th-p4th, sig=qu3ry-qu3ry) with k3y-k3y, {'x' * 2_000}"
    post.webhooks.replies.append(Reply(400, said))
    answer = (await tried(post)).answer
    assert answer.startswith("you called *** (hooks/***, sig=***) with ***, xxx")
    assert len(answer) == 1_024


async def test_a_test_at_pagerduty_is_closed_again(post: PostOffice) -> None:
    post.settings["PD"] = "r0uting-key"
    await post.add(ChannelType.PAGERDUTY, url="", secret_setting="PD")
    assert (await tried(post)).sent
    begun, ended = (json.loads(call.body) for call in post.webhooks.calls)
    assert [begun["event_action"], ended["event_action"]] == ["trigger", "resolve"]
    assert begun["dedup_key"] == ended["dedup_key"]
    assert begun["payload"]["severity"] == "info"


async def test_a_channel_that_does_not_exist_cannot_be_tried(post: PostOffice) -> None:
    with pytest.raises(NotFound):
        await tried(post)
