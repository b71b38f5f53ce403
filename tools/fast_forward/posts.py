"""Simulated traffic as it would have been posted: each record soon after its time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from tools.simulator import Post, Traffic
from tools.simulator.clock import to_ms
from tools.simulator.columns import Columns, end_ms, take
from tools.simulator.posts import request_posts

MINUTE = timedelta(minutes=1)
_BATCH = 2_000
# Clients gather a minute's requests and send them before it is over for the monitor.
_SENT_AFTER = timedelta(seconds=59)


def live_posts(traffic: Traffic) -> list[tuple[datetime, Post]]:
    """Return every post of a traffic with its time, in order: requests once a minute."""
    times = [(_time_of(post), post) for post in traffic.measurements]
    times += [
        (minute + _SENT_AFTER, post)
        for minute, requests in _by_minute(traffic)
        for post in request_posts(requests, batch_size=_BATCH)
    ]
    return sorted(times, key=lambda each: (each[0], each[1].batch_id))


def _by_minute(traffic: Traffic) -> Iterator[tuple[datetime, Columns]]:
    ended_ms = end_ms(traffic.requests)
    minutes = np.floor((ended_ms - to_ms(traffic.start)) / 60_000).astype(np.int64)
    for minute in np.unique(minutes).tolist():
        index = np.flatnonzero(minutes == minute)
        yield traffic.start + minute * MINUTE, take(traffic.requests, index)


def _time_of(post: Post) -> datetime:
    content: dict[str, Any] = msgspec.json.decode(post.body)
    return datetime.fromisoformat(content["timestamp"])
