"""Where values lie far from what is normal: the findings of the rule kind `baseline`.

A value has to be further from the centre than `deviations` robust standard deviations, and further
than `percent` of the centre: both are required, so that neither a metric that hardly varies nor one
that always does sets off an alert. The edge of the band is whichever of the two is further out:

    above = max(centre + deviations * spread, centre + |centre| * percent / 100)
    below = min(centre - deviations * spread, centre - |centre| * percent / 100)

Where there is no baseline there is nothing to judge by, and alerts stay as they are.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shared.domain.label import Labels
from shared.domain.metric.readings import Readings
from shared.domain.packing import Floats
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.findings import Findings
from shared.domain.rule.references import Normal
from shared.domain.rule.words import Direction


def baseline_findings(
    rule: BaselineRule, readings: Readings, normals: Mapping[Labels, Normal]
) -> Findings:
    """Return where values lie beyond the edge of their baseline's band.

    Args:
        rule: which distance counts, and on which side.
        readings: what was measured.
        normals: what is normal at the same times, by label set.
    """
    edges = np.full(readings.values.shape, np.nan)
    breached = np.zeros(readings.values.shape, np.bool_)
    for row, labels in enumerate(readings.labels):
        normal = normals.get(labels)
        if normal is not None:
            edges[row], breached[row] = _held(rule, readings.values[row], normal)
    return Findings(readings, breached, thresholds=edges, judged=frozenset(normals))


def band(rule: BaselineRule, normal: Normal) -> tuple[Floats, Floats]:
    """Return the lower and the upper edge at each time; NaN where there is no baseline."""
    distance = np.maximum(
        rule.deviations * normal.spread, np.abs(normal.center) * (rule.percent / 100)
    )
    return normal.center - distance, normal.center + distance


def _held(rule: BaselineRule, values: Floats, normal: Normal) -> tuple[Floats, NDArray[np.bool_]]:
    """Return what each value is held against, of two edges the nearer, and if it is beyond."""
    low, high = band(rule, normal)
    if rule.direction is Direction.ABOVE:
        return high, values > high
    if rule.direction is Direction.BELOW:
        return low, values < low
    nearer = np.where(np.abs(values - low) < np.abs(values - high), low, high)
    return nearer, (values < low) | (values > high)
