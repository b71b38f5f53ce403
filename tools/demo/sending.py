"""Posting traffic over a handful of connections, with every answer checked."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from tools.demo.api import CONNECTIONS, Api, DemoError
from tools.demo.progress import Progress
from tools.simulator import Post


async def send(api: Api, posts: Iterable[Post], *, total: int, progress: Progress) -> None:
    """Post everything.

    Args:
        api: the app.
        posts: what to post; taken one by one as connections get free.
        total: how many records there are in all, for the progress.
        progress: where to say how far it is.

    Raises:
        DemoError: the app did not answer, or did not accept every record.
    """
    queue = iter(posts)
    sent = _Count(total, progress)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(_send_from(queue, api, sent))
    except* DemoError as errors:
        raise errors.exceptions[0] from None


class _Count:
    """The records accepted so far."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.total = total
        self.accepted = 0
        self.progress = progress

    def add(self, records: int) -> None:
        self.accepted += records
        rate = self.accepted / max(self.progress.elapsed_s, 1e-3)
        self.progress.show(f"{self.accepted:,} of {self.total:,} records, {rate:,.0f} records/s")


async def _send_from(queue: Iterator[Post], api: Api, sent: _Count) -> None:
    for post in queue:
        check_accepted(post, await api.post(post.path, post.body))
        sent.add(post.records)


def check_accepted(post: Post, answer: Any) -> None:
    """Raise `DemoError` unless the answer says that every record of the post is stored."""
    rejected = answer.get("rejected") or []
    if rejected:
        first = rejected[0]
        raise DemoError(
            f"POST {post.path} ({post.batch_id}): {len(rejected)} of {post.records} records were"
            f" rejected, the first: {first.get('path')}: {first.get('reason')}"
        )
    accepted = answer.get("accepted", post.records)
    if post.path == "/api/v1/requests" and accepted != post.records:
        raise DemoError(
            f"POST {post.path} ({post.batch_id}): {accepted} of {post.records} records accepted"
        )
