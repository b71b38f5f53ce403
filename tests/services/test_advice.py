"""Advice concluded from days of traffic, stored, seen to be followed, given up; told once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from shared.domain.recommendation.recommendation import Recommendation, Status
from shared.services.advice import conclude_advice
from shared.services.advice_material import read_material
from shared.services.deployments import DeploymentName, put_deployment
from shared.services.recommendations import AppliedBody, mark_applied
from tests.services.advice_factories import AdvisedMonitor, Fields, at, budget
from tests.services.monitor_factories import HOUR

PER_HOUR = 40
HOURS = 4


def calls(limit: int, *, throttled: float = 0.0, **fields: Any) -> Fields:
    """Return requests of log-normal answers under a limit, some of them throttled."""

    def one(draw: np.random.Generator, _: int) -> dict[str, Any]:
        if draw.random() < throttled:
            return {"deployment": "mini", "status_code": 429} | fields
        made = min(max(round(float(np.exp(draw.normal(5, 0.4)))), 1), limit)
        return {
            "deployment": "mini",
            "application": "shop",
            "input_tokens": 600,
            "output_tokens": made,
            "max_tokens": limit,
            "finish_reason": "length" if made == limit else "stop",
        } | fields

    return one


async def lived(fields: Fields, days: int = 7) -> AdvisedMonitor:
    monitor = AdvisedMonitor()
    await monitor.live(days, PER_HOUR, fields, hours=HOURS)
    return monitor


async def limit_of(monitor: AdvisedMonitor, *statuses: Status) -> Recommendation:
    (found,) = [
        each for each in (await monitor.given(*statuses)).values() if each.kind == "max_tokens"
    ]
    return found


async def test_advice_is_proposed_once_and_told_once() -> None:
    monitor = await lived(calls(4000))
    first = await monitor.advise(at(7))
    again = await monitor.advise(at(7) + HOUR)
    found = await limit_of(monitor)
    assert (first.proposed, first.standing, again.proposed, again.standing) == (1, 1, 0, 1)
    assert (found.status, found.proposed_at, found.renewed_at) == (Status.PROPOSED, at(7), at(7))
    assert (found.model, found.deployment, found.application) == ("gpt-5-mini", "mini", "shop")
    assert await monitor.told() == ["recommendation.proposed"]


async def test_the_first_day_of_a_model_is_advised_within_the_hour() -> None:
    monitor = AdvisedMonitor()
    for hour in range(9, 12):
        await monitor.post(0, hour, 300, calls(4000))
    run = await monitor.advise(at(0, timedelta(hours=12, minutes=7)))
    assert run.proposed == 1
    assert (await limit_of(monitor)).evidence["answers"] == 900
    assert await monitor.monitor.app.digests.digests.read(0, "done") is None  # type: ignore[arg-type]


async def test_a_day_too_large_to_be_looked_at_twice_waits_for_its_digest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.services.advice_material._MOST_UNDIGESTED", 100)
    monitor = AdvisedMonitor()
    for hour in range(9, 12):
        await monitor.post(0, hour, 300, calls(4000))
    run = await monitor.advise(at(0, timedelta(hours=12, minutes=7)))
    assert run.proposed == 0


async def test_too_little_traffic_is_no_reason_for_advice() -> None:
    monitor = AdvisedMonitor()
    await monitor.post(0, 9, 90, calls(4000))
    run = await monitor.advise(at(0, timedelta(hours=10, minutes=7)))
    assert (run.scopes, run.proposed) == (2, 0)


async def test_what_requests_follow_is_marked_with_when_it_began() -> None:
    monitor = await lived(calls(4000))
    await monitor.advise(at(7))
    chosen = int((await limit_of(monitor)).setting.removeprefix("max_tokens="))
    await monitor.live(1, PER_HOUR, calls(4000), first=7, hours=HOURS)
    await monitor.live(2, PER_HOUR, calls(chosen), first=8, hours=HOURS)
    run = await monitor.advise(at(10))
    found = await limit_of(monitor)
    assert (run.detected, found.status) == (1, Status.APPLIED)
    assert found.applied is not None
    assert (found.applied.by, found.applied.at) == ("detected", at(8, timedelta(0)))
    assert found.applied.evidence["share_after"] == 1.0
    assert found.measured is not None
    assert found.measured.looked_after_days == 2
    later = await monitor.advise(at(10) + HOUR)
    assert (later.detected, later.proposed) == (0, 0)
    assert (await monitor.told()).count("recommendation.proposed") == 1


async def test_a_persons_mark_wins_before_and_after() -> None:
    monitor = await lived(calls(4000))
    await monitor.advise(at(7))
    proposal = await limit_of(monitor)
    chosen = int(proposal.setting.removeprefix("max_tokens="))
    await monitor.live(3, PER_HOUR, calls(chosen), first=7, hours=HOURS)
    said = AppliedBody("ada", at=at(7, 3 * HOUR))
    await mark_applied(proposal.id, said, now=at(10), ports=monitor.recommendations)
    assert (await monitor.advise(at(10))).detected == 0
    found = await limit_of(monitor)
    assert found.applied is not None
    assert (found.applied.by, found.applied.at) == ("ada", at(7, 3 * HOUR))


async def test_a_person_corrects_what_was_detected() -> None:
    monitor = await lived(calls(4000))
    await monitor.advise(at(7))
    proposal = await limit_of(monitor)
    await monitor.live(3, PER_HOUR, calls(512), first=7, hours=HOURS)
    assert (await monitor.advise(at(10))).detected == 1
    said = AppliedBody("ada", at=at(7, 3 * HOUR))
    await mark_applied(proposal.id, said, now=at(10), ports=monitor.recommendations)
    found = await limit_of(monitor)
    assert found.applied is not None
    assert found.applied.by == "ada"


async def test_what_is_being_tried_is_left_alone() -> None:
    monitor = await lived(calls(4000))
    await monitor.advise(at(7))
    proposal = await limit_of(monitor)
    said = AppliedBody("ada", at=at(7))
    await mark_applied(proposal.id, said, now=at(7), ports=monitor.recommendations)
    await monitor.live(3, PER_HOUR, calls(3000), first=7, hours=HOURS)
    await monitor.advise(at(10))
    assert [each.kind for each in (await monitor.given(Status.PROPOSED)).values()] == []


async def test_advice_that_data_contradict_expires_after_two_days() -> None:
    monitor = await lived(calls(4000, throttled=0.04))
    await monitor.advise(at(7))
    assert "quota=raise_or_smooth" in await monitor.given(Status.PROPOSED)
    for number in range(7, 16):
        await monitor.live(1, PER_HOUR, calls(4000), first=number, hours=HOURS)
        await monitor.advise(at(number + 1))
    found = (await monitor.given())["quota=raise_or_smooth"]
    assert found.status is Status.EXPIRED


async def test_another_value_takes_the_place_of_what_is_proposed() -> None:
    monitor = await lived(calls(4000))
    await monitor.advise(at(7))
    first = await limit_of(monitor)

    def longer(draw: np.random.Generator, number: int) -> dict[str, Any]:
        fields = calls(4000)(draw, number)
        return fields | {"output_tokens": 4 * fields["output_tokens"]}

    await monitor.live(7, PER_HOUR, longer, first=7, hours=HOURS)
    run = await monitor.advise(at(14))
    second = await limit_of(monitor, Status.PROPOSED)
    gone = await limit_of(monitor, Status.SUPERSEDED)
    assert (gone.id, gone.superseded_by) == (first.id, second.id)
    assert (run.proposed, run.given_up) == (1, 1)


async def test_a_week_of_hours_with_nothing_new_changes_nothing() -> None:
    monitor = await lived(calls(4000, throttled=0.04))
    await monitor.advise(at(7))
    settings = set(await monitor.given(Status.PROPOSED))
    for number in range(7, 14):
        await monitor.live(1, PER_HOUR, calls(4000, throttled=0.04), first=number, hours=HOURS)
        for hour in (1, 7, 13, 19):
            await monitor.advise(at(number + 1, hour * HOUR))
    assert set(await monitor.given()) == settings
    assert len(await monitor.told()) == len(settings)


async def test_two_runs_at_once_end_as_one() -> None:
    monitor = await lived(calls(4000, throttled=0.04))
    monitor.monitor.now = at(7)
    ports = monitor.ports
    await asyncio.gather(
        *(conclude_advice(now=at(7), ports=ports, budget=budget()) for _ in range(2))
    )
    given = await monitor.given()
    assert len(given) == len({each.id for each in given.values()}) == 2
    assert {each.status for each in given.values()} == {Status.PROPOSED}


async def test_a_monitor_that_is_not_connected_advises_and_tells_nobody() -> None:
    monitor = await lived(calls(4000))
    quiet = replace(monitor.recommendations, connected=False)
    monitor.ports = replace(monitor.ports, recommendations=quiet)
    await monitor.advise(at(7))
    assert len(await monitor.given()) == 1
    assert await monitor.told() == []


async def test_applications_are_advised_apart_and_deployments_as_a_whole() -> None:
    def one(draw: np.random.Generator, number: int) -> dict[str, Any]:
        application = ("shop", "mail")[number % 2]
        fields = calls(4000 if application == "shop" else 600, application=application)
        return fields(draw, number) | ({"status_code": 503} if draw.random() < 0.05 else {})

    monitor = AdvisedMonitor()
    await monitor.live(7, 2 * PER_HOUR, one, hours=HOURS)
    await monitor.advise(at(7))
    found = {(each.kind, each.application) for each in (await monitor.given()).values()}
    assert found == {("max_tokens", "shop"), ("server_errors", "")}


async def test_a_known_quota_that_is_nearly_used_up_is_told() -> None:
    monitor = AdvisedMonitor()
    documents = monitor.monitor.app.documents
    await put_deployment(
        DeploymentName("mini"), b'{"rpm_quota": 5}', strict=True, now=at(0), documents=documents
    )
    for hour in range(9, 11):
        await monitor.post(0, hour, 300, calls(600))
    await monitor.advise(at(0, timedelta(hours=11, minutes=7)))
    found = (await monitor.given())["quota=raise_or_smooth"]
    assert found.application == ""
    assert found.evidence["peak_share_of_quota"] == 1.2


async def test_only_a_month_is_looked_at() -> None:
    monitor = await lived(calls(4000))
    material = await read_material(now=at(60), ports=monitor.ports, budget=budget())
    assert material.works == {}
    assert material.traffic == {}
    assert (await monitor.advise(at(60))).scopes == 0
