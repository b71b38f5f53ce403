"""Who reports and who does not: the findings of the rule kind `absence`.

The value of a minute is the number of samples in it; no sample is the breach. Where a series was
seen last tells since when it has been absent.
"""

import numpy as np

from shared.domain.metric.readings import Readings
from shared.domain.metric.samples import Samples
from shared.domain.packing import Ints
from shared.domain.rule.findings import NEVER, Findings


def absence_findings(readings: Readings, samples: Samples, times: Ints) -> Findings:
    """Return which label sets report at each evaluation, and when they did last.

    Args:
        readings: samples in the minute before each evaluation.
        samples: of the same metric, grouping and filter, as far back as they are known.
        times: evaluation minutes.
    """
    seen = np.full(readings.values.shape, NEVER, np.int64)
    bounds = np.searchsorted(samples.group, np.arange(len(samples.groups) + 1))
    for at, labels in enumerate(samples.groups):
        row = readings.rows.get(labels)
        slots = samples.slots[bounds[at] : bounds[at + 1]]
        if row is None or len(slots) == 0:
            continue
        before = np.searchsorted(slots, times)
        seen[row] = np.where(before > 0, slots[before - 1] + 1, NEVER)
    return Findings(readings, np.zeros(readings.values.shape, np.bool_), seen=seen)
