"""The demo from the first request to the summary, against an app that runs already."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TextIO

from tools.demo.advice import advice_lines, ask_advice
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
from tools.demo.timers import evaluate, keep_running, learn, roll_up
from tools.demo.verdict import judge
from tools.simulator import Traffic, earlier_days, load_trace, simulate

DAY = timedelta(hours=24)
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
    """Return the weeks before a simulated day, thinner; None before a trace."""
    if options.trace is not None:
        return None
    return earlier_days(traffic.start, seed=options.seed)


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
        past: the weeks before it, to learn from; None for nothing.
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
        await _feed(api, [traffic] if past is None else [past, traffic], out)
        facts = await ask(api, traffic.start, traffic.end)
        verdicts = judge(traffic.incidents, facts.alerts)
        print(summary(traffic.label, traffic.start, traffic.end, facts, verdicts, paint), file=out)
        if past is not None:
            spend = await ask_spend(api, past.start, traffic.end)
            print("\n".join(spend_lines(spend, past.label, paint)) + "\n", file=out)
            advice = await ask_advice(api, traffic)
            print("\n".join(advice_lines(advice, paint)) + "\n", file=out)
        model = traffic.deployments[0].model
        print(
            guide(base_url, model=model, stays=not options.once, paint=paint), file=out, flush=True
        )
        if not options.once:
            await keep_running(api)
    return all(verdict.alert is not None for verdict in verdicts)


async def _feed(api: Api, parts: Sequence[Traffic], out: TextIO) -> None:
    terminal = out.isatty()
    with Progress("requests", out=out, terminal=terminal) as progress:
        total = sum(len(traffic) for traffic in parts)
        posts = chain.from_iterable(traffic.posts() for traffic in parts)
        await send(api, posts, total=total, progress=progress)
    with Progress("hosts", out=out, terminal=terminal) as progress:
        measured = [post for traffic in parts for post in traffic.measurements]
        await send(api, measured, total=len(measured), progress=progress)
    with Progress("rollup", out=out, terminal=terminal) as progress:
        await roll_up(api, parts, progress)
    with Progress("learning", out=out, terminal=terminal) as progress:
        await learn(api, parts[-1].end, progress)
    with Progress("alerts", out=out, terminal=terminal) as progress:
        await evaluate(api, progress)
