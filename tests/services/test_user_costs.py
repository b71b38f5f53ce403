"""Costs by user: from digests where there are some, from raw requests for today."""

from datetime import datetime
from decimal import Decimal
from itertools import count

import pytest

from shared.domain.cost.costing import CostQuery
from shared.domain.cost.grouping import grouping_of
from shared.domain.cost.report import CostReport
from shared.errors import InvalidInput
from shared.services.digests import Budget, make_digests
from shared.services.user_costs import user_cost_report
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, Json, Monitor, sent, span
from tests.services.price_factories import entry, put_prices

MIDNIGHT = T0.replace(hour=0)
USED = {"input_tokens": 1000, "output_tokens": 100}


async def priced() -> Monitor:
    """Return a monitor where a request of `USED` costs a dollar."""
    monitor = Monitor(now=T0 + HOUR)
    await put_prices(monitor.app.documents, "gpt-5-mini", entry("900 90 1000"))
    return monitor


async def ask(
    monitor: Monitor, *names: str, seconds: float = 1e9, end: datetime | None = None, **where: str
) -> CostReport:
    grouping, ticks = grouping_of(["user", *names], ()), count()
    asked = span(MIDNIGHT, end or MIDNIGHT + DAY)
    report, _ = await user_cost_report(
        grouping,
        CostQuery(asked, grouping.labels, where, grouping.period),
        now=monitor.now,
        budget=Budget(lambda: float(next(ticks)), seconds),
        ports=monitor.app.costs,
        digests=monitor.app.digests,
    )
    return report


async def digest(monitor: Monitor) -> None:
    monitor.now = MIDNIGHT + DAY + 20 * MINUTE
    await monitor.roll()
    ticks = count()
    budget = Budget(lambda: float(next(ticks)), 1e9)
    await make_digests(now=monitor.now, ports=monitor.app.digests, budget=budget)


def found(report: CostReport) -> list[tuple[str, Decimal, int]]:
    """Return kind, cost and requests of each row; users by `user` and `other`."""
    return [
        (
            {"__other__": "other", None: item["row"]}.get(item["user"], "user"),
            Decimal(item["list_cost"]),
            item["requests"],
        )
        for item in report.items
    ]


async def post(monitor: Monitor) -> None:
    twice: list[Json] = [sent(T0, user="ann", **USED), sent(T0 + HOUR, user="ann", **USED)]
    failed = sent(T0, user="bob", error_type="timeout", **USED)
    free = sent(T0, user="bob", status_code=429, **USED)
    unknown = sent(T0, user="bob", model="nobody-knows", **USED)
    silent = sent(T0, user="bob")
    await monitor.post(*twice, failed, free, unknown, silent, sent(T0, **USED))


@pytest.mark.parametrize("stored", [False, True])
async def test_users_pay_what_their_requests_cost(stored: bool) -> None:
    monitor = await priced()
    await post(monitor)
    if stored:
        await digest(monitor)
    report = await ask(monitor)
    assert found(report) == [
        ("user", 2, 2),
        ("user", 1, 2),
        ("unallocated", 1, 1),
        ("unpriced", 0, 2),
    ]
    assert report.items[1]["failed_cost"] == "1"
    assert (report.total_cost, report.requests, report.days_without_users) == ("4", 7, [])


async def test_users_beyond_the_first_fifty_are_one_row() -> None:
    monitor = await priced()
    await monitor.post(*(sent(T0, user=f"u{n}", **USED) for n in range(53)))
    await digest(monitor)
    report = await ask(monitor, "day")
    assert found(report)[0] == ("other", 3, 3)
    assert len(report.items) == 51
    assert {item["day"] for item in report.items} == {"2026-11-23"}
    assert report.total_cost == "53"


async def test_a_day_that_cannot_be_looked_into_is_said() -> None:
    monitor = await priced()
    await post(monitor)
    report = await ask(monitor, seconds=0)
    assert report.days_without_users == ["2026-11-23"]
    assert report.total_cost == "4"
    assert sum(cost for _, cost, _ in found(report)) == 4


async def test_whole_days_are_told_whatever_is_asked() -> None:
    monitor = await priced()
    await post(monitor)
    report = await ask(monitor, end=T0 + MINUTE)
    assert (report.start, report.end) == ("2026-11-23T00:00:00Z", "2026-11-23T11:01:00Z")


async def test_filters_are_those_that_digests_keep() -> None:
    monitor = await priced()
    await monitor.post(
        sent(T0, user="ann", application="shop", **USED), sent(T0, user="ann", **USED)
    )
    report = await ask(monitor, application="shop")
    assert found(report) == [("user", 1, 1)]
    with pytest.raises(InvalidInput) as caught:
        await ask(monitor, environment="prod")
    assert [fault.path for fault in caught.value.faults] == ["environment"]


@pytest.mark.parametrize("stored", [False, True])
async def test_users_pay_for_what_was_sampled_out_too(stored: bool) -> None:
    monitor = await priced()
    ann = sent(T0, user="ann", sample_weight=10, **USED)
    await monitor.post(ann, sent(T0, user="bob", **USED), sent(T0, sample_weight=3, **USED))
    if stored:
        await digest(monitor)
    report = await ask(monitor)
    by_user = [(item["row"], item["user"] is None, *cost) for item, (_, *cost) in rows(report)]
    # A dollar each: ann's ten, of which nine are estimated, bob's one, and three of no user.
    assert sorted(by_user) == [
        ("unallocated", True, 1, 1),
        ("unseen", False, 9, 9),
        ("unseen", True, 2, 2),
        ("usage", False, 1, 1),
        ("usage", False, 1, 1),
    ]
    assert (report.total_cost, report.unseen_cost) == ("14", "11")
    assert report.sampled_out_requests == 11


def rows(report: CostReport) -> list[tuple[Json, tuple[str, Decimal, int]]]:
    return list(zip(report.items, found(report), strict=True))
