"""The two benchmark records, plain and full, as JSON arrays that only miss their minute.

*Plain* is model, deployment, times, tokens, error and finish reason; *full* adds request_id,
trace_id, user, prompt_hash and tags. Every record ends in the minute it starts in.
"""

import random
import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

BATCH_RECORDS = 1_000
_MINUTE = b"9999-99-99T99:99"
_SEED = 20261123
_DEPLOYMENTS = (
    ("gpt-5-mini", "mini-prod"),
    ("gpt-5-mini", "mini-batch"),
    ("gpt-5", "gpt5-prod"),
    ("gpt-4.1", "gpt41-prod"),
    ("gpt-4.1", "gpt41-test"),
)
_USERS = 500
_LONGEST_MS = 9_000.0
_FAILED_SHARE = 0.02
_CUT_SHARE = 0.1


class Shape(StrEnum):
    """Which fields a benchmark record has."""

    PLAIN = "plain"
    FULL = "full"


def templates(shape: Shape, count: int, *, records: int = BATCH_RECORDS) -> list[bytes]:
    """Return JSON arrays of distinct records, the same ones at each call.

    Args:
        shape: of the records.
        count: how many arrays.
        records: the length of each.
    """
    rng = random.Random(_SEED)
    return [
        msgspec.json.encode([_record(shape, rng) for _ in range(records)]) for _ in range(count)
    ]


def in_minute(template: bytes, minute: datetime) -> bytes:
    """Return a template's records as requests of a minute, UTC."""
    return template.replace(_MINUTE, f"{minute:%Y-%m-%dT%H:%M}".encode())


def _record(shape: Shape, rng: random.Random) -> dict[str, Any]:
    model, deployment = rng.choice(_DEPLOYMENTS)
    failed = rng.random() < _FAILED_SHARE
    record = {
        "model": model,
        "deployment": deployment,
        "start_time": f"{_MINUTE.decode()}:{rng.uniform(0, 50):06.3f}Z",
        "duration_ms": min(_LONGEST_MS, round(rng.lognormvariate(7.2, 0.6), 1)),
        "input_tokens": round(rng.lognormvariate(6.5, 1.0)),
        "output_tokens": None if failed else round(rng.lognormvariate(5.5, 0.8)),
        "error_type": "rate_limit_exceeded" if failed else None,
        "finish_reason": _finish_reason(rng, failed=failed),
    }
    return record if shape is Shape.PLAIN else record | _identity(rng)


def _finish_reason(rng: random.Random, *, failed: bool) -> str | None:
    if failed:
        return None
    return "length" if rng.random() < _CUT_SHARE else "stop"


def _identity(rng: random.Random) -> dict[str, Any]:
    return {
        "request_id": str(uuid.UUID(int=rng.getrandbits(128))),
        "trace_id": f"{rng.getrandbits(128):032x}",
        "user": f"user-{rng.randrange(_USERS)}",
        "prompt_hash": f"{rng.getrandbits(128):032x}",
        "tags": {"team": rng.choice(("web", "app")), "feature": rng.choice(("chat", "search"))},
    }
