"""More series than a day admits: details are folded, totals stay exact, and it shows."""

from dataclasses import replace

import pytest

from shared.domain.rollup.series_cap import FOLDED_RESERVE
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import Monitor, sent, span, value

CAP = 10
HOUR_OF_T0 = span(T0, T0 + 60 * MINUTE)


@pytest.fixture
def monitor() -> Monitor:
    made = Monitor(now=T0 + 3 * MINUTE)
    made.settings = replace(made.settings, max_series=CAP, series_tags=("team",))
    made.restart()
    return made


async def test_tags_are_folded_first_and_totals_stay_exact(monitor: Monitor) -> None:
    records = [
        sent(T0 + (n % 3) * MINUTE, 10.0 + n, application=f"app{n}", tags={"team": f"t{n}"})
        for n in range(40)
    ]
    for part in (records[:5], records[5:20], records[20:]):
        await monitor.post(*part)
        await monitor.roll()
        monitor.restart()
    report = await monitor.report()
    assert report["total_requests"] == 40
    assert report["avg_response_time_ms"] == sum(10.0 + n for n in range(40)) / 40
    by_team = await monitor.chart(
        "model_requests_total", over=HOUR_OF_T0, step_m=60, group_by=("team",)
    )
    assert by_team.pop(("__other__",)) == [30]
    assert list(by_team.values()) == [[1]] * CAP
    found = (await monitor.summary())["metric_breakdown"]
    assert found["series_overflow_total"]["count"] == 30


async def test_applications_are_folded_when_there_are_too_many_of_them(monitor: Monitor) -> None:
    many = CAP + FOLDED_RESERVE
    await monitor.post(*(sent(T0, 5.0, application=f"app{n}") for n in range(many)))
    await monitor.roll()
    assert (await monitor.report())["total_requests"] == many
    folded = (await monitor.report(application="__other__"))["total_requests"]
    assert 0 < folded < many
    overflow = (await monitor.summary())["metric_breakdown"]["series_overflow_total"]
    assert overflow["count"] == folded


async def test_models_that_come_last_are_still_told_apart(monitor: Monitor) -> None:
    await monitor.post(*(sent(T0, application=f"app{n}") for n in range(CAP + FOLDED_RESERVE)))
    await monitor.roll()
    await monitor.post(sent(T0, model="latecomer"), sent(T0, model="latecomer"))
    await monitor.roll()
    assert (await monitor.report(model="latecomer"))["total_requests"] == 2
    assert (await monitor.report())["total_requests"] == CAP + FOLDED_RESERVE


async def test_a_series_is_folded_the_same_way_whoever_recomputes_it(monitor: Monitor) -> None:
    many = CAP + FOLDED_RESERVE
    await monitor.post(*(sent(T0, application=f"app{n}", request_id=f"r{n}") for n in range(many)))
    await monitor.roll()
    names = ["app0", "app100", f"app{many - 1}", "__other__"]

    async def counts() -> list[int]:
        found = [await monitor.report(application=name) for name in names]
        return [each.get("total_requests", 0) for each in found]

    before = await counts()
    monitor.restart()
    await monitor.post(sent(T0, application="app0", request_id="r0", input_tokens=1))
    await monitor.roll()
    assert await counts() == before
    report = await monitor.report()
    assert (report["total_requests"], report["duplicates"]) == (many, 1)


async def test_another_day_has_room_of_its_own(monitor: Monitor) -> None:
    await monitor.post(*(sent(T0, tags={"team": f"t{n}"}) for n in range(CAP)))
    await monitor.roll()
    monitor.now += 1440 * MINUTE
    await monitor.post(sent(monitor.now, tags={"team": "new"}))
    await monitor.roll()
    tomorrow = span(T0 + 1440 * MINUTE, T0 + 1500 * MINUTE)
    by_team = await monitor.chart(
        "model_requests_total", over=tomorrow, step_m=60, group_by=("team",)
    )
    assert by_team == {("new",): [1]}


async def test_attributes_of_metrics_are_folded_and_their_sums_stay_exact(monitor: Monitor) -> None:
    many = CAP + FOLDED_RESERVE + 20
    values = [
        value("jobs", T0, kind="counter", value=n, attributes={"host": f"h{n}"})
        for n in range(many)
    ]
    await monitor.post_metrics(*values)
    await monitor.roll()
    total = await monitor.chart("jobs", over=HOUR_OF_T0, step_m=60)
    assert total == {(): [sum(range(many))]}
    by_host = await monitor.chart("jobs", over=HOUR_OF_T0, step_m=60, group_by=("host",))
    assert len(by_host) == CAP + 1
