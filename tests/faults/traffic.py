"""What the clients of the crash model send, drawn from a seed, and what it should amount to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from shared.domain.timeline import BUCKET_M, EPOCH, MINUTE_US, micros, rfc3339

BATCHES = 40
BURSTS = 4
GHOST = "ghost"
_LATE_SHARE, _HOT_SHARE, _AHEAD_SHARE, _COPY_SHARE = 0.5, 0.7, 0.1, 0.3


@dataclass(frozen=True, slots=True)
class Sent:
    """One model request, or one value of a counter where `value` is given."""

    end_us: int
    model: str
    duration_ms: int = 1
    deployment: str = "d"
    request_id: str | None = None
    error_type: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    value: int | None = None

    @property
    def minute(self) -> int:
        """The minute it counts in."""
        return self.end_us // MINUTE_US

    @property
    def identity(self) -> object:
        """Equal for two reports of one request that count once."""
        return (self.request_id, self.minute // BUCKET_M) if self.request_id else id(self)

    def fields(self) -> dict[str, Any]:
        """The record as JSON has it."""
        if self.value is not None:
            time = rfc3339(EPOCH + timedelta(microseconds=self.end_us))
            return {"name": self.model, "kind": "counter", "timestamp": time, "value": self.value}
        start = EPOCH + timedelta(microseconds=self.end_us - self.duration_ms * 1000)
        kept = ("model", "duration_ms", "deployment", "request_id", "error_type")
        tokens = ("input_tokens", "output_tokens")
        named = {name: getattr(self, name) for name in (*kept, *tokens)}
        return {"start_time": rfc3339(start), **named}


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """One post.

    Attributes:
        batch_id: sent with every try.
        records: what it holds, of one kind.
        post_at: when its client first tries.
        tries: after how many failed ones the client gives up; 0 is never.
    """

    batch_id: str
    records: list[Sent]
    post_at: datetime
    tries: int = 0

    @property
    def is_metrics(self) -> bool:
        """Whether it goes to the route of metrics."""
        return self.records[0].value is not None

    def body(self, batch_id: str) -> bytes:
        """The JSON to post."""
        noun = "metrics" if self.is_metrics else "requests"
        items = [record.fields() for record in self.records]
        return msgspec.json.encode({"batch_id": batch_id, noun: items})


def draw_batches(chance: Random, start: datetime, minutes: int) -> list[Batch]:
    """Draw what is posted from `start` on: late by hours, ahead by minutes, some of it twice."""
    batches: list[Batch] = []
    earlier: list[Sent] = []
    bursts = [chance.randrange(minutes * 60) for _ in range(BURSTS)]
    after_s = sorted(chance.choice(bursts) + chance.randrange(400) for _ in range(BATCHES))
    for at, post_at in enumerate(start + timedelta(seconds=each) for each in after_s):
        if chance.random() < 0.2:
            records = [_counter(chance, post_at) for _ in range(chance.randint(1, 3))]
            batches.append(Batch(f"m{at}", records, post_at))
            continue
        ghost = chance.random() < 0.1
        records = [
            _request(chance, f"{at}-{n}", post_at, ghost=ghost) for n in range(chance.randint(1, 5))
        ]
        if earlier and not ghost and chance.random() < _COPY_SHARE:
            records.append(_copy(chance, chance.choice(earlier)))
        earlier += [record for record in records if record.request_id]
        batches.append(Batch(f"b{at}", records, post_at, chance.randint(1, 3) if ghost else 0))
    return batches


def _request(chance: Random, name: str, post_at: datetime, *, ghost: bool) -> Sent:
    input_tokens, output_tokens = _tokens(name) if chance.random() < 0.7 else (None, None)
    return Sent(
        _end_us(chance, post_at),
        GHOST if ghost else chance.choice(("gpt-5-mini", "gpt-4.1")),
        chance.randint(1, 30_000),
        chance.choice(("east", "west")),
        name if not ghost and chance.random() < 0.5 else None,
        chance.choice((None, None, None, "timeout")),
        input_tokens,
        output_tokens,
    )


def _copy(chance: Random, sent: Sent) -> Sent:
    """Another report of the same request: as it was, or the one that knows (no) tokens."""
    if chance.random() < 0.3:
        return replace(sent)
    if sent.input_tokens is None and sent.request_id:
        input_tokens, output_tokens = _tokens(sent.request_id)
        return replace(sent, input_tokens=input_tokens, output_tokens=output_tokens)
    return replace(sent, input_tokens=None, output_tokens=None)


def _tokens(name: str) -> tuple[int, int]:
    """Return what a request of this name used, the same in every report of it."""
    used = Random(name)
    return used.randint(1, 9_000), used.randint(1, 900)


def _counter(chance: Random, post_at: datetime) -> Sent:
    return Sent(_end_us(chance, post_at), "jobs_done", value=chance.randint(1, 50))


def _end_us(chance: Random, post_at: datetime) -> int:
    kind = chance.random()
    if kind < _LATE_SHARE:
        ago_s = chance.randrange(600, 5 * 3600)
        if chance.random() < _HOT_SHARE:
            return _hot_us(post_at) + chance.randrange(BUCKET_M * MINUTE_US)
    elif kind < _LATE_SHARE + _AHEAD_SHARE:
        ago_s = -chance.randrange(300)
    else:
        ago_s = chance.randrange(180)
    return micros(post_at) - ago_s * 1_000_000 + chance.randrange(900_000)


def _hot_us(post_at: datetime) -> int:
    """Return the bucket of two hours ago for which late records come in these ten minutes."""
    return micros(post_at) // (10 * MINUTE_US) * (10 * MINUTE_US) - 120 * MINUTE_US


type Totals = dict[tuple[int, str, str], Counter[str]]


def counted(records: Iterable[Sent]) -> list[Sent]:
    """Return what counts once: of two reports of a request, the one with tokens."""
    kept: dict[object, Sent] = {}
    for record in records:
        before = kept.setdefault(record.identity, record)
        if before.input_tokens is None and record.input_tokens is not None:
            kept[record.identity] = record
    return list(kept.values())


def totals(records: Iterable[Sent], step_m: int) -> Totals:
    """Return the plain sums by step, model and deployment of what counts once."""
    found: Totals = {}
    for record in counted(records):
        slot = record.minute - record.minute % step_m
        sums = found.setdefault((slot, record.model, record.deployment), Counter())
        if record.value is not None:
            sums.update(n=1, value=record.value)
            continue
        ok = record.error_type is None
        sums.update(n=1, n_ok=int(ok), failed_us=0 if ok else record.duration_ms * 1000)
        sums.update(latency_us=record.duration_ms * 1000 if ok else 0)
        sums.update(input=record.input_tokens or 0, output=record.output_tokens or 0)
    return found
