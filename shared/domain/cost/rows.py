"""Costs as rows that add up: usage by group, and apart from it what belongs to no group.

Every row says in `row` what it is:

    usage               priced requests of a group
    unallocated         the same, where a label that was asked for is not known
    unseen              estimated: what the requests that clients sampled out have cost
    unpriced            requests, tokens and capacity without a price, and why; they add nothing
    idle_ptu            provisioned capacity that nobody used
    unused_reservation  reserved capacity that no deployment used; it has an effective cost only

Money is text in US dollars, exact; only costs per request or answer are rounded, to ten digits.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from shared.domain.cost.good_answers import GoodAnswers, GoodShares
from shared.domain.cost.grouping import DAY, HOUR, Grouping, label_of
from shared.domain.cost.line import NOTHING, CostLine, LineKind, total
from shared.domain.price.charge import EXACT
from shared.domain.price.list_price import Meter
from shared.domain.price.money import usd_text
from shared.domain.rollup.price_cell import WHOLE
from shared.domain.share import Share
from shared.domain.timeline import HOUR_M, instant, rfc3339_minute

_ROUNDED = Decimal("1E-10")
_NAMED = (Meter.INPUT, Meter.CACHED_INPUT, Meter.CACHE_WRITE, Meter.OUTPUT)


class RowKind(StrEnum):
    """What a row is."""

    USAGE = "usage"
    UNALLOCATED = "unallocated"
    UNSEEN = "unseen"
    UNPRICED = "unpriced"
    IDLE_PTU = "idle_ptu"
    UNUSED_RESERVATION = "unused_reservation"


_PLACE = {kind: at for at, kind in enumerate(RowKind)}


class CostRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of costs.

    Attributes:
        keys: what was asked to be told apart -> its value; None where it is not known.
        row: what the row is.
        list_cost: at list prices, US dollars.
        effective_cost: with reservations in place of hourly capacity.
        input_token_cost: of tokens neither cached nor written to a cache.
        other_cost: of audio, images and other units.
        deployment_cost: of provisioned capacity.
        failed_cost: what of the tokens' cost was paid for failures.
        requests: of the row; estimated in an `unseen` row.
        successes: of those.
        tokens: that are charged, input and output.
        deployment_type_assumed_requests: those priced as Global, as nobody told the type.
        cost_per_1000_requests: list cost; None without requests.
        cost_per_success: list cost; None without successes.
        cost_per_good_answer: list cost, estimated from scores; None where it is not known.
        good_answers: what that estimate rests on.
        ptu_hours: of capacity without a price.
        reasons: why something has no price -> how many requests and tokens.
    """

    keys: dict[str, str | None]
    row: RowKind
    list_cost: str = "0"
    effective_cost: str = "0"
    input_token_cost: str = "0"
    cached_input_token_cost: str = "0"
    cache_write_token_cost: str = "0"
    output_token_cost: str = "0"
    other_cost: str = "0"
    deployment_cost: str = "0"
    failed_cost: str = "0"
    requests: int = 0
    successes: int = 0
    tokens: int = 0
    deployment_type_assumed_requests: int = 0
    cost_per_1000_requests: str | None = None
    cost_per_success: str | None = None
    cost_per_good_answer: str | None = None
    good_answers: GoodAnswers | None = None
    ptu_hours: float = 0.0
    reasons: dict[str, dict[str, int]] = {}


def rows_of(lines: Sequence[CostLine], grouping: Grouping, good: GoodShares) -> list[CostRow]:
    """Return costs as rows: by charge period, then kind, then the most expensive first.

    Args:
        lines: by the labels and the period of the grouping.
        grouping: what tells rows apart.
        good: shares of good answers, likewise.
    """
    times = {start: _times(start) for start in {line.start for line in lines}}
    found = [
        (line.start, row)
        for line in lines
        for row in _rows(
            line,
            _keys(line, grouping, times[line.start]),
            good.shares.get((line.start, line.labels)),
            good.score,
        )
    ]

    def rank(each: tuple[int, CostRow]) -> tuple[int, int, Decimal, list[str]]:
        start, row = each
        texts = [text or "" for text in row.keys.values()]
        return start, _PLACE[row.row], -Decimal(row.list_cost), texts

    return [row for _, row in sorted(found, key=rank)]


def _times(start: int) -> dict[str, str]:
    return {
        DAY: f"{instant(start):%Y-%m-%d}",
        HOUR: rfc3339_minute(start - start % HOUR_M),
    }


def _keys(line: CostLine, grouping: Grouping, times: Mapping[str, str]) -> dict[str, str | None]:
    labels = dict(line.labels)
    return {
        name: times[name] if name in times else labels[label_of(name)] or None
        for name in grouping.names
    }


def _rows(
    line: CostLine, keys: dict[str, str | None], share: Share | None, score: str
) -> Iterator[CostRow]:
    if line.kind is not LineKind.USAGE:
        kind = RowKind(line.kind)
        yield _charged(kind, keys, {}, line.ptu_list_cost, line.ptu_effective_cost)
    elif line.requests > line.unpriced_requests or line.token_cost or line.ptu_list_cost:
        yield _usage(line, keys, share, score)
    if line.unseen_costs:
        unseen = line.unseen_requests // WHOLE
        yield _charged(RowKind.UNSEEN, keys, line.unseen_costs, NOTHING, NOTHING, requests=unseen)
    if line.unpriced:
        yield _unpriced(line, keys)


def _usage(line: CostLine, keys: dict[str, str | None], share: Share | None, score: str) -> CostRow:
    requests = line.requests - line.unpriced_requests
    successes = line.successes - line.unpriced_successes
    cost = EXACT.add(line.token_cost, line.ptu_list_cost)
    known = all(text for _, text in line.labels)
    return _charged(
        RowKind.USAGE if known else RowKind.UNALLOCATED,
        keys,
        line.token_costs,
        line.ptu_list_cost,
        line.ptu_effective_cost,
        failed_cost=_text(line.failed_cost),
        requests=requests,
        successes=successes,
        tokens=sum(line.tokens.values()) - line.unpriced_tokens,
        deployment_type_assumed_requests=line.assumed_requests,
        cost_per_1000_requests=usd_per(EXACT.multiply(cost, Decimal(1000)), requests),
        cost_per_success=usd_per(cost, successes),
        cost_per_good_answer=_per_good(cost, successes, share.value) if share else None,
        good_answers=_good(cost, successes, share, score) if share else None,
    )


def _unpriced(line: CostLine, keys: dict[str, str | None]) -> CostRow:
    return CostRow(
        keys=keys,
        row=RowKind.UNPRICED,
        requests=line.unpriced_requests,
        successes=line.unpriced_successes,
        tokens=line.unpriced_tokens,
        ptu_hours=sum(each.ptu_minutes for each in line.unpriced.values()) / HOUR_M,
        reasons={
            reason.value: {"requests": each.requests, "tokens": each.tokens}
            for reason, each in sorted(line.unpriced.items())
        },
    )


def _charged(
    kind: RowKind,
    keys: dict[str, str | None],
    costs: Mapping[Meter, Decimal],
    listed: Decimal,
    effective: Decimal,
    **fields: Any,
) -> CostRow:
    """Return a row of the costs of tokens and capacity, with further fields."""
    tokens = total(costs.values())
    named = [costs.get(meter, NOTHING) for meter in _NAMED]
    sent, cached, written, made = map(_text, named)
    return CostRow(
        keys=keys,
        row=kind,
        list_cost=_text(EXACT.add(tokens, listed)),
        effective_cost=_text(EXACT.add(tokens, effective)),
        input_token_cost=sent,
        cached_input_token_cost=cached,
        cache_write_token_cost=written,
        output_token_cost=made,
        other_cost=_text(EXACT.subtract(tokens, total(named))),
        deployment_cost=_text(listed),
        **fields,
    )


def _text(amount: Decimal) -> str:
    return usd_text(amount) if amount else "0"


def usd_per(cost: Decimal, count: int | Decimal) -> str | None:
    """Return an amount divided by a count, rounded to ten digits; None where that is 0."""
    if count == 0:
        return None
    return usd_text(EXACT.quantize(EXACT.divide(cost, Decimal(count)), _ROUNDED))


def _good(cost: Decimal, successes: int, share: Share, score: str) -> GoodAnswers:
    return GoodAnswers(
        score=score,
        scored=share.requests,
        share=share.value,
        low=share.low,
        high=share.high,
        cost_low=_per_good(cost, successes, share.high),
        cost_high=_per_good(cost, successes, share.low),
    )


def _per_good(cost: Decimal, successes: int, share: float) -> str | None:
    return usd_per(cost, EXACT.multiply(Decimal(successes), Decimal(share)))
