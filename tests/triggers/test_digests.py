"""The HTTP function and the timer of daily digests."""

from datetime import UTC, datetime, timedelta

import azure.functions as func
import pytest

from shared.bootstrap import given_app
from shared.errors import InvalidInput, NotFound
from shared.triggers.digests import blueprint, get_digest
from tests.services.monitor_factories import DAY, Monitor, sent
from tests.triggers.alert_app import as_json, call


async def run_timer() -> None:
    every = func.FunctionApp()
    every.register_functions(blueprint)
    functions = {each.get_function_name(): each for each in every.get_functions()}
    await functions["build_digests"].get_user_function()(None)


async def test_the_timer_makes_yesterday_and_anyone_may_look() -> None:
    now = datetime.now(UTC)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0) - DAY
    monitor = Monitor(now=now)
    await monitor.post(sent(noon, input_tokens=5, output_tokens=1, user="ann"))
    await monitor.roll(now + timedelta(minutes=1))
    with given_app(monitor.app):
        await run_timer()
        answer = await get_digest(call(now=now, day=f"{noon:%Y-%m-%d}"))
    found = as_json(answer.body)
    assert (found["day"], found["requests"]) == (f"{noon:%Y-%m-%d}", 1)
    assert found["users"][0]["input_tokens"] == 5
    assert found["cache_hits"]["24h"]["hits"] == 0
    assert found["look_back_s"] == 86_400


async def test_what_is_no_day_or_holds_nothing_is_refused_by_name() -> None:
    with given_app(Monitor().app):
        with pytest.raises(InvalidInput, match="day: expected a day as 2026-11-23, got 'never'"):
            await get_digest(call(day="never"))
        with pytest.raises(NotFound, match="no digest of 20200101"):
            await get_digest(call(day="2020-01-01"))
