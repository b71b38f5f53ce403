"""Clients of a real process that resend until they are answered."""

import http.client
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from tests.e2e.api import Api, Json, request
from tests.tools.http_calls import Answer
from tools.child import wait_for

TIMEOUT_S = 90


def batch(model: str, size: int = 50) -> list[Json]:
    """Return distinct requests whose tokens tell whether each is counted once."""
    return [
        request(model, duration_ms=100.0 + at, input_tokens=1 << (at % 20), output_tokens=at)
        for at in range(size)
    ]


def post_until_stored(api: Api, records: list[Json], batch_id: str) -> Answer:
    """Post and resend, as a client does where nobody answers or storage is away."""

    def answered() -> Answer | None:
        try:
            answer = api.requests(records, batch_id)
        except (OSError, http.client.HTTPException):
            return None
        if answer.status == 503:
            return None
        assert answer.status == 202, answer
        return answer

    return wait_for(answered, what="an answer", timeout_s=TIMEOUT_S)


def post_all(api: Api, batches: dict[str, list[Json]], *, some_stored: Event) -> None:
    """Post from four clients at a time; tells when a quarter is stored."""
    quarter = max(1, len(batches) // 4)
    with ThreadPoolExecutor(4) as clients:
        posts = [clients.submit(post_until_stored, api, r, name) for name, r in batches.items()]
        for number, post in enumerate(posts, start=1):
            post.result(timeout=TIMEOUT_S)
            if number == quarter:
                some_stored.set()


def sums(batches: Iterable[list[Json]]) -> dict[str, int]:
    """Return what a report has to say about these batches, each counted once."""
    records = [record for each in batches for record in each]
    return {
        "total_requests": len(records),
        "total_input_tokens": sum(record["input_tokens"] for record in records),
        "total_output_tokens": sum(record["output_tokens"] for record in records),
    }


def reported(api: Api, model: str) -> dict[str, int]:
    """Return the same from the model's report."""
    report = api.report(model)
    return {name: report.get(name, 0) for name in sums([])}
