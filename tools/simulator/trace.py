"""A recorded trace replayed: real times and token counts, simulated latency and errors.

A trace is a CSV with the columns TIMESTAMP, ContextTokens and GeneratedTokens, as in Microsoft's
Azure LLM inference traces (https://github.com/Azure/AzurePublicDataset). It names no model and has
no durations or errors: those come from the simulator's model, as do the names, and the label says
so. The quota is set to 80 % of the busiest minute's tokens, so that the trace's own bursts breach
it.
"""

import csv
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.simulator.clock import MINUTE_MS, from_ms, to_ms
from tools.simulator.columns import Columns, end_ms
from tools.simulator.fleet import CODE, Deployment, Speed, TokenShape
from tools.simulator.hosts import host_posts
from tools.simulator.incident import Incident, IncidentKind, trace_incidents
from tools.simulator.requests import draw_requests
from tools.simulator.simulate import in_order
from tools.simulator.tokens import given_tokens
from tools.simulator.traffic import Traffic

QUOTA_SHARE = 0.8
"""The quota over the tokens of the busiest minute."""
BREACH_SHARE = 0.9
"""The share of a quota above which the built-in rule on it speaks."""

REPLAYED = Deployment(
    "code-prod", "gpt-5-mini", "2025-08-07", "aoai-west", "westeurope", "prod", "chat",
    (CODE,), 0, TokenShape(0, 0), Speed(220, 12_000, 170), 0.5, 0, "minimal",
)  # fmt: skip


def load_trace(path: Path, end: datetime, *, seed: int = 1) -> Traffic:
    """Read a trace and move it so that its last request starts a minute before `end`.

    Args:
        path: the CSV file.
        end: where the replay ends; aware.
        seed: where chance starts, for what the trace lacks.

    Raises:
        ValueError: the file is not such a CSV, or has no rows; names the line.
        OSError: the file cannot be read.
    """
    recorded_ms, input_tokens, output_tokens = _read(path)
    shift_ms = to_ms(end) - MINUTE_MS - int(recorded_ms[-1])
    starts_ms = recorded_ms + shift_ms
    start = from_ms(int(starts_ms[0]) // MINUTE_MS * MINUTE_MS)
    script = tuple(
        incident
        for incident in trace_incidents(end, model=REPLAYED.model, deployment=REPLAYED.name)
        if start <= incident.start
    )
    rng = np.random.default_rng([seed, 0])
    tokens = given_tokens(input_tokens, output_tokens)
    requests = in_order(draw_requests(REPLAYED, starts_ms, tokens, script, rng), end)
    quota, breach = _quota(requests)
    return Traffic(
        label=(
            f"trace {path.name} ({len(starts_ms):,} requests, times moved)"
            f" + SIMULATED latency, errors, retries and names (seed {seed})"
        ),
        start=start,
        end=end,
        requests=requests,
        measurements=tuple(host_posts(start, end, script, rng)),
        incidents=(*script, breach),
        deployments=(replace(REPLAYED, tpm_quota=quota),),
    )


def _read(path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return start times (ms since 1970), input and output tokens, in the order of time."""
    rows: list[tuple[int, int, int]] = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                moment = np.datetime64(row["TIMESTAMP"], "ms").astype(np.int64)
                rows.append((int(moment), int(row["ContextTokens"]), int(row["GeneratedTokens"])))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: not a row of a trace: {error}") from error
    if not rows:
        raise ValueError(f"{path}: no requests in it")
    moments, inputs, outputs = np.array(sorted(rows), dtype=np.int64).T
    return moments, inputs, outputs


def _quota(requests: Columns) -> tuple[int, Incident]:
    """Return a quota in tokens per minute that the trace breaches, and when it does."""
    minutes = (end_ms(requests) // MINUTE_MS).astype(np.int64)
    tokens = np.array(
        [
            (given or 0) + (written or 0)
            for given, written in zip(
                requests["input_tokens"], requests["output_tokens"], strict=True
            )
        ]
    )
    per_minute = np.bincount(minutes - minutes[0], weights=tokens)
    quota = round(QUOTA_SHARE * per_minute.max())
    breached = np.flatnonzero(per_minute > BREACH_SHARE * quota) + minutes[0]
    return quota, Incident(
        name=f"quota-{REPLAYED.name}",
        kind=IncidentKind.QUOTA,
        start=from_ms(int(breached[0]) * MINUTE_MS),
        end=from_ms(int(breached[-1] + 1) * MINUTE_MS),
        strength=0,
        rule="token_usage_rate",
        labels={"model": REPLAYED.model, "deployment": REPLAYED.name},
        story=f"the trace's own bursts breach a quota of {quota:,} tokens a minute",
    )
