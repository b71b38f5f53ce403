"""What a rollup has to hold, computed the slow way: request by request, in Python integers."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.domain.packing import NULL
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.rollup import Rollup
from shared.domain.timeline import MINUTE_US, micros
from tests.domain.factories import terms_by_row

type Key = tuple[int, tuple[tuple[str, str], ...]]


@dataclass
class Plain:
    """One minute of one series."""

    counts: Counter[str] = field(default_factory=Counter)
    latency: list[tuple[int, int]] = field(default_factory=list)
    failed: list[tuple[int, int]] = field(default_factory=list)
    first_token: list[tuple[int, int]] = field(default_factory=list)
    usage: list[tuple[int, int]] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    finish: Counter[str] = field(default_factory=Counter)


def plain_rollup(records: Iterable[RequestRecord]) -> dict[Key, Plain]:
    """Return (minute, labels) -> what the requests that ended in it add up to."""
    found: dict[Key, Plain] = defaultdict(Plain)
    for record in records:
        duration_us = round(record.duration_ms * 1000)
        end_us = micros(record.start_time) + duration_us
        _add(found[end_us // MINUTE_US, _labels(record)], record, duration_us, end_us)
    return dict(found)


def _labels(record: RequestRecord) -> tuple[tuple[str, str], ...]:
    deployment = record.deployment or record.model
    labels = {
        "model": record.model,
        "deployment": record.deployment_served or deployment,
        "application": record.application,
    }
    return tuple(sorted((name, text) for name, text in labels.items() if text))


def _add(row: Plain, record: RequestRecord, duration_us: int, end_us: int) -> None:
    status = record.status_code or 0
    error = record.error_type or (f"http_{status}" if status >= 400 else None)
    deployment = record.deployment or record.model
    tokens = [n for n in (record.input_tokens, record.output_tokens) if n is not None]
    made = record.output_tokens if record.max_tokens is None else record.max_tokens
    row.counts.update(
        n=1,
        n_ok=error is None,
        missing_usage=not tokens,
        retries=(record.attempt or 1) > 1,
        spilled=record.deployment_served not in (None, deployment),
        streamed=record.stream is True,
        weight_millionths=round((record.sample_weight or 1) * 1_000_000),
        usage_n=bool(tokens),
        usage_sum=sum(tokens),
        admitted_tokens=(record.input_tokens or 0) + (made or 0),
        first_token_n=record.time_to_first_token_ms is not None,
        latency_sum=0 if error else duration_us,
        failed_sum=duration_us if error else 0,
    )
    (row.failed if error else row.latency).append((end_us, duration_us))
    if record.time_to_first_token_ms is not None:
        row.first_token.append((end_us, round(record.time_to_first_token_ms * 1000)))
    if tokens:
        row.usage.append((end_us, sum(tokens)))
    row.errors.update([error] if error else [])
    row.finish.update([record.finish_reason] if record.finish_reason else [])


def same_as_plain(rolled: Rollup, plain: dict[Key, Plain]) -> None:
    """Assert that a rollup holds exactly what the slow way found."""
    keys = [
        (slot, rolled.labels[at])
        for slot, at in zip(rolled.slots.tolist(), rolled.series.tolist(), strict=True)
    ]
    assert keys == sorted(plain)
    rows = [plain[key] for key in keys]
    for name in {name for row in rows for name in row.counts}:
        assert rolled.ints(name).tolist() == [row.counts[name] for row in rows], name
    for prefix in ("latency", "failed", "first_token", "usage"):
        for part, pick in (("min", _least), ("max", _greatest), ("last", _last), ("last_at", _at)):
            expected = [pick(getattr(row, prefix)) for row in rows]
            assert rolled.ints(f"{prefix}_{part}").tolist() == expected, f"{prefix}_{part}"
    assert terms_by_row(rolled, "error_type") == [row.errors for row in rows]
    assert terms_by_row(rolled, "finish_reason") == [row.finish for row in rows]


def _least(values: list[tuple[int, int]]) -> int:
    return min((value for _, value in values), default=NULL)


def _greatest(values: list[tuple[int, int]]) -> int:
    return max((value for _, value in values), default=NULL)


def _last(values: list[tuple[int, int]]) -> int:
    return max(values, default=(0, NULL))[1]


def _at(values: list[tuple[int, int]]) -> int:
    return max(values, default=(NULL, 0))[0]
