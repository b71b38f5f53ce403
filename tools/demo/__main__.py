"""The demo: `make demo` starts everything, shows a day of traffic and what the app makes of it.

TRACE=file replays a recorded trace instead of simulating a day, ONCE=1 ends after the summary (exit
code 1 when an incident was not found), PORT and SEED are what they say.
"""

import asyncio
import math
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TextIO

from tools.apphost import HostOptions
from tools.child import ChildError
from tools.demo.api import DemoError
from tools.demo.options import Options, options_from
from tools.demo.paint import paint_for
from tools.demo.progress import Progress
from tools.demo.story import draw_past, draw_traffic, tell
from tools.serve import LocalApp, end_on_signals, running_app
from tools.simulator import Traffic

INSIGHTS = "APPLICATIONINSIGHTS_CONNECTION_STRING"
_LOG_LINES = 10


def main() -> None:
    """Read the environment and run."""
    end_on_signals()
    try:
        found = demo(options_from(os.environ), os.environ, sys.stdout)
    except (DemoError, ChildError) as error:
        sys.exit(f"demo stopped: {error}")
    sys.exit(0 if found else 1)


def demo(options: Options, environment: Mapping[str, str], out: TextIO) -> bool:
    """Run the app and tell its story; return whether every incident was found.

    Raises:
        DemoError: something failed; the app's last words are in the message.
        ChildError: the app or Azurite did not start, or ended.
    """
    paint = paint_for(environment, terminal=out.isatty())
    traffic = draw_traffic(options, datetime.now(UTC))
    past = draw_past(options, traffic)
    connected = "connected" if environment.get(INSIGHTS) else f"not connected ({INSIGHTS} is unset)"
    print(paint.bold("Foundry Monitor demo"), file=out)
    print(paint.warning(traffic.label), file=out)
    print(f"Application Insights: {connected}\n", file=out, flush=True)
    with _started(options, traffic, out) as app:
        try:
            story = tell(options, traffic, past=past, base_url=app.url, paint=paint, out=out)
            return asyncio.run(story)
        except DemoError as error:
            raise DemoError(f"{error}{_last_words(app)}") from error


@contextmanager
def _started(options: Options, traffic: Traffic, out: TextIO) -> Iterator[LocalApp]:
    """Run Azurite in memory and the app, its timers on demand only, for the length of the block."""
    with ExitStack() as stack:
        with Progress("start", out=out, terminal=out.isatty()) as progress:
            host = HostOptions(port=options.port, timers=False)
            app = stack.enter_context(running_app(settings=_settings(traffic), options=host))
            progress.show(f"the app on {app.url}, its storage in memory")
        yield app


def _settings(traffic: Traffic) -> dict[str, str]:
    """Return the app settings that let alert evaluation begin at the start of the traffic."""
    minutes = math.ceil((traffic.end - traffic.start) / timedelta(minutes=1))
    return {"EVALUATION_CATCH_UP_M": str(minutes + 30), "MONITOR_ENVIRONMENT": "demo"}


def _last_words(app: LocalApp) -> str:
    app.host.child.check()
    app.azurite.child.check()
    lines = app.host.child.output().splitlines()[-_LOG_LINES:]
    return "".join(f"\n  {line}" for line in lines)


if __name__ == "__main__":
    main()
