"""Timer functions under the local host."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tools.http_calls import call
from tools.apphost import AppHost, HostOptions

type Runs = dict[str, int]
NEVER = {"SLOW_SCHEDULE": "0 0 0 1 1 *"}
EACH_SECOND = {"SLOW_SCHEDULE": "* * * * * *"}


@pytest.fixture(scope="module")
def on_demand(timed_app: Path) -> Iterator[int]:
    options = HostOptions(timers=False)
    with AppHost.start(timed_app, settings=NEVER, options=options) as host:
        yield host.port


def runs_when(host: AppHost, condition: Callable[[Runs], bool]) -> Runs:
    """Return the counts of runs as soon as they meet a condition."""

    def met() -> Runs | None:
        runs: Runs = call(host.port, "GET", "/api/runs").json()
        return runs if condition(runs) else None

    return host.child.wait_for(met, what="the expected runs", timeout_s=30)


def test_a_timer_runs_on_demand_before_the_answer(on_demand: int) -> None:
    before = call(on_demand, "GET", "/api/runs").json().get("steady", 0)
    answer = call(on_demand, "POST", "/admin/functions/steady", b'{"input": ""}')
    assert answer.status == 202
    assert call(on_demand, "GET", "/api/runs").json()["steady"] == before + 1


def test_a_timer_that_fails_on_demand_answers_with_its_error(on_demand: int) -> None:
    answer = call(on_demand, "POST", "/admin/functions/failing")
    assert (answer.status, answer.json()) == (500, {"error": "ValueError('the timer failed')"})


def test_a_demand_that_is_not_json_is_refused(on_demand: int) -> None:
    assert call(on_demand, "POST", "/admin/functions/steady", b"now").status == 400


def test_schedules_go_on_after_failures_and_never_overlap_a_run(timed_app: Path) -> None:
    with AppHost.start(timed_app, settings=EACH_SECOND) as host:
        during = runs_when(host, lambda runs: runs.get("failing", 0) >= 3)
        call(host.port, "GET", "/api/release")
        after = runs_when(host, lambda runs: runs["past_due"] >= 1)
    assert (during["slow"], during["past_due"]) == (1, 0)
    assert during["steady"] >= 2
    assert after["slow"] >= 2


def test_a_disabled_timer_runs_on_demand_only(timed_app: Path) -> None:
    settings = {**NEVER, "AzureWebJobs.failing.Disabled": "true"}
    with AppHost.start(timed_app, settings=settings) as host:
        runs = runs_when(host, lambda runs: runs.get("steady", 0) >= 2)
        answer = call(host.port, "POST", "/admin/functions/failing")
    assert "failing" not in runs
    assert answer.status == 500


def test_a_timer_without_its_setting_leaves_the_others_running(timed_app: Path) -> None:
    with AppHost.start(timed_app, options=HostOptions(timers=False)) as host:
        statuses = [
            call(host.port, "POST", f"/admin/functions/{name}").status
            for name in ("slow", "steady")
        ]
    assert statuses == [404, 202]
    assert "function 'slow' is in error: '%SLOW_SCHEDULE%'" in host.child.output()
