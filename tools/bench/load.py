"""The load generator: posts batches over a few connections and says how long each took.

It runs as a process of its own (`python -m tools.bench.load`): the load to make comes as JSON on
standard input, what was measured goes to standard output. Records are encoded before the clock
starts; a connection posts its next batch when the last one is acknowledged.
"""

import asyncio
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from functools import lru_cache

import msgspec
import uvloop

from shared.domain.timeline import instant
from tools.apphost import REPOSITORY
from tools.bench.connection import Connection
from tools.bench.records import BATCH_RECORDS, Shape, in_minute, templates

_TEMPLATES = 32
_HEAD = (
    "POST /api/v1/requests HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    "content-length: {}\r\n\r\n"
)


class Load(msgspec.Struct, frozen=True):
    """What to post.

    Attributes:
        port: of the app, on the loopback interface.
        connections: kept alive, one post at a time each.
        batches: how many posts.
        shape: of the records.
        first_minute: in which the first batch's records end, minutes since 1970.
        minutes: how many minutes the batches are spread over, in order.
        records: in each batch.
    """

    port: int
    connections: int
    batches: int
    shape: Shape
    first_minute: int
    minutes: int = 1
    records: int = BATCH_RECORDS


class Posted(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes:
        elapsed_s: from the first post to the last acknowledgement.
        latencies_ms: of each post.
        refused: posts answered by anything but 202.
    """

    elapsed_s: float
    latencies_ms: list[float]
    refused: int


def post(load: Load) -> Posted:
    """Make a load from a process of its own.

    Raises:
        subprocess.CalledProcessError: the app hung up, or was not there.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tools.bench.load"],
        input=msgspec.json.encode(load),
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Posted)


async def _post_all(load: Load) -> Posted:
    loop = asyncio.get_running_loop()
    posts = _posts(load)
    connections = [Connection(posts) for _ in range(load.connections)]
    for connection in connections:
        await loop.create_connection(lambda c=connection: c, "127.0.0.1", load.port)
    began_s = time.perf_counter()
    await asyncio.gather(*(connection.post_all() for connection in connections))
    elapsed_s = time.perf_counter() - began_s
    return Posted(
        elapsed_s,
        [latency for each in connections for latency in each.latencies_ms],
        sum(each.refused for each in connections),
    )


def _posts(load: Load) -> Iterator[tuple[bytes, ...]]:
    """Yield HTTP requests in pieces; batches of one minute share their encoded records."""
    arrays = templates(load.shape, _TEMPLATES, records=load.records)

    @lru_cache(maxsize=_TEMPLATES)
    def encoded(array: int, minute: int) -> bytes:
        return in_minute(arrays[array], instant(minute))

    for array in range(_TEMPLATES):
        encoded(array, load.first_minute)
    run = uuid.uuid4().hex[:16]
    for number in range(load.batches):
        minute = load.first_minute + number * load.minutes // load.batches
        start = f'{{"batch_id":"{run}-{number}","requests":'.encode()
        records = encoded(number % _TEMPLATES, minute)
        head = _HEAD.format(len(start) + len(records) + 1).encode()
        yield head + start, records, b"}"


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(_post_all(asked))))
