"""The unit of what a rule measures, for messages and events (UCUM; `1` for ratios)."""

from shared.domain.metric import names
from shared.domain.metric.spec import DERIVED
from shared.domain.metric.window import Aggregation

NO_UNIT = "1"

_OWN = {
    names.REQUESTS_IN_PROGRESS: "{request}",
    names.ANOMALY_SCORE: "1",
    names.INGEST_SILENCE: "s",
    names.INGEST_LAG: "s",
}


def unit_of(metric: str, aggregation: Aggregation, reported: str | None) -> str:
    """Return the unit of a metric's aggregate.

    Args:
        metric: its name.
        aggregation: how samples become one number.
        reported: the unit clients report the metric in; None for a metric they do not report.
    """
    if aggregation is Aggregation.COUNT:
        return NO_UNIT
    spec = DERIVED.get(metric)
    unit = spec.unit if spec else _OWN.get(metric) or reported or NO_UNIT
    return f"{unit}/s" if aggregation is Aggregation.RATE else unit


def spoken(unit: str) -> str:
    """Return a unit as it follows a number in a sentence: annotations and `1` are silent."""
    head, slash, tail = unit.partition("/")
    silent = head == NO_UNIT or head.startswith("{")
    return f"{'' if silent else head}{slash}{tail}"
