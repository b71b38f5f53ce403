"""Posts of one record each: how soon they are acknowledged, and how many a second."""

import statistics
from datetime import UTC, datetime

from shared.domain.timeline import minute_of
from tools.apphost import HostOptions
from tools.bench.figure import Figure
from tools.bench.load import Load, Posted, post
from tools.bench.records import Shape
from tools.serve import LocalApp, running_app

_RUNS = 3
_POSTS = {8: 2_000, 64: 6_000}
_WARM_UP = 300


def measure() -> list[Figure]:
    """Return the 99th percentile at 8 connections and the rate at 64."""
    few = [_p99_ms(_fresh(8)) for _ in range(_RUNS)]
    many = [_POSTS[64] / _fresh(64).elapsed_s for _ in range(_RUNS)]
    return [
        Figure("single records, p99 of the ack, 8 connections", statistics.median(few), "ms", 50),
        Figure("single records, 64 connections", statistics.median(many), "posts/s", 2_000, True),
    ]


def _fresh(connections: int) -> Posted:
    """Post to an app whose storage is empty: Azurite slows down as a partition grows."""
    with running_app(options=HostOptions(timers=False)) as app:
        _posted(app, connections, _WARM_UP)
        return _posted(app, connections, _POSTS[connections])


def _posted(app: LocalApp, connections: int, posts: int) -> Posted:
    minute = minute_of(datetime.now(UTC)) - 1
    posted = post(Load(app.host.port, connections, posts, Shape.PLAIN, minute, records=1))
    if posted.refused:
        raise RuntimeError(f"{posted.refused} posts were refused")
    return posted


def _p99_ms(posted: Posted) -> float:
    return statistics.quantiles(posted.latencies_ms, n=100)[98]
