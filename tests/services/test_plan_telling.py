"""The daily word on plans: every model and all, once a day, the same ids on every try."""

from shared.services.daily_word import TellingPorts
from shared.services.plan_period import PlanPorts
from shared.services.plan_telling import PLANS_TOLD, tell_plans
from shared.services.ports import Cursor
from tests.services.monitor_factories import DAY, Monitor
from tests.services.test_cost_plan import a_day, call, digested, monitor


async def tell(made: Monitor, *, connected: bool = True) -> int:
    app = made.app
    return await tell_plans(
        now=made.now,
        ports=PlanPorts(app.costs, app.digests.digests),
        telling=TellingPorts(app.cursors, app.alerts, connected, "test"),
    )


async def told() -> Monitor:
    made = await monitor(nightly={"max_delay_s": 86_400})
    await a_day(made, 0, call(), call(model="nobody-knows"))
    await digested(made, 1)
    return made


async def test_every_model_and_all_are_told_once_a_day() -> None:
    made = await told()
    assert await tell(made) == 3
    events = await made.app.alerts.pending_events(10)
    by_model = {each.properties["model"]: each for each in events}
    assert {*by_model} == {"gpt-4.1", "nobody-knows", "all"}
    assert by_model["all"].measurements == {"current_monthly_cost": 192.0, "expected_savings": 96.0}
    assert by_model["nobody-knows"].measurements["current_monthly_cost"] == 0
    assert await tell(made) == 0
    made.now += DAY
    assert await tell(made) == 3


async def test_a_run_that_broke_off_tells_the_same_events_again() -> None:
    made = await told()
    await tell(made)
    before = {each.event_id for each in await made.app.alerts.pending_events(10)}
    cursor = await made.app.cursors.read(PLANS_TOLD)
    assert cursor is not None
    await made.app.cursors.write(PLANS_TOLD, Cursor(0, {}, cursor.etag))
    assert await tell(made) == 3
    assert {each.event_id for each in await made.app.alerts.pending_events(10)} == before


async def test_where_events_lead_nowhere_none_are_kept() -> None:
    made = await told()
    assert await tell(made, connected=False) == 0
    assert await made.app.alerts.pending_count() == 0
