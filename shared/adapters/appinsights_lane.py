"""A lane to Application Insights: one exporter, one thread, and posts one after the other.

The exporter blocks, so it runs in a thread; one of its own, so that a slow endpoint keeps neither
the event loop nor other work waiting, and posts of one lane never overlap. Nothing is retried here
but the rest of a partly accepted post, once: the caller keeps what was not delivered and returns.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched
from typing import Any, Protocol

from azure.core.pipeline import PipelineResponse
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.metrics.export import MetricExportResult

from shared.adapters.appinsights_answer import Answer, judge, read_answer
from shared.errors import Unavailable

MAX_POST_ITEMS = 100

_DELIVERED = (LogRecordExportResult.SUCCESS, MetricExportResult.SUCCESS)
_RETRY_AFTER_S = 5

logger = logging.getLogger(__name__)

type ResponseHook = Callable[[PipelineResponse[Any, Any]], None]


class Client(Protocol):
    """The exporter's connection."""

    def close(self) -> None:
        """Close it."""


class Exporter[Batch](Protocol):
    """What the log and the metric exporter have in common."""

    @property
    def client(self) -> Client:
        """The connection."""

    def export(self, batch: Batch, /) -> object:
        """Post a batch; block until it was answered."""

    def shutdown(self) -> None:
        """Stop the exporter."""


@dataclass(frozen=True, slots=True)
class Cargo[Item, Batch]:
    """How items of one kind travel.

    Attributes:
        kind: their name in messages, plural.
        pack: items to what the exporter takes, one envelope each, in order.
        describe: what to call an item in a log line.
    """

    kind: str
    pack: Callable[[Sequence[Item]], Batch]
    describe: Callable[[Item], str]


class Lane[Item, Batch]:
    """Delivers items of one kind, one post at a time."""

    def __init__(
        self, cargo: Cargo[Item, Batch], build: Callable[[ResponseHook], Exporter[Batch]]
    ) -> None:
        """Build the exporter with a hook that sees each response."""
        self._cargo = cargo
        self._answer = Answer()
        self._exporter = build(self._keep_answer)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"appinsights-{cargo.kind}")

    async def deliver(self, items: Sequence[Item]) -> None:
        """Deliver items in posts of at most 100.

        Raises:
            Unavailable: not everything was taken; what was, arrives twice when it is sent again.
        """
        loop = asyncio.get_running_loop()
        for post in batched(items, MAX_POST_ITEMS, strict=False):
            await loop.run_in_executor(self._thread, self._deliver_post, post)

    def close(self) -> None:
        """Let the post under way end, then close the connection; blocks."""
        self._thread.shutdown(cancel_futures=True)
        self._exporter.shutdown()
        self._exporter.client.close()

    def _deliver_post(self, items: Sequence[Item]) -> None:
        left = self._post(items)
        if 0 < len(left) < len(items):
            left = self._post(left)
        if left:
            raise self._unavailable(len(left), len(items))

    def _post(self, items: Sequence[Item]) -> Sequence[Item]:
        """Post items and return those that may be taken later."""
        self._answer = Answer()
        # A post must not become a dependency of its own in Application Insights.
        with suppress_instrumentation():
            result = self._exporter.export(self._cargo.pack(items))
        if result in _DELIVERED:
            return ()
        verdict = judge(self._answer, len(items))
        if verdict is None:
            return items
        for index, error in verdict.given_up:
            logger.error(
                "application insights refused an item for good item=%s status=%s reason=%s",
                self._cargo.describe(items[index]),
                error.status_code,
                error.message,
            )
        return [items[index] for index in verdict.again]

    def _keep_answer(self, response: PipelineResponse[Any, Any]) -> None:
        http = response.http_response
        self._answer = read_answer(http.status_code, http.headers.get("Retry-After"), http.text())

    def _unavailable(self, left: int, posted: int) -> Unavailable:
        answer = self._answer
        what = f"answered {answer.status}" if answer.status else "did not answer"
        reason = next((f": {error.message}" for error in answer.errors if error.message), "")
        return Unavailable(
            f"Application Insights {what}{reason}; not delivered: {left} of {posted} "
            f"{self._cargo.kind}",
            retry_after_s=answer.retry_after_s or _RETRY_AFTER_S,
        )
