"""Running the app's timer functions by hand, as the host would each minute."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from tools.demo.api import Api, DemoError
from tools.demo.moments import clock, from_api, to_api
from tools.demo.progress import Progress
from tools.simulator import Traffic

ROLLUP_LIMIT_S = 240
EVALUATION_LIMIT_S = 120
STEP = timedelta(minutes=5)
# In this order: advice reads digests.
LOOKING_BACK = ("build_digests", "compute_baselines")

# One metric of each kind of report, so that its count is the number of reports.
_ONE_PER_REPORT = ("cpu_utilization", "model_quality_groundedness")


async def roll_up(api: Api, parts: Sequence[Traffic], progress: Progress) -> None:
    """Run `rollup` until everything sent is rolled up: a run has a time budget and may leave some.

    `data_through` alone does not tell: late records, as all of the past are here, may still wait
    when it has reached the present. So what the app counts is compared with what was sent.

    Raises:
        DemoError: the app failed, or the present was not reached within four minutes.
    """
    deadline_s = time.monotonic() + ROLLUP_LIMIT_S
    sent = sum(len(traffic) + len(traffic.measurements) for traffic in parts)
    end = max(traffic.end for traffic in parts)
    while True:
        await api.run("rollup")
        through = await data_through(api)
        counted = sum([await records_counted(api, traffic) for traffic in parts])
        reached = "-" if through is None else clock(through)
        so_far = f"data through {reached}, {counted:,} of {sent:,} records"
        progress.show(so_far)
        if through is not None and through >= end and counted >= sent:
            return
        if time.monotonic() > deadline_s:
            raise DemoError(f"rollup did not end within {ROLLUP_LIMIT_S} s: {so_far}")


async def evaluate(api: Api, progress: Progress) -> None:
    """Run `evaluate_alerts` until every complete minute is evaluated.

    Raises:
        DemoError: the app failed, or it took longer than two minutes.
    """
    deadline_s = time.monotonic() + EVALUATION_LIMIT_S
    while True:
        await api.run("evaluate_alerts")
        answer = await api.get("/api/v1/alerts", state="all", limit="1000")
        evaluated, through = answer["evaluated_through"], answer["data_through"]
        progress.show(f"{len(answer['alerts'])} alerts")
        if evaluated is not None and evaluated >= through:
            return
        if time.monotonic() > deadline_s:
            raise DemoError(
                f"evaluation did not end within {EVALUATION_LIMIT_S} s: at {evaluated} of {through}"
            )


async def learn(api: Api, end: datetime, progress: Progress) -> None:
    """Run what looks back on weeks: anomaly scores, digests, baselines and advice.

    Raises:
        DemoError: the app failed, or scoring did not reach the present within two minutes.
    """
    deadline_s = time.monotonic() + EVALUATION_LIMIT_S
    while True:
        await api.run("score_anomalies")
        through = from_api((await api.get("/api/v1/anomalies", range="1h"))["scored_through"])
        progress.show(f"anomaly scores through {'-' if through is None else clock(through)}")
        if through is not None and through >= end - STEP:
            break
        if time.monotonic() > deadline_s:
            raise DemoError(f"scoring did not end within {EVALUATION_LIMIT_S} s")
    taken = [f"anomaly scores {progress.elapsed_s:.0f} s"]
    for function in LOOKING_BACK:
        began_s = time.monotonic()
        progress.show(f"{function} under way")
        await api.run(function)
        taken.append(f"{function} {time.monotonic() - began_s:.0f} s")
    progress.show(", ".join(taken))


async def keep_running(api: Api) -> None:
    """Run the timers every minute until cancelled."""
    while True:
        await asyncio.sleep(60)
        await api.run("rollup")
        await api.run("score_anomalies")
        await api.run("evaluate_alerts")


async def data_through(api: Api) -> datetime | None:
    """Return the end of the last minute that is completely rolled up; None before the first."""
    summary = await api.get("/api/v1/summary", range="5m")
    return from_api(summary.get("data_through"))


async def records_counted(api: Api, traffic: Traffic) -> int:
    """Return how many requests, host reports and quality scores of the period the app counts."""
    period = {"start": to_api(traffic.start), "end": to_api(traffic.end)}
    models = (await api.get("/api/v1/models", **period))["models"]
    metrics = (await api.get("/api/v1/summary", **period))["metric_breakdown"]
    measured = (metrics[name]["count"] for name in _ONE_PER_REPORT if name in metrics)
    return int(sum(model["total_requests"] for model in models) + sum(measured))
