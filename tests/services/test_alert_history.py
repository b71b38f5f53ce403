"""An alert with what every channel was told of it."""

import pytest
from msgspec import structs

from shared.domain.alert.alert import APPLICATION_INSIGHTS, Notification
from shared.services.alert_history import with_history
from tests.domain.dispatch_factories import alert, dispatch, told
from tests.domain.rule_factories import MINUTE, T0
from tests.services.channel_factories import PostOffice, message_of, post_office


@pytest.fixture
async def post() -> PostOffice:
    return await post_office()


async def test_an_alert_shows_what_each_channel_got_in_the_order_of_time(post: PostOffice) -> None:
    await post.add()
    for at in (1, 3):
        given = dispatch(told("a", time=T0 + at * MINUTE), due_at=T0 + at * MINUTE)
        await post.write(given)
        await post.deliver(message_of(given))
    event = Notification(T0 + 2 * MINUTE, APPLICATION_INSIGHTS, "repeat", sent=True)
    known = structs.replace(alert("a"), notifications=(event,))

    shown = await with_history(known, dispatches=post.dispatches)

    assert [(each.time, each.channel) for each in shown.notifications] == [
        (T0 + MINUTE, "ops"),
        (T0 + 2 * MINUTE, APPLICATION_INSIGHTS),
        (T0 + 3 * MINUTE, "ops"),
    ]


async def test_an_alert_of_which_no_channel_was_told_stays_as_it_is(post: PostOffice) -> None:
    assert await with_history(alert(), dispatches=post.dispatches) == alert()
