"""The HTTP function that replays rules over stored history."""

import azure.functions as func

from shared.bootstrap import app
from shared.domain.backtest.answer import Backtest
from shared.domain.backtest.input import BacktestBody, parse_backtest
from shared.services.backtest import BacktestPorts, backtest
from shared.triggers.call import Call
from shared.triggers.endpoint import endpoint
from shared.triggers.responses import Answer

blueprint = func.Blueprint()


@endpoint(
    blueprint,
    "POST",
    "v1/rules/backtest",
    summary="What rules would have made of stored history, by the code that runs live.",
    request=BacktestBody,
    answer=Backtest,
)
async def post_backtest(call: Call) -> Answer:
    """Replay rules; nothing is written."""
    query = parse_backtest(call.body())
    return Answer(await backtest(query, now=call.now, ports=backtest_ports()))


def backtest_ports() -> BacktestPorts:
    """Return what a backtest reads, of this process's app."""
    parts = app()
    settings = parts.settings
    return BacktestPorts(
        parts.reading,
        parts.documents,
        parts.registry,
        parts.references,
        settings.chunk_retention_d,
        settings.environment,
    )
