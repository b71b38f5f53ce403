"""From a stored dispatch to what the receiver got and what the history says."""

import json
from datetime import timedelta

import msgspec
import pytest

from shared.domain.notification.channel import ChannelType
from shared.domain.notification.delivery import LOST_AFTER, Message
from shared.domain.notification.notification import Occasion
from shared.domain.notification.retry import MAX_FAILURES, Problem, Reply
from shared.domain.notification.signature import DELIVERY_HEADER, SIGNATURE_HEADER, is_signed
from shared.services.channels import delete_channel
from shared.services.delivery import Outcome, give_up
from tests.domain.dispatch_factories import dispatch, many, told
from tests.domain.rule_factories import MINUTE, T0
from tests.services.channel_factories import PostOffice, message_of, post_office, with_outcomes


@pytest.fixture
async def post() -> PostOffice:
    return await post_office()


async def test_a_dispatch_is_sent_when_due_and_told_in_the_history(post: PostOffice) -> None:
    given = dispatch(told("a"), told("b", Occasion.RESOLVED))
    await post.add()
    await post.write(given)
    assert await post.wake() == (1, 0)
    assert post.queue.messages[0][1] == 60

    done = await post.deliver()

    assert post.now == given.due_at
    assert (done.outcome, done.channel, done.sent, done.not_sent) == (
        Outcome.FINISHED,
        "ops",
        2,
        0,
    )
    (call,) = post.webhooks.calls
    assert json.loads(call.body)["dispatch_id"] == given.dispatch_id
    assert call.headers == {DELIVERY_HEADER: given.dispatch_id}
    assert await post.read(given) is None
    assert await post.history(given) == ["firing sent", "resolved sent"]


async def test_a_message_says_which_dispatch_and_which_try(post: PostOffice) -> None:
    given = dispatch()
    await post.write(given)
    await post.wake()
    assert json.loads(post.queue.messages[0][0]) == {
        "dispatch_id": given.dispatch_id,
        "due_at": "2026-11-23T10:01:00Z",
        "attempt": 1,
    }


async def test_each_dispatch_gets_one_message_until_that_is_lost(post: PostOffice) -> None:
    await post.write(dispatch())
    assert [await post.wake() for _ in range(3)] == [(1, 0), (0, 0), (0, 0)]
    post.now = dispatch().due_at + LOST_AFTER - timedelta(seconds=1)
    assert await post.wake() == (0, 0)
    post.now += timedelta(seconds=1)
    assert [await post.wake() for _ in range(2)] == [(1, 1), (0, 0)]
    assert [delay_s for _, delay_s in post.queue.messages] == [60, 0]


async def test_what_is_due_much_later_gets_its_message_later(post: PostOffice) -> None:
    await post.write(dispatch(due_at=T0 + 90 * MINUTE))
    assert await post.wake() == (0, 0)
    post.now = T0 + 31 * MINUTE
    assert await post.wake() == (1, 0)


async def test_a_busy_receiver_is_tried_again_later(post: PostOffice) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)
    await post.wake()
    post.webhooks.replies.extend([Reply(503), Reply(problem=Problem.UNREACHABLE, error="x: no")])

    first, second, third = [await post.deliver() for _ in range(3)]

    assert (first.outcome, first.status, first.problem) == (Outcome.AGAIN, 503, "answered 503")
    assert 24 <= first.delay_s <= 30
    assert (second.outcome, second.status, second.problem) == (Outcome.AGAIN, None, "x: no")
    assert 48 <= second.delay_s <= 60
    assert third.outcome is Outcome.FINISHED
    assert post.now - given.due_at == timedelta(seconds=first.delay_s + second.delay_s)
    assert await post.history(given) == ["firing sent"]


async def test_a_receiver_that_says_when_is_taken_at_its_word(post: PostOffice) -> None:
    await post.add()
    await post.write(dispatch())
    await post.wake()
    post.webhooks.replies.append(Reply(429, retry_after="400"))
    assert (await post.deliver()).delay_s == 400
    assert post.queue.messages[0][1] == 400


async def test_after_eight_failures_it_is_given_up(post: PostOffice) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)
    await post.wake()
    post.webhooks.replies.extend([Reply(500)] * 20)

    outcomes = [(await post.deliver()).outcome for _ in range(MAX_FAILURES)]

    assert outcomes == [Outcome.AGAIN] * 7 + [Outcome.FINISHED]
    assert post.queue.messages == []
    assert await post.history(given) == ["gave_up"]
    assert await post.read(given) is None


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(Reply(404), "refused_404", id="refused"),
        pytest.param(Reply(301), "refused_301", id="redirected"),
        pytest.param(
            Reply(problem=Problem.ADDRESS_REFUSED, error="h"), "address_refused", id="not public"
        ),
    ],
)
async def test_what_is_final_is_not_tried_again(
    post: PostOffice, reply: Reply, reason: str
) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)
    post.webhooks.replies.append(reply)
    done = await post.deliver(message_of(given))
    assert (done.outcome, done.not_sent) == (Outcome.FINISHED, 1)
    assert done.problem
    assert await post.history(given) == [reason]


async def test_a_channel_that_is_gone_or_disabled_ends_what_was_on_its_way(
    post: PostOffice,
) -> None:
    first, second = dispatch(), dispatch(told("b"))
    await post.add(enabled=False)
    await post.write(first)
    await post.write(second)
    assert (await post.deliver(message_of(first))).problem == "channel_disabled"
    await delete_channel("ops", documents=post.ports.documents)
    assert (await post.deliver(message_of(second))).problem == "channel_missing"
    assert await post.history(first) == ["channel_disabled"]
    assert await post.history(second) == ["channel_missing"]
    assert post.webhooks.calls == []


async def test_a_missing_setting_is_named_and_tried_again_until_it_is_there(
    post: PostOffice,
) -> None:
    given = dispatch()
    await post.add(url="", url_setting="OPS_URL", secret_setting="OPS_KEY")
    await post.write(given)
    await post.wake()
    assert (await post.deliver()).problem == "setting OPS_URL: expected a value, but it is not set"
    post.settings["OPS_URL"] = "@Microsoft.KeyVault(SecretUri=https://kv.example/secrets/x)"
    problem = (await post.deliver()).problem
    assert problem == "setting OPS_URL: its Key Vault reference is not resolved"
    post.settings["OPS_URL"] = "http://ops.example.com/p4th"
    assert (await post.deliver()).problem == "setting OPS_URL: expected https"
    post.settings |= {"OPS_URL": "https://ops.example.com/p4th", "OPS_KEY": " k3y\n"}
    assert (await post.deliver()).outcome is Outcome.FINISHED
    (call,) = post.webhooks.calls
    now_s = int(post.now.timestamp())
    assert is_signed(call.headers[SIGNATURE_HEADER], call.body, "k3y", now_s=now_s)


async def test_a_poisoned_message_ends_in_the_history(post: PostOffice) -> None:
    given = many(3)
    await post.write(given)
    stored = await post.read(given)
    assert stored is not None
    await post.dispatches.save(with_outcomes(stored, ""))
    done = await give_up(message_of(given), ports=post.ports)
    assert (done.outcome, done.sent, done.not_sent) == (Outcome.FINISHED, 1, 2)
    assert await post.history(given) == ["firing sent", "gave_up", "gave_up"]
    assert (await give_up(message_of(given), ports=post.ports)).outcome is Outcome.GONE


@pytest.mark.parametrize("kind", list(ChannelType))
async def test_no_secret_is_in_a_row_a_message_or_a_result(
    post: PostOffice, kind: ChannelType
) -> None:
    post.settings |= {"S_URL": "https://h.example/p4th?sig=qu3ry", "S_KEY": "k3y-k3y"}
    await post.add(kind, url="", url_setting="S_URL", secret_setting="S_KEY")
    await post.write(dispatch())
    await post.wake()
    post.webhooks.replies.append(Reply(503, answer="p4th k3y-k3y"))
    results = [repr(await post.deliver()) for _ in range(2)]
    assert post.webhooks.calls
    written = [repr(post.queue.messages), *results]
    for table in ("alerts", "channels"):
        for partition in ("live", "doc"):
            written += [repr(row) async for row in post.tables.query(table, partition)]
    assert not any(part in "".join(written) for part in ("p4th", "qu3ry", "k3y-k3y"))


def test_messages_are_read_as_written() -> None:
    about = message_of(dispatch(), 3)
    assert msgspec.json.decode(msgspec.json.encode(about), type=Message) == about
