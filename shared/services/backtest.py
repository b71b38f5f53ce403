"""Backtests: what rules would have made of stored history.

The range is cut to what is complete and kept. History is read day by day and evaluated in a thread
by the code that runs live; nothing is written.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from msgspec import UNSET

from shared.domain.alert.alert import Context, RuleState
from shared.domain.alert.evaluation import Measurements
from shared.domain.backtest.answer import Backtest, Setting, answer_of
from shared.domain.backtest.backtest import Replay
from shared.domain.backtest.input import BacktestQuery
from shared.domain.backtest.range import range_within
from shared.domain.backtest.timeline import MAX_EVALUATIONS, too_many
from shared.domain.metric.frame import Frame
from shared.domain.muting.muting import Muting
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.count_span import count_span
from shared.domain.rule.measures import measures_of
from shared.domain.rule.references import References
from shared.domain.rule.rule import AlertRule
from shared.domain.timeline import HOUR_M
from shared.services.history import History, frames_of
from shared.services.metric_registry import MetricRegistry
from shared.services.muting import load_muting
from shared.services.ports import Documents
from shared.services.reading import ReadPorts, freshness
from shared.services.references import ReferencePorts, load_references, with_availability
from shared.services.routes import load_routes


@dataclass(frozen=True, slots=True)
class BacktestPorts:
    """What a backtest reads.

    Attributes:
        reading: rollups.
        documents: silences, inhibitions and routes.
        registry: the units of reported metrics.
        references: baselines and budgets.
        kept_days: how many days of minutes are kept.
        environment: where the monitor runs.
    """

    reading: ReadPorts
    documents: Documents
    registry: MetricRegistry
    references: ReferencePorts
    kept_days: int
    environment: str


async def backtest(query: BacktestQuery, *, now: datetime, ports: BacktestPorts) -> Backtest:
    """Replay rules over stored history.

    Args:
        query: rules, evaluation times and what else to go by.
        now: the clock, UTC: tells what is kept.
        ports: where history is.

    Raises:
        InvalidInput: more evaluations than one answer may have.
    """
    fresh = await freshness(ports.reading)
    minutes, cuts = range_within(query, fresh.through, now, kept_days=ports.kept_days)
    muting, routes = await asyncio.gather(
        load_muting(ports.documents), load_routes(ports.documents)
    )
    if query.silences is not None:
        muting = replace(muting, silences=query.silences)
    sets = [query.rules, *([query.compare_with] if query.compare_with else [])]
    here, *there = await replay(sets, minutes, muting=muting, ports=ports)
    unavailable = await _unavailable([rule for each in sets for rule in each], ports.references)
    setting = Setting(minutes, fresh.through, cuts, unavailable, routes or (), ports.environment)
    return await asyncio.to_thread(answer_of, here, there[0] if there else None, setting)


async def replay(
    sets: Sequence[Sequence[AlertRule]],
    minutes: range,
    *,
    muting: Muting,
    ports: BacktestPorts,
    states: Mapping[str, RuleState] | None = None,
) -> list[Replay]:
    """Return sets of rules walked over the same history.

    Args:
        sets: of each, every name once.
        minutes: every evaluation time, in order; none evaluates nothing.
        muting: silences and inhibitions to go by.
        ports: where history is.
        states: rule name -> its state before the first evaluation; None begins with nothing active.

    Raises:
        InvalidInput: more evaluations than one answer may have.
    """
    rules = [rule for each in sets for rule in each]
    units = await ports.registry.units(rule.metric for rule in rules)
    context = Context(ports.environment, units)
    done = [Replay(each, minutes, states=states, muting=muting, context=context) for each in sets]
    if not minutes:
        return done
    fresh = await freshness(ports.reading)
    frames = frames_of(_history(rules, minutes), fresh, ports=ports.reading)
    async for due, frame in frames:
        references = await load_references(rules, due, frame, ports=ports.references)
        await asyncio.to_thread(_walk, done, due, frame, references)
        if sum(each.timelines.evaluations for each in done) > MAX_EVALUATIONS:
            raise too_many()
    return done


def _walk(replays: Sequence[Replay], minutes: range, frame: Frame, references: References) -> None:
    times = np.arange(minutes.start, minutes.stop, minutes.step, dtype=np.int64)
    measurements = Measurements(frame, times, references)
    for each in replays:
        each.walk(measurements, minutes)


async def _unavailable(rules: Sequence[AlertRule], ports: ReferencePorts) -> dict[str, str]:
    told = [await with_availability(rule, ports=ports) for rule in rules]
    held = (rule for rule in told if isinstance(rule, BaselineRule | BudgetRule))
    return {rule.name: rule.unavailable for rule in held if rule.unavailable is not UNSET}


def _history(rules: Sequence[AlertRule], minutes: range) -> History:
    counted = count_span(rules, minutes)
    return History(
        minutes,
        max((rule.look_back_m for rule in rules), default=0),
        minutes[0] - counted.first + HOUR_M if counted else 0,
        measures_of(rules),
    )
