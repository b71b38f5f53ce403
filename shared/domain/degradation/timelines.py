"""What metrics were over time, measured the way baselines are, so that both compare."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from shared.domain import label
from shared.domain.baseline.observation import name_of, stacked
from shared.domain.baseline.observing import Parts, observe
from shared.domain.degradation.degradation import Reading
from shared.domain.degradation.level_shift import Steps, by_time
from shared.domain.label import Labels
from shared.domain.packing import Ints
from shared.domain.rollup.measures import MEASURES, Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.span import Span

# (model, deployment); the deployment is empty where it is about all of them.
type Name = tuple[str, str]
type Timelines = Mapping[Name, Mapping[str, Steps]]


def collapsed(kind: Kind, parts: Iterable[Rollup], span: Span, wanted: Name | None) -> Rollup:
    """Return one row a series over a whole span.

    Args:
        kind: of the records.
        parts: its rollups.
        span: whose first minute the rows get.
        wanted: the model, and deployment unless empty, of the rows to keep; None keeps all.
    """

    def key(labels: Labels) -> Labels | None:
        return labels if concerns(wanted, labels) else None

    def step(slots: Ints) -> Ints:
        return np.full(len(slots), span.first, np.int64)

    return aggregate(parts, MEASURES[kind], key=key, step=step)


def concerns(wanted: Name | None, labels: Labels) -> bool:
    """Tell whether a series belongs to a name; None stands for every one."""
    if wanted is None:
        return True
    own = dict(labels)
    model, deployment = wanted
    return own.get(label.MODEL) == model and deployment in ("", own.get(label.DEPLOYMENT))


def readings_of(rollups: Mapping[Kind, Rollup]) -> dict[Name, dict[str, Reading]]:
    """Return what metrics were over a span, from one row a series."""
    found: dict[Name, dict[str, Reading]] = {}
    for name, metrics in timelines_of({k: [r] for k, r in rollups.items()}, 1).items():
        found[name] = {
            metric: Reading(float(steps.values[0]), int(steps.samples[0]))
            for metric, steps in metrics.items()
        }
    return found


def timelines_of(
    rollups: Mapping[Kind, Sequence[Rollup]], step_m: int
) -> dict[Name, dict[str, Steps]]:
    """Return the values of metrics by step of time.

    Args:
        rollups: rows of at most that step.
        step_m: minutes of a value.
    """
    parts: Parts = {}
    for kind, held in rollups.items():
        observe(kind, held, [], step_m=step_m, parts=parts)
    found: dict[Name, dict[str, Steps]] = {}
    for metric, each in parts.items():
        observed = stacked(each)
        for at, labels in enumerate(observed.labels):
            own = observed.series == at
            rows = (observed.slots[own], observed.values[own], observed.samples[own])
            if own.any():
                steps = by_time(zip(*(column.tolist() for column in rows), strict=True))
                found.setdefault(name_of(labels), {})[metric.name] = steps
    return found
