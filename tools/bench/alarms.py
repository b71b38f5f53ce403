"""False alarms on simulated normal traffic, and scripted incidents found, by the app's own scoring.

SIMULATED: days of `tools/simulator` without incidents, each with a seed of its own, are taken in by
an app in memory, rolled up and scored; the last day has the script of `make demo`. An alarm is an
episode of two steps or more, which is what the built-in rule fires on. The first week counts apart:
no weekend was seen before.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.memory import MemoryTables
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, assemble
from shared.domain.anomaly.episodes import AnomalyEpisode
from shared.domain.span import Span
from shared.domain.timeline import minute_of
from shared.services.anomalies import ScoringPorts, score_anomalies
from shared.services.anomaly_showing import list_episodes
from shared.services.ingest import ingest_requests
from shared.services.quality import ingest_quality
from shared.services.resources import ingest_resources
from shared.services.rollup import roll_up
from shared.settings import Settings
from tools.bench.figure import Figure
from tools.simulator import Incident, Traffic, incidents, simulate

DAY = timedelta(days=1)
_DAYS = 14
_YOUNG_DAYS = 7
_SEED = 100
_END = datetime(2026, 11, 23, tzinfo=UTC)
_LASTING = 2


def measure(days: int = _DAYS) -> list[Figure]:
    """Return alarms by day and what was found of the script.

    Args:
        days: how many in all, the last one with incidents.
    """
    return asyncio.run(_measured(days))


async def _measured(days: int) -> list[Figure]:
    clock = [_END]
    app = assemble(
        Settings(hash_key="k" * 32),
        CreatingTables(MemoryTables()),
        NoTelemetry(),
        lambda: clock[0],
    )
    script = incidents(_END)
    for ago in reversed(range(days)):
        clock[0] = _END - ago * DAY
        await _live(app, clock[0], script if ago == 0 else (), seed=_SEED + ago)
        print(f"  day {days - ago} of {days}", flush=True)
    quiet = await _episodes(app, _END - days * DAY, _END - DAY)
    loud = await _episodes(app, _END - DAY, _END)
    young = _END - (days - _YOUNG_DAYS) * DAY
    series = Counter(e.metric for e in quiet if e.start >= young and e.steps >= _LASTING)
    print(f"  alarms by metric after {_YOUNG_DAYS} days: {dict(series)}", flush=True)
    return [
        *_rates("of single steps too", quiet, young, days, least=1),
        *_rates("of two steps or more", quiet, young, days, least=_LASTING),
        *[_found(each, loud) for each in script],
    ]


async def _live(app: App, end: datetime, script: Sequence[Incident], *, seed: int) -> None:
    """Let a day pass: take in, roll up, score."""
    await _take_in(app, simulate(end - DAY, end, seed=seed, script=script))
    await roll_up(
        now=end + timedelta(minutes=1),
        ports=app.rollup,
        evaluation_delay_s=30,
        timer=time.monotonic,
        budget_s=600.0,
    )
    ports = ScoringPorts(app.rollups, app.anomalies, app.cursors, app.load_pricing)
    await score_anomalies(ports=ports, timer=time.monotonic, budget_s=600.0)


async def _take_in(app: App, traffic: Traffic) -> None:
    into: dict[str, Callable[[bytes], Awaitable[object]]] = {
        "/api/v1/requests": partial(ingest_requests, strict=True, ports=app.ingest),
        "/api/v1/resources": partial(
            ingest_resources, strict=True, registry=app.registry, ports=app.ingest
        ),
        "/api/v1/quality": partial(
            ingest_quality,
            strict=True,
            series_tags=(),
            registry=app.registry,
            ports=app.ingest,
        ),
    }
    for post in (*traffic.posts(batch_size=5_000), *traffic.measurements):
        await into[post.path](post.body)


async def _episodes(app: App, first: datetime, end: datetime) -> list[AnomalyEpisode]:
    span = Span(minute_of(first), minute_of(end))
    return (await list_episodes(span, boards=app.anomalies, cursors=app.cursors)).episodes


def _rates(
    told: str, quiet: Sequence[AnomalyEpisode], young: datetime, days: int, *, least: int
) -> list[Figure]:
    long = [episode for episode in quiet if episode.steps >= least]
    early = sum(episode.start < young for episode in long)
    later_days = days - 1 - _YOUNG_DAYS
    return [
        Figure(f"alarms a day, first week, {told}", early / _YOUNG_DAYS, ""),
        Figure(f"the same, {later_days} days after", (len(long) - early) / later_days, ""),
    ]


def _found(incident: Incident, loud: Sequence[AnomalyEpisode]) -> Figure:
    """Return after how many minutes an episode of two steps began; negative where none did."""
    place = incident.labels.get("deployment") or incident.labels["resource"]
    begun = [
        episode
        for episode in loud
        if place in (episode.deployment, episode.resource)
        and episode.steps >= _LASTING
        and incident.start - timedelta(minutes=5) <= episode.start < incident.end
    ]
    metrics = ", ".join(sorted({episode.metric for episode in begun})) or "nothing"
    name = f"{incident.name} of {incident.end - incident.start}: {metrics} after"
    first = min((episode.start for episode in begun), default=None)
    if first is None:
        return Figure(name, -1.0, "min")
    return Figure(name, max((first - incident.start) / timedelta(minutes=1), 0.0), "min")
