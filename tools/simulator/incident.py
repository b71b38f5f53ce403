"""The trouble the simulator writes into its traffic on purpose, so that finding it can be checked.

Every incident lies at a fixed offset before the end of the traffic and is strong enough, at any
hour of the day and at scale 1, for the rule it names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class IncidentKind(StrEnum):
    """What goes wrong, and the meaning of an incident's `strength`."""

    SLOW = "slow"
    """Latency is multiplied by `strength`."""
    ERRORS = "errors"
    """A share `strength` (0..1) of first attempts fails."""
    SPIKE = "spike"
    """`strength` further requests a minute of the usual size."""
    QUOTA = "quota"
    """`strength` further requests a minute with long prompts."""
    CPU = "cpu"
    """A host's processor is busy for `strength` (0..1) of the time."""
    MEMORY = "memory"
    """A host's memory is filled up to `strength` (0..1)."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One period of trouble and the rule that ought to find it.

    Attributes:
        name: a short name, unique in a script.
        kind: what goes wrong.
        start: first moment of the trouble, UTC.
        end: the moment after the trouble, UTC.
        strength: how bad, in the unit its kind states.
        rule: name of the rule whose alert ought to fire.
        labels: labels that alert carries; `deployment` or `resource` is where it happens.
        story: one sentence for people.
    """

    name: str
    kind: IncidentKind
    start: datetime
    end: datetime
    strength: float
    rule: str
    labels: Mapping[str, str]
    story: str


def incidents(end: datetime) -> tuple[Incident, ...]:
    """Return the script of the simulated day that ends at `end`, oldest incident first."""
    return (
        _incident(
            end, 840, 40, IncidentKind.MEMORY, 0.94, "memory_utilization", {"resource": "vm-2"},
            "vm-2 leaks memory until it is restarted",
        ),
        _incident(
            end, 600, 30, IncidentKind.QUOTA, 26, "token_usage_rate",
            {"model": "gpt-4.1", "deployment": "gpt41-legacy"},
            "a backfill of long contracts uses up the token quota of gpt41-legacy",
        ),
        _incident(
            end, 360, 60, IncidentKind.SLOW, 4, "model_response_time",
            {"model": "gpt-5", "deployment": "gpt5-prod"},
            "gpt5-prod answers four times slower than usual for an hour",
        ),
        _incident(
            end, 190, 25, IncidentKind.SPIKE, 260, "traffic-spike",
            {"model": "text-embedding-3-large", "deployment": "embed-prod"},
            "a re-index sends 260 more requests a minute to embed-prod",
        ),
        _incident(
            end, 120, 25, IncidentKind.ERRORS, 0.35, "model_error_rate",
            {"model": "gpt-5-mini", "deployment": "mini-prod"},
            "a third of the calls to mini-prod fail: 429, 500, timeouts",
        ),
        _incident(
            end, 60, 20, IncidentKind.CPU, 0.95, "cpu_utilization", {"resource": "vm-1"},
            "a runaway job keeps the processors of vm-1 busy",
        ),
    )  # fmt: skip


def trace_incidents(end: datetime, *, model: str, deployment: str) -> tuple[Incident, ...]:
    """Return the script laid over a replayed hour that ends at `end`, oldest incident first.

    Args:
        end: the end of the replay, UTC.
        model: the model the replayed requests are said to use.
        deployment: the deployment they are said to use.
    """
    where = {"model": model, "deployment": deployment}
    return (
        _incident(
            end, 55, 12, IncidentKind.MEMORY, 0.94, "memory_utilization", {"resource": "vm-2"},
            "vm-2 leaks memory until it is restarted",
        ),
        _incident(
            end, 45, 20, IncidentKind.CPU, 0.95, "cpu_utilization", {"resource": "vm-1"},
            "a runaway job keeps the processors of vm-1 busy",
        ),
        _incident(
            end, 43, 10, IncidentKind.SLOW, 20, "model_response_time", where,
            f"{deployment} answers twenty times slower than usual",
        ),
        _incident(
            end, 31, 10, IncidentKind.ERRORS, 0.35, "model_error_rate", where,
            f"a third of the calls to {deployment} fail: 429, 500, timeouts",
        ),
    )  # fmt: skip


def at_place(script: Sequence[Incident], kind: IncidentKind, *, place: str) -> tuple[Incident, ...]:
    """Return the incidents of one kind at one deployment or host."""
    return tuple(
        incident
        for incident in script
        if incident.kind is kind
        and place in (incident.labels.get("deployment"), incident.labels.get("resource"))
    )


def _incident(
    end: datetime,
    starts_before_m: int,
    lasts_m: int,
    kind: IncidentKind,
    strength: float,
    rule: str,
    labels: Mapping[str, str],
    story: str,
) -> Incident:
    start = end - timedelta(minutes=starts_before_m)
    place = labels.get("deployment") or labels["resource"]
    return Incident(
        name=f"{kind}-{place}",
        kind=kind,
        start=start,
        end=start + timedelta(minutes=lasts_m),
        strength=strength,
        rule=rule,
        labels=labels,
        story=story,
    )
