"""Messages that come twice, late or at the same time, and failures in the middle: sent once."""

from collections import deque
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.notification.delivery import CLAIM_S
from shared.domain.notification.retry import Reply
from shared.errors import Unavailable
from shared.services.delivery import Outcome, give_up
from tests.adapters.watched_tables import Step, go_on, raising
from tests.domain.dispatch_factories import dispatch
from tests.domain.rule_factories import T0
from tests.services.channel_factories import PostOffice, message_of, post_office


@pytest.fixture
async def post() -> PostOffice:
    return await post_office()


async def test_a_crash_after_the_message_sends_another_and_the_receiver_gets_one(
    post: PostOffice,
) -> None:
    await post.add()
    await post.write(dispatch())
    post.tables.before["replace"] = _steps(raising(Unavailable("storage is away")))
    with pytest.raises(Unavailable):
        await post.wake()
    assert await post.wake() == (1, 0)

    outcomes = [(await post.deliver()).outcome for _ in range(2)]

    assert outcomes == [Outcome.FINISHED, Outcome.GONE]
    assert len(post.webhooks.calls) == 1


async def test_a_message_that_comes_twice_sends_once(post: PostOffice) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)
    for _ in range(2):
        await post.deliver(message_of(given))
    assert len(post.webhooks.calls) == 1


async def test_while_somebody_is_at_it_another_message_waits(post: PostOffice) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)

    async def meanwhile() -> None:
        done = await post.deliver(message_of(given))
        assert (done.outcome, done.delay_s) == (Outcome.BUSY, CLAIM_S)

    post.tables.after["replace"] = _steps(meanwhile)
    assert (await post.deliver(message_of(given))).outcome is Outcome.FINISHED
    assert (await post.deliver()).outcome is Outcome.GONE
    assert len(post.webhooks.calls) == 1


async def test_of_two_who_claim_it_at_once_one_waits(post: PostOffice) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)

    async def first() -> None:
        assert (await post.deliver(message_of(given))).outcome is Outcome.FINISHED

    post.tables.before["replace"] = _steps(first, go_on)
    assert (await post.deliver(message_of(given))).outcome is Outcome.BUSY
    assert (await post.deliver()).outcome is Outcome.GONE
    assert len(post.webhooks.calls) == 1


async def test_a_message_that_was_overtaken_does_nothing(post: PostOffice) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)
    post.webhooks.replies.append(Reply(503))
    await post.deliver(message_of(given, 1))
    assert (await post.deliver(message_of(given, 1))).outcome is Outcome.OVERTAKEN
    assert len(post.webhooks.calls) == 1
    assert (await post.deliver(message_of(given, 2))).outcome is Outcome.FINISHED


async def test_a_message_whose_worker_died_is_worked_on_again(post: PostOffice) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)
    stored = await post.read(given)
    assert stored is not None
    await post.dispatches.save(replace(stored, progress=stored.progress.claimed(1, post.now)))
    assert (await post.deliver(message_of(given))).outcome is Outcome.BUSY
    assert (await post.deliver()).outcome is Outcome.FINISHED
    assert post.now == T0 + timedelta(seconds=CLAIM_S)


async def test_a_failure_lets_go_so_that_the_host_can_try_again(post: PostOffice) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)
    post.tables.before["transact"] = _steps(raising(Unavailable("storage is away")))
    with pytest.raises(Unavailable):
        await post.deliver(message_of(given))
    assert (await post.deliver(message_of(given))).outcome is Outcome.FINISHED
    assert await post.history(given) == ["firing sent"]


async def test_a_dispatch_that_is_written_once_more_is_not_sent_once_more(
    post: PostOffice,
) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)
    await post.deliver(message_of(given))
    await post.write(given)
    assert (await post.deliver(message_of(given))).outcome is Outcome.GONE
    assert len(post.webhooks.calls) == 1
    assert await post.read(given) is None
    assert await post.history(given) == ["firing sent"]


async def test_a_poisoned_message_that_was_overtaken_changes_nothing(post: PostOffice) -> None:
    given = dispatch()
    await post.add()
    await post.write(given)
    post.webhooks.replies.append(Reply(503))
    await post.deliver(message_of(given))
    assert (await give_up(message_of(given), ports=post.ports)).outcome is Outcome.OVERTAKEN
    assert await post.read(given) is not None


def _steps(*steps: Step) -> deque[Step]:
    return deque(steps)
