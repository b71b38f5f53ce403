"""Measures how long a bad request takes to become an event: `python -m tools.alert_latency`.

Runs the app with its timers on schedule, Azurite in memory and a stand-in for Application Insights,
posts failing requests at the worst moment (just after a minute began, so that the minute has to
end first) and waits for `alert.firing`. One run takes up to three minutes.
"""

import argparse
import asyncio
import json
import time
import urllib.request
from datetime import UTC, datetime

from shared.domain.event import ALERT_FIRING
from tools.apphost import HostOptions
from tools.recorder import Recorder
from tools.serve import LocalApp, running_app

LIMIT_S = 180
_REQUESTS = 30
_POLL_S = 0.25
_QUIET = {
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
}


def failing_requests(now: datetime) -> bytes:
    """Return a batch of requests that end now, all with status 500."""
    record = {
        "model": "gpt-5-mini",
        "deployment": "mini-prod",
        "start_time": now.isoformat(),
        "duration_ms": 0.5,
        "status_code": 500,
    }
    return json.dumps({"requests": [record] * _REQUESTS}).encode()


def post_at_worst_moment(app: LocalApp) -> float:
    """Post failing requests one second into a minute; return when, on the monotonic clock."""
    while datetime.now(UTC).second != 1:
        time.sleep(_POLL_S)
    body = failing_requests(datetime.now(UTC))
    headers = {"Content-Type": "application/json"}
    posted = time.monotonic()
    request = urllib.request.Request(f"{app.url}/api/v1/requests", body, headers)
    urllib.request.urlopen(request, timeout=30).close()
    return posted


def measure(recorder: Recorder, port: int) -> float | None:
    """Return the seconds from the post to the event; None where none came in time."""
    settings = {**_QUIET, "APPLICATIONINSIGHTS_CONNECTION_STRING": recorder.connection_string}
    with running_app(settings=settings, options=HostOptions(port=port)) as app:
        posted = post_at_worst_moment(app)
        while time.monotonic() - posted < 2 * LIMIT_S:
            if recorder.events(ALERT_FIRING):
                return time.monotonic() - posted
            time.sleep(_POLL_S)
    return None


async def run(port: int) -> float | None:
    """Run the measurement beside a recorder."""
    async with Recorder() as recorder:
        return await asyncio.to_thread(measure, recorder, port)


def main() -> None:
    """Print the latency."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="of the app; 0 takes free ones")
    elapsed = asyncio.run(run(parser.parse_args().port))
    if elapsed is None:
        raise SystemExit(f"no {ALERT_FIRING} within {2 * LIMIT_S} s")
    print(f"bad request to {ALERT_FIRING}: {elapsed:.1f} s (target {LIMIT_S} s)")


if __name__ == "__main__":
    main()
