"""The crash model: clients resend, rollup timers race, processes die anywhere."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from shared.bootstrap import App
from shared.domain.span import Span
from shared.domain.timeline import BUCKET_M, floor_to, minute_of
from shared.errors import Stale, Unavailable
from shared.services.ingest import IngestAnswer, ingest_requests
from shared.services.metrics import ingest_metrics
from shared.services.reading import MAX_LIVE_BUCKETS, freshness
from shared.services.report import list_models
from shared.services.rollup import roll_up
from tests.faults.faulty_tables import Crash, FaultyTables
from tests.faults.traffic import GHOST, Batch, Sent, counted, draw_batches
from tests.faults.world import Spoil, World

START = datetime(2026, 11, 23, 22, 25, tzinfo=UTC)
MINUTES = 130
# With a backlog near the limit of what is read live, a reader may see less.
_FEW_BUCKETS = MAX_LIVE_BUCKETS - 6
OUTAGE = (START + timedelta(minutes=45), START + timedelta(minutes=105))


@dataclass
class Story:
    """What happened.

    Attributes:
        world: with the tables as they were left.
        sent: every record of which a post was tried.
        acknowledged: the batches whose clients were told so.
        complaints: what clients and readers found wrong on the way.
        glances: how often a reader looked.
        crashes: processes that died.
        runs: rollups that ran to their end.
    """

    world: World
    sent: list[Sent] = field(default_factory=list)
    acknowledged: list[Batch] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    glances: int = 0
    crashes: int = 0
    runs: int = 0

    def known(self) -> list[Sent]:
        """Return the records of acknowledged batches."""
        return [record for batch in self.acknowledged for record in batch.records]


class Server:
    """An instance of the app that serves clients and is replaced when it dies."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._app, self._tables = story.world.process()

    async def post(self, batch: Batch, batch_id: str) -> IngestAnswer:
        """Post a batch; `Crash` or `Unavailable` is what a client sees as a broken connection."""
        if self._tables.dead:
            self.replace()
        app = self._app
        if batch.is_metrics:
            body = batch.body(batch_id)
            return await ingest_metrics(body, strict=True, registry=app.registry, ports=app.ingest)
        return await ingest_requests(batch.body(batch_id), strict=True, ports=app.ingest)

    def replace(self) -> None:
        """Start anew, with nothing in memory."""
        self._tables.kill()
        self._story.crashes += 1
        self._app, self._tables = self._story.world.process()


async def tell_story(
    seed: int, *, spoil: Spoil = lambda tables: tables, fresh_ids: bool = False
) -> Story:
    """Run the model to its calm end, where every client but the impatient has its answer.

    Args:
        seed: decides everything.
        spoil: takes something away from the tables, to see whether it is missed.
        fresh_ids: clients take a new batch_id for each try, as they must not.
    """
    story = Story(World(seed, START, spoil))
    world = story.world
    batches = draw_batches(world.chance, START, MINUTES)
    servers = [Server(story) for _ in range(2)]
    async with asyncio.TaskGroup() as group:
        clients = [group.create_task(_client(story, servers, b, fresh_ids)) for b in batches]
        others = [group.create_task(_timer(story)) for _ in range(2)]
        others.append(group.create_task(_reader(story)))
        while world.now < START + timedelta(minutes=MINUTES):
            await world.tick()
        world.calm = True
        for server in servers:
            server.replace()
        while not all(task.done() for task in (*clients, *others)):
            await world.tick()
    for _ in range(3):
        await _roll_up(story, *world.process())
        world.now += timedelta(minutes=12)
    return story


async def _client(story: Story, servers: list[Server], batch: Batch, fresh_ids: bool) -> None:
    chance, names = story.world.chance, _names(batch, fresh_ids=fresh_ids)
    await story.world.until(batch.post_at)
    story.sent += batch.records
    for tried in count(1):
        try:
            answer = await chance.choice(servers).post(batch, next(names))
        except (Crash, Unavailable):
            if tried == batch.tries:
                return
            await story.world.sleep(timedelta(seconds=chance.randrange(240)))
            continue
        if answer.accepted != len(batch.records):
            story.complaints.append(f"not all of an acceptable batch was accepted: {answer}")
        break
    story.acknowledged.append(batch)
    if chance.random() < 0.2:
        with contextlib.suppress(Crash, Unavailable):
            again = await chance.choice(servers).post(batch, next(names))
            if not again.duplicate:
                story.complaints.append(f"{batch.batch_id}: stored again after it had been stored")


def _names(batch: Batch, *, fresh_ids: bool) -> Iterator[str]:
    for number in count():
        yield f"{batch.batch_id}-{number}" if fresh_ids else batch.batch_id


async def _timer(story: Story) -> None:
    world = story.world
    app, tables = world.process()
    while not world.calm:
        await world.until(_next_minute(world.now))
        if OUTAGE[0] <= world.now < OUTAGE[1]:
            await world.until(OUTAGE[1])
            tables.kill()
        if tables.dead or world.chance.random() < 0.1:
            app, tables = world.process()
        with contextlib.suppress(Crash, Stale):
            await _roll_up(story, app, tables)
        story.crashes += tables.dead


def _next_minute(now: datetime) -> datetime:
    return now.replace(second=0) + timedelta(minutes=1)


async def _roll_up(story: Story, app: App, tables: FaultyTables) -> None:
    """Run the timer function's work, sometimes with less time than it takes."""
    began, budget = tables.operations, story.world.chance.choice((15, 40, 10_000))
    await roll_up(
        now=story.world.now,
        ports=app.rollup,
        evaluation_delay_s=30,
        timer=lambda: float(tables.operations - began),
        budget_s=10_000 if story.world.calm else budget,
    )
    story.runs += 1


async def _reader(story: Story) -> None:
    """Look at reports all the while: what is acknowledged is there at once, and once."""
    world = story.world
    while not world.calm:
        await world.sleep(timedelta(minutes=world.chance.randint(3, 15)))
        app, _ = world.process(spared=True)
        fresh = await freshness(app.reading)
        waiting = sum(len(buckets) for buckets in fresh.stale.values())
        if fresh.through is None:
            continue
        span = Span(minute_of(START) - 360, minute_of(world.now) + 7)
        if (span.end - floor_to(fresh.through, BUCKET_M)) // BUCKET_M + waiting > _FEW_BUCKETS:
            continue
        least = len([r for r in counted(story.known()) if r.value is None and r.model != GHOST])
        found = await list_models(span, ports=app.reading)
        most = len([r for r in counted(story.sent) if r.value is None and r.model != GHOST])
        lines = [line for line in found["models"] if line["model"] != GHOST]
        seen = sum(line["total_requests"] for line in lines)
        story.glances += 1
        if not least <= seen <= most:
            story.complaints.append(f"at {world.now} a reader saw {seen}, not {least} to {most}")
