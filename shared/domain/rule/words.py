"""The words of alert rules: comparisons, severities, and what an empty window means."""

import operator
from collections.abc import Callable
from enum import StrEnum
from typing import Any

MINUTE_S = 60


class Comparison(StrEnum):
    """How a value is held against the threshold; the rule is breached where it is true."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    EQUAL = "=="
    DIFFERENT = "!="

    @property
    def holds(self) -> Callable[[Any, Any], Any]:
        """Return the comparison as a function, for numbers and for arrays."""
        return _HOLDS[self]

    def worse(self, known: float | None, value: float) -> float:
        """Return the worse of two breaching values; where neither is, the one known first."""
        if known is None:
            return value
        if self in (Comparison.ABOVE, Comparison.AT_LEAST):
            return max(known, value)
        return min(known, value) if self in (Comparison.BELOW, Comparison.AT_MOST) else known


_HOLDS: dict[Comparison, Callable[[Any, Any], Any]] = {
    Comparison.ABOVE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.BELOW: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.EQUAL: operator.eq,
    Comparison.DIFFERENT: operator.ne,
}


class NoData(StrEnum):
    """What a window without enough samples means: health, no news, or a breach."""

    OK = "ok"
    KEEP = "keep"
    ALERT = "alert"


class Severity(StrEnum):
    """How bad it is, in rising order."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class Direction(StrEnum):
    """On which side of a baseline a breach lies."""

    ABOVE = "above"
    BELOW = "below"
    BOTH = "both"
