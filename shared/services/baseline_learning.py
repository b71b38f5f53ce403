"""Reading what baselines are learned from: a day's rollups at a time, each reduced at once.

Days are read newest first, so that a run whose time is up has what is most like today. Series with
less than a day of data are learned from minutes, five at a time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.annotation.annotation import Incident
from shared.domain.baseline.baseline import SeasonalBaseline
from shared.domain.baseline.fit import Period, fit_baselines
from shared.domain.baseline.metrics import BaselineMetric
from shared.domain.baseline.observation import Observed, name_of, stacked
from shared.domain.baseline.observing import MEASURES, Parts, observe
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.timeline import BUCKET_M, DAY_M, HOUR_M, floor_to
from shared.services.reading import Freshness, ReadPorts, freshness, read_span

type Learned = dict[str, SeasonalBaseline]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned.

    Attributes:
        first: the first minute that was read.
        series: (model, deployment) -> metric -> what is normal; the deployment is empty where it is
            about all of them.
    """

    first: int
    series: Mapping[tuple[str, str], Learned]


@dataclass(frozen=True, slots=True)
class Budget:
    """How long reading may take.

    Attributes:
        timer: a monotonic clock, seconds.
        until_s: when it shows this, no further day is read.
    """

    timer: Callable[[], float]
    until_s: float


async def learn(
    period: Period, incidents: Sequence[Incident], *, reading: ReadPorts, budget: Budget
) -> Lesson:
    """Return what is normal, as a period tells.

    Args:
        period: what may be looked at; nothing else is read.
        incidents: what is left out.
        reading: where from.
        budget: how long reading may take; one day is read in any case.
    """
    fresh = await freshness(reading)
    first, observed = await _observe(period, incidents, fresh, reading, budget)
    hourly = replace(period, first=first, step_m=HOUR_M)
    learned = await asyncio.to_thread(_fit, observed, hourly)
    young = _young(observed, period.end)
    if young:
        recent = Period(max(period.first, period.end - DAY_M), period.end, BUCKET_M)
        _, by_minute = await _observe(recent, incidents, fresh, reading, budget)
        refined = await asyncio.to_thread(_fit, by_minute, recent)
        learned = {name: each for name, each in learned.items() if name not in young}
        learned |= {name: each for name, each in refined.items() if name in young}
    return Lesson(first, learned)


async def _observe(
    period: Period,
    incidents: Sequence[Incident],
    fresh: Freshness,
    reading: ReadPorts,
    budget: Budget,
) -> tuple[int, dict[BaselineMetric, Observed]]:
    """Return the first minute that was read, and what was observed."""
    parts: Parts = {}
    coarsest = Grain.HOUR if period.step_m == HOUR_M else Grain.BUCKET
    end = period.end
    while end > period.first and (end == period.end or budget.timer() < budget.until_s):
        first = max(period.first, floor_to(end - 1, DAY_M))
        for kind in Kind:
            rollups = await read_span(
                kind, first, end, fresh, reading, only=MEASURES[kind], coarsest=coarsest
            )
            await asyncio.to_thread(
                observe, kind, rollups, incidents, step_m=period.step_m, parts=parts
            )
        end = first
    return end, {metric: stacked(each) for metric, each in parts.items()}


def _fit(
    observed: Mapping[BaselineMetric, Observed], period: Period
) -> dict[tuple[str, str], Learned]:
    found: defaultdict[tuple[str, str], Learned] = defaultdict(dict)
    for metric, each in observed.items():
        for labels, baseline in fit_baselines(metric, each, period).items():
            found[name_of(labels)][metric.name] = baseline
    return dict(found)


def _young(observed: Mapping[BaselineMetric, Observed], end: int) -> set[tuple[str, str]]:
    """Return the series that began less than a day before the end."""
    older: set[tuple[str, str]] = set()
    every: set[tuple[str, str]] = set()
    for each in observed.values():
        every |= {name_of(labels) for labels in each.labels}
        early = set(each.series[each.slots < end - DAY_M].tolist())
        older |= {name_of(each.labels[at]) for at in early}
    return every - older
