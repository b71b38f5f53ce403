"""Seeded traffic for the demo, tests and benchmarks; deterministic for a seed and an end time."""

from tools.simulator.incident import Incident, IncidentKind, incidents, trace_incidents
from tools.simulator.month import earlier_days
from tools.simulator.posts import Post
from tools.simulator.simulate import simulate
from tools.simulator.trace import load_trace
from tools.simulator.traffic import Traffic

__all__ = [
    "Incident",
    "IncidentKind",
    "Post",
    "Traffic",
    "earlier_days",
    "incidents",
    "load_trace",
    "simulate",
    "trace_incidents",
]
