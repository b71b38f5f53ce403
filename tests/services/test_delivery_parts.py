"""Dispatches that take several calls: what is done stays done."""

import json

import pytest

from shared.domain.notification.channel import ChannelType
from shared.domain.notification.retry import MAX_FAILURES, Reply
from shared.domain.notification.signature import SIGNATURE_HEADER
from shared.services.delivery import Outcome
from tests.domain.dispatch_factories import many
from tests.services.channel_factories import PostOffice, message_of, post_office, with_outcomes


@pytest.fixture
async def post() -> PostOffice:
    return await post_office()


async def test_pagerduty_gets_one_event_an_alert_and_goes_on_where_it_stopped(
    post: PostOffice,
) -> None:
    given = many(4)
    post.settings["PD_KEY"] = "r0uting"
    await post.add(ChannelType.PAGERDUTY, url="", secret_setting="PD_KEY")
    await post.write(given)
    post.webhooks.replies.extend([Reply(202), Reply(400), Reply(429)])

    first = await post.deliver(message_of(given))
    second = await post.deliver()

    assert (first.outcome, first.sent, first.not_sent) == (Outcome.AGAIN, 1, 1)
    assert (second.outcome, second.sent, second.not_sent) == (Outcome.FINISHED, 3, 1)
    keys = [json.loads(call.body)["dedup_key"] for call in post.webhooks.calls]
    ids = [each.alert.alert_id for each in given.told]
    assert keys == [ids[0], ids[1], ids[2], ids[2], ids[3]]
    assert {call.url for call in post.webhooks.calls} == {"https://events.pagerduty.com/v2/enqueue"}
    assert all(SIGNATURE_HEADER not in call.headers for call in post.webhooks.calls)
    assert await post.history(given) == ["firing sent", "refused_400", *["firing sent"] * 2]


async def test_progress_starts_the_count_of_failures_anew(post: PostOffice) -> None:
    given = many(3)
    post.settings["PD_KEY"] = "r0uting"
    await post.add(ChannelType.PAGERDUTY, url="", secret_setting="PD_KEY")
    await post.write(given)
    await post.wake()
    failures = [Reply(503)] * (MAX_FAILURES - 1)
    post.webhooks.replies.extend([*failures, Reply(202), *failures, Reply(202), Reply(202)])
    while post.queue.messages:
        await post.deliver()
    assert await post.history(given) == ["firing sent"] * 3


async def test_a_receiver_given_up_ends_the_alerts_that_are_left(post: PostOffice) -> None:
    given = many(3)
    post.settings["PD_KEY"] = "r0uting"
    await post.add(ChannelType.PAGERDUTY, url="", secret_setting="PD_KEY")
    await post.write(given)
    await post.wake()
    post.webhooks.replies.extend([Reply(202), *[Reply(503)] * MAX_FAILURES])
    while post.queue.messages:
        await post.deliver()
    assert len(post.webhooks.calls) == 1 + MAX_FAILURES
    assert await post.history(given) == ["firing sent", "gave_up", "gave_up"]


async def test_when_time_runs_out_another_message_goes_on(post: PostOffice) -> None:
    given = many(5)
    post.settings["PD_KEY"] = "r0uting"
    await post.add(ChannelType.PAGERDUTY, url="", secret_setting="PD_KEY")
    await post.write(given)
    post.ticks = [0.0, 30.0, 61.0, 61.0]
    first = await post.deliver(message_of(given))
    post.ticks = []
    assert (first.outcome, first.sent, first.problem) == (Outcome.AGAIN, 2, "")
    assert (await post.deliver()).outcome is Outcome.FINISHED
    assert len(post.webhooks.calls) == 5


async def test_a_channel_that_changes_its_type_tells_the_rest_only(post: PostOffice) -> None:
    given = many(3)
    await post.add(ChannelType.SLACK)
    await post.write(given)
    stored = await post.read(given)
    assert stored is not None
    await post.dispatches.save(with_outcomes(stored, "", ""))
    await post.deliver(message_of(given))
    (call,) = post.webhooks.calls
    assert json.loads(call.body)["text"].startswith("1 firing")
    assert await post.history(given) == ["firing sent"] * 3
