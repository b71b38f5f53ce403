"""Recommendations: proposed, listed, followed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.recommendation.recommendation import Status
from shared.errors import Conflict, InvalidInput, NotFound
from shared.services.recommendation_store import find_recommendation
from shared.services.recommendations import (
    AppliedBody,
    list_recommendations,
    mark_applied,
)
from tests.domain.factories import MINUTE, T0
from tests.domain.recommendation_factories import advice
from tests.services.recommendation_factories import Advised, propose

DAY = timedelta(days=1)


@pytest.fixture
def advised() -> Advised:
    return Advised()


async def test_the_same_advice_is_one_recommendation(advised: Advised) -> None:
    first = await advised.proposed(advice())
    other = await advised.proposed(advice(setting="reasoning_effort=minimal"))
    again = await propose(advice(description="anew"), now=T0 + DAY, ports=advised.ports)

    assert first.id == again.id != other.id
    stored = await find_recommendation(first.id, advised.ports.documents)
    assert stored == again
    assert (stored.proposed_at, stored.description) == (T0, "anew")
    assert await advised.waiting() == ["recommendation.proposed"] * 2


async def test_an_unconnected_monitor_tells_nobody(advised: Advised) -> None:
    made = await propose(advice(), now=T0, ports=replace(advised.ports, connected=False))
    assert made.status is Status.PROPOSED
    assert await advised.waiting() == []


async def test_what_was_proposed_is_listed_latest_first(advised: Advised) -> None:
    for at in range(3):
        for model in ("gpt-5-mini", "other"):
            made = advice(model=model, setting=str(at))
            await propose(made, now=T0 + at * MINUTE, ports=advised.ports)
    seen: list[str] = []
    after: str | None = None
    for _ in range(2):
        page = await list_recommendations(
            "other", list(Status), limit=2, after=after, documents=advised.ports.documents
        )
        seen += [each.setting for each in page.recommendations]
        after = page.next

    assert (seen, after) == (["2", "1", "0"], None)
    none = await list_recommendations(
        None, [Status.VERIFIED], limit=9, after=None, documents=advised.ports.documents
    )
    assert none.recommendations == []


async def test_following_it_twice_is_following_it_once(advised: Advised) -> None:
    made = await advised.proposed(advice())
    body = AppliedBody("ada", comment="rolled out")
    first = await mark_applied(made.id, body, now=T0, ports=advised.ports)
    again = await mark_applied(made.id, body, now=T0 + MINUTE, ports=advised.ports)

    assert first == again
    assert first.applied is not None
    assert (first.applied.at, first.applied.comment) == (T0, "rolled out")
    with pytest.raises(Conflict):
        await mark_applied(made.id, AppliedBody("bob"), now=T0, ports=advised.ports)


async def test_it_may_have_been_followed_earlier(advised: Advised) -> None:
    made = await advised.proposed(advice())
    body = AppliedBody("ada", at=T0 - DAY)
    found = await mark_applied(made.id, body, now=T0, ports=advised.ports)
    assert found.applied is not None
    assert found.applied.at == T0 - DAY
    other = await advised.proposed(advice(setting="other"))
    with pytest.raises(InvalidInput, match="at: expected a time"):
        await mark_applied(other.id, AppliedBody("ada", at=T0 + DAY), now=T0, ports=advised.ports)


async def test_what_does_not_exist_is_not_found(advised: Advised) -> None:
    with pytest.raises(NotFound, match="recommendation nope does not exist"):
        await mark_applied("nope", AppliedBody("ada"), now=T0, ports=advised.ports)
    with pytest.raises(NotFound):
        await find_recommendation("nope", advised.ports.documents)
