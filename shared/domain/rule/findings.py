"""What one rule makes of what was measured: what is a breach, and what it is held against.

Rules of one expression share their readings; findings are a rule's own.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shared.domain.label import Labels
from shared.domain.metric.readings import Readings, readings_of
from shared.domain.packing import Floats, Ints
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.rule.words import NoData


@dataclass(frozen=True, slots=True)
class Finding:
    """One label set at one evaluation.

    Attributes:
        value: in the unit of the rule's value; None where the window is empty.
        samples: in the window (of a ratio, its denominator).
        breached: whether the value is a breach.
        threshold: what it is held against where that moves; None where it is the rule's own.
        judged: False where there is nothing to hold it against, so that no state may change.
        lead: the part of the rule that led to it, or what else is to be said; empty without.
        seen: for a rule on absence, the minute after the last one with a sample; None where that
            is not known.
    """

    value: float | None
    samples: int
    breached: bool = False
    threshold: float | None = None
    judged: bool = True
    lead: str = ""
    seen: int | None = None


NOTHING = Finding(None, 0)
UNJUDGED = Finding(None, 0, judged=False)
NEVER = -1


@dataclass(frozen=True, slots=True)
class Findings:
    """A rule's findings by label set (rows) and evaluation time (columns).

    Attributes:
        readings: what was measured.
        breached: where a value is a breach, samples aside.
        thresholds: float64, what each value is held against; None where that is one number.
        judged: the label sets that there is something to hold against; None where that is all.
        leads: names of the parts of the rule that led to the values, or what else is to be said;
            None without.
        seen: int64, the minute after the last one with a sample, `NEVER` where that is not known;
            None where nobody asks.
    """

    readings: Readings
    breached: NDArray[np.bool_]
    thresholds: Floats | None = None
    judged: Container[Labels] | None = None
    leads: NDArray[np.str_] | None = None
    seen: Ints | None = None

    def at(self, labels: Labels, column: int) -> Finding:
        """Return the finding about a label set at an evaluation; `NOTHING` for one without any."""
        row = self.readings.rows.get(labels)
        judged = self.judged is None or labels in self.judged
        if row is None:
            return NOTHING if judged else UNJUDGED
        value = float(self.readings.values[row, column])
        threshold = None if self.thresholds is None else float(self.thresholds[row, column])
        seen = NEVER if self.seen is None else int(self.seen[row, column])
        return Finding(
            None if value != value else value,
            int(self.readings.samples[row, column]),
            bool(self.breached[row, column]),
            None if threshold is None or threshold != threshold else threshold,
            judged and threshold == threshold,
            "" if self.leads is None else str(self.leads[row, column]),
            None if seen == NEVER else seen,
        )


def no_findings(times: int) -> Findings:
    """Return findings about no label set at `times` evaluations."""
    return Findings(readings_of([], times), np.empty((0, times), np.bool_))


def threshold_findings(rule: ThresholdRule, readings: Readings) -> Findings:
    """Return where values lie beyond a fixed threshold."""
    present = ~np.isnan(readings.values)
    breached: NDArray[np.bool_] = present & rule.comparison.holds(readings.values, rule.threshold)
    return Findings(readings, breached)


def with_leads(findings: Findings, leads: Mapping[Labels, str]) -> Findings:
    """Return findings with what there is to say of each label set, the same at every evaluation."""
    rows = findings.readings.rows
    if not rows:
        return findings
    said = np.array(
        [leads.get(labels, "") for labels in sorted(rows, key=rows.__getitem__)], np.str_
    )
    return replace(findings, leads=np.broadcast_to(said[:, None], findings.breached.shape))


def noteworthy(rule: AlertRule, findings: Findings) -> NDArray[np.bool_]:
    """Return where an inactive label set would have to be remembered.

    That is where the rule is breached, and under `no_data: alert` wherever there is a value, since
    only a label set that is known can be missed later.
    """
    readings = findings.readings
    if rule.no_data is NoData.ALERT:
        return ~np.isnan(readings.values)
    found: NDArray[np.bool_] = findings.breached & (readings.samples >= rule.min_samples)
    return found
