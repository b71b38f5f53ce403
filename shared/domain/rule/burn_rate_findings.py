"""Where error budgets burn too fast: the findings of the rule kind `burn_rate`.

    burn rate = (bad events / all events) / (1 - objective)
    value = the greatest, over the window pairs, of min(burn over long, burn over short) / factor

A breach is a value of 1 or more: in some pair both windows burn at its factor or faster. A pair
says nothing where its long window has fewer events than the rule asks for, or its short one has
none; where no pair says anything there is no data. Factors and sources: `window_pair`.
"""

from decimal import Decimal

import numpy as np
from msgspec import UnsetType

from shared.domain.metric.counting import CountQuestion
from shared.domain.metric.readings import Readings
from shared.domain.packing import Floats, Ints
from shared.domain.rollup.event_counts import EventCounts
from shared.domain.rule.burn_rate_rule import BurnRateRule, Indicator
from shared.domain.rule.findings import Findings
from shared.domain.rule.window_pair import WindowPair, pairs_of, window_starts


def counts_asked(rule: BurnRateRule) -> tuple[CountQuestion, CountQuestion]:
    """Return what a rule counts: its good or bad events, and all events."""
    if rule.latency_metric and rule.below_ms:
        own = tuple(sorted(rule.filter.items()))
        timer = CountQuestion(rule.latency_metric, rule.below_ms, rule.group_by, own)
        return timer, timer
    return _sum_asked(rule, rule.bad or rule.good), _sum_asked(rule, rule.total)


def burn_rate_findings(
    rule: BurnRateRule, counted: tuple[EventCounts, EventCounts], times: Ints
) -> Findings:
    """Return how fast the error budget of each label set burns.

    Args:
        rule: its objective, pairs and least number of events.
        counted: the rule's good events (bad ones where it states those), and all events.
        times: evaluation minutes.
    """
    part, total = counted
    labels = total.groups
    pairs = pairs_of(rule.windows)
    shape = (len(pairs), len(labels), len(times))
    values, samples = np.full(shape, np.nan), np.zeros(shape, np.int64)
    for at, pair in enumerate(pairs):
        values[at], samples[at] = _pair(rule, pair, part, total, times)
    lead = np.argmax(np.where(np.isnan(values), -np.inf, values), axis=0)[None]
    value = np.take_along_axis(values, lead, 0)[0]
    readings = Readings(
        labels,
        {name: row for row, name in enumerate(labels)},
        value,
        np.take_along_axis(samples, lead, 0)[0],
    )
    names = np.array([pair.name for pair in pairs])
    return Findings(readings, value >= rule.threshold, leads=names[lead[0]])


def burn_rates(bad: Floats, total: Floats, objective: float) -> Floats:
    """Return how many times too fast an error budget burns; NaN where nothing happened.

    Args:
        bad: bad events.
        total: all events.
        objective: share of good ones promised, 0 < objective < 1.
    """
    budget = float(1 - Decimal(str(objective)))
    burnt: Floats = np.divide(
        bad, total * budget, out=np.full(total.shape, np.nan), where=total > 0
    )
    return burnt


def _pair(
    rule: BurnRateRule, pair: WindowPair, part: EventCounts, total: EventCounts, times: Ints
) -> tuple[Floats, Ints]:
    long_burn, events = _window(rule, pair.long_m, part, total, times)
    short_burn, _ = _window(rule, pair.short_m, part, total, times)
    value = np.minimum(long_burn, short_burn) / pair.factor(rule.period_days)
    value[events < rule.min_requests] = np.nan
    return value, np.floor(events).astype(np.int64)


def _window(
    rule: BurnRateRule, window_m: int, part: EventCounts, total: EventCounts, times: Ints
) -> tuple[Floats, Floats]:
    starts = window_starts(times, window_m)
    every = total.between(total.groups, starts, times)
    stated = np.clip(part.between(total.groups, starts, times), 0, every)
    bad = stated if rule.bad else every - stated
    return burn_rates(bad, every, rule.objective), every


def _sum_asked(rule: BurnRateRule, indicator: Indicator | UnsetType) -> CountQuestion:
    if not indicator:
        raise ValueError(f"{rule.name}: an indicator is missing")
    own = tuple(sorted({**rule.filter, **indicator.filter}.items()))
    return CountQuestion(indicator.metric, None, rule.group_by, own)
