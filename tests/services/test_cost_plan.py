"""Plans from stored traffic: days posted, rolled up and digested, numbers counted by hand."""

import time
from datetime import date
from typing import Any

import msgspec

from shared.domain.application import parse_application
from shared.domain.plan.view import CostPlan
from shared.domain.price.reservation_price import Term
from shared.domain.reservation.reservation import Reservation
from shared.services.applications import APPLICATIONS
from shared.services.cost_plan import cost_plan
from shared.services.deployments import DeploymentName, put_deployment
from shared.services.digests import Budget, make_digests
from shared.services.plan_period import PlanPorts
from shared.services.reservations import RESERVATIONS
from tests.domain.factories import MINUTE, T0
from tests.services.monitor_factories import DAY, HOUR, Json, Monitor, sent
from tests.services.price_factories import entry, put_prices

MIDNIGHT = T0.replace(hour=0, minute=0)
MODEL = "gpt-4.1"


async def monitor(**known: Json) -> Monitor:
    """Return a monitor with a model that costs 2, 0.5 and 8 a million; in batches 1, 0.5, 4."""
    made = Monitor()
    batch = entry("1 0.5 4", deployment_type="GlobalBatch")
    await put_prices(made.app.documents, MODEL, entry("2 0.5 8"), batch)
    for name, fields in known.items():
        body = msgspec.json.encode(fields)
        await APPLICATIONS.put(parse_application(body, name=name), made.app.documents)
    return made


async def deploy(made: Monitor, name: str, **fields: Any) -> None:
    body = msgspec.json.encode({"model": MODEL, "region": "swedencentral", **fields})
    await put_deployment(
        DeploymentName(name), body, strict=True, now=made.now, documents=made.app.documents
    )


async def a_day(made: Monitor, number: int, *records: Json) -> None:
    """Post requests of one day every six hours, two minutes apart, and roll them up."""
    for hour in range(0, 24, 6):
        made.now = MIDNIGHT + number * DAY + (hour + 1) * HOUR
        ended = [
            each | {"start_time": sent(made.now - (2 * at + 1) * MINUTE)["start_time"]}
            for at, each in enumerate(records)
        ]
        await made.post(*ended, batch_id=f"d{number}-{hour}")
        await made.roll()


async def digested(made: Monitor, days: int) -> None:
    """Go to the day after and make the digests."""
    made.now = MIDNIGHT + days * DAY + 30 * MINUTE
    await made.roll()
    budget = Budget(time.monotonic, time.monotonic() + 60)
    await make_digests(now=made.now, ports=made.app.digests, budget=budget)


async def planned(made: Monitor, model: str | None = MODEL) -> CostPlan:
    ports = PlanPorts(made.app.costs, made.app.digests.digests)
    return await cost_plan(model, now=made.now, ports=ports)


def call(**fields: Any) -> Json:
    given = {
        "model": MODEL,
        "deployment": "prod",
        "application": "nightly",
        "input_tokens": 400_000,
        "output_tokens": 100_000,
    }
    return sent(**given | fields)


def ids(plan: CostPlan) -> dict[str, str]:
    return {each.id: each.potential_monthly_savings for each in plan.implementation_priority}


async def test_what_waits_is_batched_by_the_numbers_of_its_days() -> None:
    made = await monitor(nightly={"max_delay_s": 86_400})
    await deploy(made, "prod", type="GlobalStandard")
    for day in range(3):
        await a_day(made, day, call(), call(application="chat", input_tokens=100_000))
    await digested(made, 3)
    plan = await planned(made)
    # By hand, a day: 4 x (0.8 + 0.8) dollars of nightly and 4 x (0.2 + 0.8) of chat, times 30.
    assert plan.current_monthly_cost_estimate == "312"
    assert (plan.days, str(plan.start), str(plan.end)) == (3, "2026-11-23", "2026-11-26")
    assert ids(plan) == {"batch:prod:nightly": "96"}
    assert plan.expected_savings == "96"
    assert [(each.type, each.target) for each in plan.not_examined] == [("batch", "chat")]
    assert (plan.partial_day, plan.unpriced_requests, plan.cost_basis) == (False, 0, "list")


async def test_answers_asked_for_again_are_told_from_digests() -> None:
    made = await monitor()
    await a_day(made, 0, call(prompt_hash="p"), call(prompt_hash="q"))
    await digested(made, 1)
    # Each prompt came four times, six hours apart: a cache of an hour answers none.
    assert ids(await planned(made)) == {}
    await a_day(made, 1, *[call(prompt_hash="r")] * 3)
    await digested(made, 2)
    (told,) = (await planned(made)).implementation_priority
    # Two of three calls of the second day repeat one of two minutes before; five calls of 1.6
    # dollars are made every six hours of two days: 2 x 4 x 1.6 saved in two days.
    assert told.type == "response_caching"
    assert told.potential_monthly_savings == "192"


async def test_today_stands_for_a_day_where_there_is_no_other() -> None:
    made = await monitor(nightly={"max_delay_s": 86_400})
    await made.post(call(start_time=sent(made.now - MINUTE)["start_time"]))
    plan = await planned(made)
    assert plan.partial_day
    assert plan.current_monthly_cost_estimate == "48"
    assert ids(plan) == {"batch:prod:nightly": "24"}


async def test_a_model_first_used_today_is_planned_by_today() -> None:
    made = await monitor(nightly={"max_delay_s": 86_400})
    await a_day(made, 0, call(model="other"))
    made.now = MIDNIGHT + DAY + HOUR
    await made.post(call(start_time=sent(made.now - MINUTE)["start_time"]))
    plan = await planned(made)
    assert (plan.partial_day, plan.current_monthly_cost_estimate) == (True, "48")


async def test_idle_units_are_not_taken_for_a_day_of_traffic() -> None:
    made = await monitor()
    await deploy(made, "idle", type="GlobalProvisionedManaged", ptu=15)
    made.now = MIDNIGHT + HOUR
    plan = await planned(made)
    # Thirty days of 15 PTU at a dollar an hour, and no request at all.
    assert (plan.partial_day, plan.days) == (False, 30)
    assert ids(plan) == {"deployment_optimization:idle": "10800"}


async def test_no_traffic_gives_an_empty_plan_with_its_reason() -> None:
    made = await monitor()
    for model in (MODEL, None):
        plan = await planned(made, model)
        assert plan.optimization_recommendations == []
        assert (plan.expected_savings, plan.current_monthly_cost_estimate) == ("0", "0")
        assert plan.reason.startswith("No traffic that has a price")


async def test_units_that_nobody_uses_show_in_both_plans() -> None:
    made = await monitor()
    since = (MIDNIGHT - 2 * DAY).isoformat()
    await deploy(made, "idle", type="GlobalProvisionedManaged", ptu=15, effective_from=since)
    made.now = MIDNIGHT + HOUR
    await made.post(call(model="other", start_time=sent(MIDNIGHT - DAY)["start_time"]))
    await made.roll()
    for model in (MODEL, None):
        plan = await planned(made, model)
        # Two days of 15 PTU at a dollar an hour are 720 dollars; a month is 10,800.
        assert plan.current_monthly_cost_estimate == "10800"
        assert ids(plan) == {"deployment_optimization:idle": "10800"}


async def test_other_models_are_left_out_of_a_models_plan() -> None:
    made = await monitor(nightly={"max_delay_s": 86_400})
    await put_prices(made.app.documents, "gpt-4.1-mini", entry("0.4 0.1 1.6"))
    await a_day(made, 0, call(), call(model="gpt-4.1-mini", deployment="mini"))
    await digested(made, 1)
    assert (await planned(made)).current_monthly_cost_estimate == "192"
    assert (await planned(made, "gpt-4.1-mini")).current_monthly_cost_estimate == "38.4"
    assert (await planned(made, None)).current_monthly_cost_estimate == "230.4"


async def test_requests_without_a_price_are_counted() -> None:
    made = await monitor()
    await a_day(made, 0, call(), call(model="nobody-knows"))
    await digested(made, 1)
    plan = await planned(made, None)
    assert (plan.unpriced_requests, plan.current_monthly_cost_estimate) == (4, "192")


async def test_load_is_sized_from_the_digests_minutes() -> None:
    made = await monitor()
    await deploy(made, "prod", type="GlobalStandard")
    await a_day(made, 0, call(input_tokens=90_000, output_tokens=0))
    await digested(made, 1)
    owned = Reservation(
        name="own",
        type="GlobalProvisionedManaged",
        region="Sweden Central",
        ptu=500,
        term=Term.YEAR,
        starts=date(2026, 1, 1),
        ends=date(2027, 1, 1),
    )
    await RESERVATIONS.put(owned, made.app.documents)
    plan = await planned(made)
    (told,) = (
        each for each in plan.implementation_priority if each.type == "provisioned_throughput"
    )
    # A minute of 90,000 tokens fills 30 PTU of 3,000; those owned serve for nothing more.
    assert told.evidence["peak_normalized_tpm"] == 90_000
    assert told.evidence["ptu"] == 30
    # By hand: four calls of 0.18 dollars a day.
    assert told.potential_monthly_savings == "21.6"


async def planned_of(times: int, weight: float | None) -> CostPlan:
    """Return the plan of a day of calls, each made some times in its minute at a weight."""
    made = await monitor(nightly={"max_delay_s": 86_400})
    since = MIDNIGHT.isoformat()
    held = {"type": "GlobalProvisionedManaged", "ptu": 15, "effective_from": since}
    await deploy(made, "held", **held)
    await deploy(made, "prod", type="GlobalStandard")
    for hour in range(1, 24, 2):
        made.now = MIDNIGHT + (hour + 1) * HOUR
        start = MIDNIGHT + hour * HOUR
        given = {"start_time": start.isoformat(), "sample_weight": weight}
        failed = {"status_code": 500, "application": "chat"} | given
        again = failed | {"start_time": (start + MINUTE).isoformat()}
        used = {"input_tokens": 5_000, "output_tokens": 1_000}
        calls = [
            each | {"operation_key": f"{hour}-{n}"} if "status_code" in each else each
            for n in range(times)
            for each in (
                call(**given, **used),
                call(**given, deployment="held", application="chat", **used),
                call(**failed, **used),
                call(**again, **used),
            )
        ]
        await made.post(*calls, batch_id=f"h{hour}")
        await made.roll()
    await digested(made, 1)
    return await planned(made, None)


async def test_a_thinned_day_has_the_plan_of_the_whole_one() -> None:
    whole, thinned = await planned_of(10, None), await planned_of(1, 10.0)
    assert (whole.sampled_out_requests, thinned.sampled_out_requests) == (0, 12 * 4 * 9)
    assert thinned == msgspec.structs.replace(whole, sampled_out_requests=12 * 4 * 9)
    assert {each.type for each in whole.optimization_recommendations} >= {
        "batch",
        "deployment_optimization",
        "retries",
    }
