"""Whose cost provisioned capacity is: that of its users by their load, and idle for the rest.

Load is counted as Azure sizes PTUs: each kind of token with its weight (`price/ptu.py`), those of
failures too. In each hour or day, whichever the costs are told by, a group pays for the part of the
capacity that its load filled; where more than all of it was asked for, each for its share. What is
left is idle. Where the model cannot be sized, tokens count alike and their users pay for all of it
in every hour or day that has any.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from shared.domain import label
from shared.domain.cost.capacity import Capacity, Held
from shared.domain.cost.cells import METERS, OUTCOMES, Entries, cell_columns
from shared.domain.cost.line import NOTHING, Amount, CostLine, LineKind, total
from shared.domain.cost.prorating import cut
from shared.domain.cost.table import Period
from shared.domain.label import Labels
from shared.domain.price.charge import EXACT
from shared.domain.price.list_price import CELL_TOKENS, Meter
from shared.domain.price.pricing import Pricing, Unpriced
from shared.domain.price.ptu import PtuSizing, TokenWeights, ptu_sizing
from shared.domain.rollup.price_cell import Outcome
from shared.domain.rollup.rollup import Rollup
from shared.domain.span import Span
from shared.domain.timeline import instant

# Weights have two digits at most behind their point.
_SCALE = 1000
_ALIKE = TokenWeights(1.0, 1.0, 1.0, 1.0)
_OUTPUTS = (Meter.OUTPUT, Meter.AUDIO_OUTPUT, Meter.IMAGE_OUTPUT)
_REFUSED = OUTCOMES.index(Outcome.REFUSED)

type Key = tuple[int, str, str]
"""The step (its minute), resource and deployment."""


@dataclass(slots=True)
class _Step:
    """A deployment's capacity within one step, and what was asked of it."""

    held: list[Held] = field(default_factory=list)
    loads: dict[Labels, int] = field(default_factory=dict)


def capacity_lines(
    rollup: Rollup,
    capacity: Capacity,
    pricing: Pricing,
    *,
    group_by: Sequence[str],
    period: Period,
    span: Span,
    step_m: int,
) -> list[CostLine]:
    """Return the cost of capacity by charge period and group, idle and unused parts included.

    Args:
        rollup: requests by `wide_labels(group_by)` and step; those of other deployments are passed
            over, but none of a provisioned one may be missing.
        capacity: of the span.
        pricing: prices and deployments.
        group_by: labels that tell groups apart.
        period: how long a line's charge period is.
        span: minutes covered.
        step_m: how long a step of the rollup is; a day or an hour.
    """
    steps: dict[Key, _Step] = {}
    for held in capacity.held:
        key = (held.first - held.first % step_m, held.resource, held.deployment)
        steps.setdefault(key, _Step()).held.append(held)
    _add_loads(steps, rollup, pricing, group_by, step_m)
    lines = [
        line
        for key, step in steps.items()
        for line in _shared_out(key, step, pricing, group_by, period.start(key[0], span))
    ]
    for unused in capacity.unused:
        lines.append(
            CostLine(
                start=period.start(unused.first, span),
                labels=tuple((name, "") for name in group_by),
                kind=LineKind.UNUSED_RESERVATION,
                ptu_effective_cost=unused.cost,
            )
        )
    return lines


def _add_loads(
    steps: dict[Key, _Step],
    rollup: Rollup,
    pricing: Pricing,
    group_by: Sequence[str],
    step_m: int,
) -> None:
    owners = [_step_of(row, rollup, steps, pricing, step_m) for row in range(len(rollup))]
    cells = cell_columns(rollup)
    for entries in (cells.tokens, cells.unseen):
        for row, band, meter, count in _counts(entries, [band for _, band in cells.places]):
            step = owners[row]
            if step is None:
                continue
            own = dict(rollup.labels[int(rollup.series[row])])
            group = tuple((name, own[name]) for name in group_by)
            load = count * _weight(_sizing(step.held[0], pricing), band, meter)
            step.loads[group] = step.loads.get(group, 0) + load


def _step_of(
    row: int, rollup: Rollup, steps: dict[Key, _Step], pricing: Pricing, step_m: int
) -> _Step | None:
    own, slot = dict(rollup.labels[int(rollup.series[row])]), int(rollup.slots[row])
    deployment = own[label.DEPLOYMENT]
    last: datetime = instant(slot + step_m - 1)
    config = pricing.deployments.config(own[label.RESOURCE], deployment, last)
    return None if config is None else steps.get((slot, config.resource, deployment))


def _counts(entries: Entries, bands: Sequence[str]) -> Iterator[tuple[int, str, Meter, int]]:
    kept = entries.outcome != _REFUSED
    columns = (entries.rows, entries.place, entries.kind, entries.sums)
    rows = zip(*(column[kept].tolist() for column in columns), strict=True)
    for row, place, meter, count in rows:
        yield row, bands[place], METERS[meter], count


def _sizing(held: Held, pricing: Pricing) -> PtuSizing | None:
    model = pricing.names.find(held.config.model or "")
    return None if model is None else ptu_sizing(model, instant(held.first).date())


def _weight(sizing: PtuSizing | None, band: str, meter: Meter) -> int:
    weights = _ALIKE if sizing is None else sizing.weights_above(CELL_TOKENS[band][0])
    by_meter = {Meter.CACHED_INPUT: weights.cached_input, Meter.CACHE_WRITE: weights.cache_write}
    plain = weights.output if meter in _OUTPUTS else weights.input
    return round(by_meter.get(meter, plain) * _SCALE)


def _shared_out(
    key: Key, step: _Step, pricing: Pricing, group_by: Sequence[str], start: int
) -> Iterator[CostLine]:
    listed = total(held.list_cost or NOTHING for held in step.held)
    effective = total(held.effective_cost or NOTHING for held in step.held)
    asked = max(sum(step.loads.values()), _room(step.held, pricing))
    idle = [listed, effective]
    for group, load in step.loads.items():
        if load <= 0:
            continue
        parts = [_part(cost, load, asked) for cost in (listed, effective)]
        idle = [EXACT.subtract(*pair) for pair in zip(idle, parts, strict=True)]
        yield CostLine(
            start=start, labels=group, ptu_list_cost=parts[0], ptu_effective_cost=parts[1]
        )
    unpriced = sum(held.ptu * (held.end - held.first) for held in step.held if not _is_priced(held))
    if any(idle) or unpriced:
        known = {
            label.RESOURCE: key[1],
            label.DEPLOYMENT: key[2],
            label.MODEL: step.held[-1].config.model or "",
        }
        yield CostLine(
            start=start,
            labels=tuple((name, known.get(name, "")) for name in group_by),
            kind=LineKind.IDLE_PTU,
            ptu_list_cost=idle[0],
            ptu_effective_cost=idle[1],
            unpriced={Unpriced.OFFER: Amount(ptu_minutes=unpriced)} if unpriced else {},
        )


def _is_priced(held: Held) -> bool:
    return held.list_cost is not None and held.effective_cost is not None


def _room(held: Sequence[Held], pricing: Pricing) -> int:
    """Return the load that fills the capacity; 0 where the model cannot be sized."""
    room = 0
    for each in held:
        sizing = _sizing(each, pricing)
        if sizing is not None:
            room += each.ptu * (each.end - each.first) * sizing.tpm_per_ptu * _SCALE
    return room


def _part(cost: Decimal, load: int, asked: int) -> Decimal:
    return cut(EXACT.divide(EXACT.multiply(cost, Decimal(load)), Decimal(asked)))
