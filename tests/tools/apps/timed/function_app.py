"""A function app of timers that count their runs, for the tests of the local host."""

import asyncio
import json
from collections import Counter

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
runs: Counter[str] = Counter()
released = asyncio.Event()


@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
async def steady(timer: func.TimerRequest) -> None:
    """Run each second."""
    runs["steady"] += 1


@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
async def failing(timer: func.TimerRequest) -> None:
    """Fail each second."""
    runs["failing"] += 1
    raise ValueError("the timer failed")


@app.timer_trigger(arg_name="timer", schedule="%SLOW_SCHEDULE%")
async def slow(timer: func.TimerRequest) -> None:
    """Last until released, though due each second."""
    runs["slow"] += 1
    runs["past_due"] += timer.past_due
    await released.wait()


@app.route("release")
async def release(req: func.HttpRequest) -> str:
    """Release the slow timer."""
    released.set()
    return "released"


@app.route("runs")
async def count(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with the number of runs of each timer."""
    return func.HttpResponse(json.dumps(runs), mimetype="application/json")
