"""Which events and metrics a query asks for, and which of their names it reads."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_EVENT = re.compile(r'"((?:alert|baseline|budget|cost|degradation|recommendation|system)\.[a-z]*)"')
_METRIC = re.compile(r'"((?:model_|token_usage_rate|request_usage_rate)\w*)"')
_PROPERTY = re.compile(r"customDimensions\.(\w+)")
_MEASUREMENT = re.compile(r"customMeasurements\.(\w+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks for.

    Attributes:
        events: names; one that ends in a dot stands for all that begin so.
        metrics: names.
        properties: read from customDimensions.
        measurements: read from customMeasurements.
    """

    events: set[str]
    metrics: set[str]
    properties: set[str]
    measurements: set[str]

    def of_events(self, known: Iterable[str]) -> set[str]:
        """Return which of the known events it asks for."""
        return {
            name
            for name in known
            if name in self.events
            or any(e.endswith(".") and name.startswith(e) for e in self.events)
        }


def asked(text: str) -> Asked:
    """Return what a query asks for; names of rules in quotes are not taken for metrics."""
    code = re.sub(r"//.*", "", text)
    metrics = {name for name in _METRIC.findall(code) if "customMetrics" in code}
    return Asked(
        set(_EVENT.findall(code)),
        metrics,
        set(_PROPERTY.findall(code)),
        set(_MEASUREMENT.findall(code)),
    )
