"""Recommendations judged by stored hours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.recommendation.recommendation import Improvement, Status, Target
from shared.domain.verification.verdict import Metric, VerdictStatus
from shared.errors import NotFound
from shared.services.recommendation_store import find_recommendation
from shared.services.recommendations import AppliedBody, mark_applied
from shared.services.verification import get_recommendation, judge_applied
from tests.domain.factories import T0
from tests.domain.recommendation_factories import advice
from tests.services.recommendation_factories import PER_HOUR, Advised

DAY = timedelta(days=1)


@pytest.fixture
def advised() -> Advised:
    return Advised()


@pytest.mark.parametrize(
    ("effect", "status", "name"),
    [
        (-0.4, Status.VERIFIED, "recommendation.verified"),
        (0.4, Status.REFUTED, "recommendation.refuted"),
    ],
)
async def test_a_change_is_judged_once_it_shows(
    advised: Advised, effect: float, status: Status, name: str
) -> None:
    made = await advised.applied(advice())
    await advised.hours(weeks_before=2, days_after=7, effect=effect)
    now = T0 + 7 * DAY

    (told,) = await judge_applied(now=now, ports=advised.ports)
    again = await judge_applied(now=now, ports=advised.ports)

    found = await find_recommendation(made.id, advised.ports.documents)
    assert (found.status, found.decided_at) == (status, now)
    assert found.measured is not None
    assert found.measured.log_ratio == pytest.approx(effect, abs=0.1)
    assert (told.name, again) == (name, [])
    assert told.measurements["measured"] == pytest.approx(-found.measured.effect_percent)  # type: ignore[operator]
    assert await advised.waiting() == ["recommendation.proposed", name]


async def test_no_change_stays_open_until_the_last_look(advised: Advised) -> None:
    made = await advised.applied(advice())
    await advised.hours(weeks_before=4, days_after=28)
    for days, status in ((7, Status.APPLIED), (27, Status.APPLIED), (28, Status.INCONCLUSIVE)):
        await advised.complete(T0 + days * DAY)
        assert await judge_applied(now=T0 + days * DAY, ports=advised.ports) == []
        found = await find_recommendation(made.id, advised.ports.documents)
        assert found.status is status
    assert found.measured is not None
    assert found.measured.looked_after_days == 28
    assert await advised.waiting() == ["recommendation.proposed"]


async def test_a_promise_that_is_not_kept_is_said_to_be(advised: Advised) -> None:
    made = await advised.applied(advice(expected_improvement=Improvement(30, 60, "percent")))
    await advised.hours(weeks_before=4, days_after=14)
    await judge_applied(now=T0 + 14 * DAY, ports=advised.ports)
    found = await find_recommendation(made.id, advised.ports.documents)
    assert (found.status, found.rules_out_expected) == (Status.APPLIED, True)


async def test_asking_shows_the_verdict_so_far_and_stores_nothing(advised: Advised) -> None:
    made = await advised.applied(advice())
    await advised.hours(weeks_before=2, days_after=7, effect=-0.4)
    found = await get_recommendation(made.id, now=T0 + 7 * DAY, ports=advised.ports)

    assert found.status is Status.APPLIED
    assert found.measured is not None
    assert found.measured.status is VerdictStatus.VERIFIED
    stored = await find_recommendation(made.id, advised.ports.documents)
    assert stored.measured is None


async def test_a_proposal_says_what_it_takes_to_see_it_work(advised: Advised) -> None:
    made = await advised.proposed(advice())
    await advised.hours(weeks_before=2, days_after=0)
    found = await get_recommendation(made.id, now=T0, ports=advised.ports)

    assert found.needs is not None
    assert found.needs.effect_percent == -10
    assert found.needs.days in {7, 14, 21, 28}
    assert found.needs.requests == found.needs.days * 24 * PER_HOUR
    stored = await find_recommendation(made.id, advised.ports.documents)
    assert stored.needs is None


@pytest.mark.parametrize(
    "fields",
    [
        {"target": None},
        {"expected_improvement": None},
        {"expected_improvement": Improvement(1, 2, "usd_per_month")},
    ],
)
async def test_a_proposal_without_a_measured_promise_needs_nothing(
    advised: Advised, fields: dict[str, object]
) -> None:
    made = await advised.proposed(advice(**fields))
    await advised.hours(weeks_before=1, days_after=0)
    assert (await get_recommendation(made.id, now=T0, ports=advised.ports)).needs is None


async def test_only_its_own_traffic_is_compared(advised: Advised) -> None:
    made = await advised.applied(advice(deployment="elsewhere"))
    await advised.hours(weeks_before=2, days_after=7, effect=-0.4)
    found = await get_recommendation(made.id, now=T0 + 7 * DAY, ports=advised.ports)
    assert found.measured is not None
    assert (found.measured.matched_hours, found.measured.log_ratio) == (0, None)


async def test_the_hour_of_the_change_is_left_out(advised: Advised) -> None:
    made = await advised.proposed(advice())
    at = T0 + timedelta(minutes=20)
    await mark_applied(made.id, AppliedBody("ada", at=at), now=at, ports=advised.ports)
    await advised.hours(weeks_before=2, days_after=1)
    found = await get_recommendation(made.id, now=T0 + DAY, ports=advised.ports)
    assert found.measured is not None
    assert found.measured.matched_hours == 23


async def test_what_nothing_measures_is_open_for_four_weeks(advised: Advised) -> None:
    made = await advised.applied(advice(target=None))
    for days, status in ((1, Status.APPLIED), (28, Status.INCONCLUSIVE)):
        await advised.complete(T0 + days * DAY)
        await judge_applied(now=T0 + days * DAY, ports=advised.ports)
        found = await get_recommendation(made.id, now=T0 + days * DAY, ports=advised.ports)
        assert found.status is status


async def test_quality_is_judged_by_its_scores(advised: Advised) -> None:
    made = await advised.applied(advice(target=Target(Metric.QUALITY, score="tone")))
    other = await advised.applied(advice(setting="b", target=Target(Metric.QUALITY, score="wit")))
    await advised.scores(7, before=0.4, after=0.8)
    await judge_applied(now=T0 + 7 * DAY, ports=advised.ports)
    found = await find_recommendation(made.id, advised.ports.documents)

    assert found.status is Status.VERIFIED
    assert found.measured is not None
    assert found.measured.effect_percent == pytest.approx(95, abs=10)
    assert (await find_recommendation(other.id, advised.ports.documents)).status is Status.APPLIED


async def test_what_must_not_get_worse_is_judged_beside_it(advised: Advised) -> None:
    guard = Target(Metric.QUALITY, score="tone")
    made = await advised.applied(advice(guard=guard))
    await advised.hours(weeks_before=2, days_after=7, effect=-0.4)
    await advised.scores(7, before=0.8, after=0.4)
    asked = await get_recommendation(made.id, now=T0 + 7 * DAY, ports=advised.ports)
    await judge_applied(now=T0 + 7 * DAY, ports=advised.ports)
    found = await find_recommendation(made.id, advised.ports.documents)

    assert asked.guarded is not None
    assert asked.guarded.status is VerdictStatus.REFUTED
    assert found.status is Status.REFUTED
    assert found.measured is not None
    assert found.measured.status is VerdictStatus.VERIFIED
    assert found.guarded == asked.guarded


async def test_scores_that_name_no_deployment_count_for_all(advised: Advised) -> None:
    made = await advised.applied(
        advice(deployment="mini", target=Target(Metric.QUALITY, score="tone"))
    )
    await advised.scores(7, before=0.4, after=0.8)
    await judge_applied(now=T0 + 7 * DAY, ports=advised.ports)
    assert (await find_recommendation(made.id, advised.ports.documents)).status is Status.VERIFIED


async def test_a_proposal_that_nobody_renews_expires(advised: Advised) -> None:
    made = await advised.proposed(advice())
    assert await judge_applied(now=T0 + 30 * DAY, ports=advised.ports) == []
    found = await find_recommendation(made.id, advised.ports.documents)
    assert found.status is Status.EXPIRED


async def test_an_unconnected_monitor_judges_too(advised: Advised) -> None:
    made = await advised.applied(advice())
    await advised.hours(weeks_before=2, days_after=7, effect=-0.4)
    ports = replace(advised.ports, connected=False)
    assert len(await judge_applied(now=T0 + 7 * DAY, ports=ports)) == 1
    found = await find_recommendation(made.id, advised.ports.documents)
    assert found.status is Status.VERIFIED
    assert await advised.waiting() == ["recommendation.proposed"]


async def test_what_does_not_exist_is_not_found(advised: Advised) -> None:
    with pytest.raises(NotFound):
        await get_recommendation("nope", now=T0, ports=advised.ports)
