"""The demo from the first request to the summary, against an app that runs already."""

from datetime import UTC, datetime, timedelta
from typing import TextIO

from tools.demo.api import Api, DemoError
from tools.demo.facts import ask
from tools.demo.guide import guide
from tools.demo.options import Options
from tools.demo.paint import Paint
from tools.demo.prepare import prepare
from tools.demo.progress import Progress
from tools.demo.sending import send
from tools.demo.spend import ask_spend, spend_lines
from tools.demo.summary import summary
from tools.demo.timers import evaluate, keep_running, roll_up
from tools.demo.verdict import judge
from tools.simulator import Traffic, load_trace, simulate, thinned

DAY = timedelta(hours=24)
PAST = timedelta(days=30)
ONE_IN = 300
# Queries call a minute complete half a minute after its end: end where that has passed already.
SETTLED = timedelta(seconds=40)


def draw_traffic(options: Options, now: datetime) -> Traffic:
    """Return the traffic to show, ending with the last settled minute before `now`.

    Raises:
        DemoError: the trace is not one.
    """
    end = last_settled_minute(now)
    if options.trace is None:
        return simulate(end - DAY, end, seed=options.seed)
    try:
        return load_trace(options.trace, end, seed=options.seed)
    except (OSError, ValueError) as error:
        raise DemoError(str(error)) from error


def draw_past(options: Options, traffic: Traffic) -> Traffic | None:
    """Return the 30 days before a simulated day, thinned; None before a trace."""
    if options.trace is not None:
        return None
    end = traffic.start.replace(minute=0)
    return thinned(end - PAST, end, seed=options.seed, one_in=ONE_IN)


def last_settled_minute(now: datetime) -> datetime:
    """Return the end of the last minute that queries already call complete, UTC."""
    return (now - SETTLED).astimezone(UTC).replace(second=0, microsecond=0)


async def tell(
    options: Options,
    traffic: Traffic,
    *,
    past: Traffic | None = None,
    base_url: str,
    paint: Paint,
    out: TextIO,
) -> bool:
    """Send the traffic, run the timers, print the summary; then stay up unless `once`.

    Args:
        options: what the person chose.
        traffic: the day to show.
        past: the time before it, of which only the cost is shown; None for nothing.
        base_url: where the app is.
        paint: colours.
        out: where to print.

    Returns:
        Whether every scripted incident was found.

    Raises:
        DemoError: the app did not do its part.
    """
    async with Api(base_url) as api:
        await prepare(api, traffic, since=past.start if past else traffic.start)
        if past is not None:
            await _feed_past(api, past, out)
        await _feed(api, traffic, out)
        facts = await ask(api, traffic.start, traffic.end)
        verdicts = judge(traffic.incidents, facts.alerts)
        print(summary(traffic.label, traffic.start, traffic.end, facts, verdicts, paint), file=out)
        if past is not None:
            spend = await ask_spend(api, past.start, traffic.end)
            print("\n".join(spend_lines(spend, past.label, paint)) + "\n", file=out)
        model = traffic.deployments[0].model
        print(
            guide(base_url, model=model, stays=not options.once, paint=paint), file=out, flush=True
        )
        if not options.once:
            await keep_running(api)
    return all(verdict.alert is not None for verdict in verdicts)


async def _feed_past(api: Api, past: Traffic, out: TextIO) -> None:
    terminal = out.isatty()
    with Progress("days before", out=out, terminal=terminal) as progress:
        await send(api, past.posts(), total=len(past), progress=progress)
        await roll_up(api, past, progress)


async def _feed(api: Api, traffic: Traffic, out: TextIO) -> None:
    terminal = out.isatty()
    with Progress("requests", out=out, terminal=terminal) as progress:
        await send(api, traffic.posts(), total=len(traffic), progress=progress)
    with Progress("hosts", out=out, terminal=terminal) as progress:
        count = len(traffic.measurements)
        await send(api, traffic.measurements, total=count, progress=progress)
    with Progress("rollup", out=out, terminal=terminal) as progress:
        await roll_up(api, traffic, progress)
    with Progress("alerts", out=out, terminal=terminal) as progress:
        await evaluate(api, progress)
