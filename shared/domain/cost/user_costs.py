"""What users cost: the 50 of each day's digest with most tokens, everybody else, and the rest.

A user's tokens are priced like all others, cell by cell. What no user can be given is the remainder
of the day's cost: requests that named no user, days without a digest, provisioned capacity.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from shared.domain import label
from shared.domain.cost.cells import METERS
from shared.domain.cost.grouping import USER
from shared.domain.cost.line import NOTHING, CostLine, LineKind, total
from shared.domain.cost.rates import Rates
from shared.domain.digest.day import INDEX, Blocks, index_of, sections_of
from shared.domain.digest.rows import SERIES_LABELS
from shared.domain.digest.tally import Tally, unseen_name
from shared.domain.digest.user_tokens import UserCell, is_charged, user_cell
from shared.domain.digest.users import OTHERS
from shared.domain.price.charge import EXACT, SIDES, metered
from shared.domain.price.list_price import Meter
from shared.domain.price.pricing import Pricing
from shared.domain.rollup.price_cell import Outcome
from shared.domain.rollup.token_cell import TokenType
from shared.domain.timeline import instant

BLOCKS = (INDEX, "user_tokens")
"""What is to be read of a digest."""

KEPT_LABELS = (*SERIES_LABELS, label.MODEL_VERSION)
"""The labels that are kept of a user's requests."""

_HASH_MASK = (1 << 64) - 1


def user_lines(
    blocks: Blocks, day: int, pricing: Pricing, where: Mapping[str, str]
) -> list[CostLine]:
    """Return what each user of a day cost, a line for each user and cell; only what has a price.

    Args:
        blocks: of the day's digest, `BLOCKS` at least.
        day: the minute it begins.
        pricing: prices and deployments.
        where: label -> the value it must have, of `KEPT_LABELS`.
    """
    index, tally = index_of(blocks), sections_of(blocks)["user_tokens"]
    rates, date = Rates(pricing), instant(day).date()
    cells = [user_cell(text) for text in index.cells]
    columns = [tally.keys[name].tolist() for name in ("user", "series", "cell")]
    lines: list[CostLine] = []
    for (user, series, code), used in zip(zip(*columns, strict=True), _used(tally), strict=True):
        cell, place = cells[code], dict(zip(SERIES_LABELS, index.places[series], strict=True))
        own = {**place, label.MODEL_VERSION: cell.model_version}
        if not cell.band or any(own[name] != text for name, text in where.items()):
            continue
        rate = rates.found[rates.at(own, cell.tier, cell.band, date)]
        if rate.unpriced is not None and is_charged(cell):
            continue
        lines.append(_line(user, day, cell, rate.usd_per_token, used))
    return lines


class _Used(NamedTuple):
    """What a user used in one cell; of sampled-out requests, requests (millionths) and tokens."""

    requests: int
    silent: int
    tokens: tuple[int, ...]
    unseen_millionths: int
    unseen: tuple[int, ...]


def _used(tally: Tally) -> Iterator[_Used]:
    def rows(names: Iterable[str]) -> Iterator[tuple[int, ...]]:
        return zip(*(tally.sum_of(name).tolist() for name in names), strict=True)

    yield from (
        _Used(requests, silent, tokens, millionths, unseen)
        for (requests, silent, millionths), tokens, unseen in zip(
            rows(("requests", "no_usage", unseen_name("requests", is_count=True))),
            rows(TokenType),
            rows(map(unseen_name, TokenType)),
            strict=True,
        )
    )


def _line(
    user: int, day: int, cell: UserCell, usd_per_token: tuple[Decimal | None, ...], used: _Used
) -> CostLine:
    charged = is_charged(cell)
    requests = used.requests - (used.silent if usd_per_token and charged else 0)
    counts = metered(_by_type(used.tokens)) if charged else {}
    unseen = _by_meter(_by_type(used.unseen)) if charged else {}
    prices = dict(zip(METERS, usd_per_token, strict=True)) if usd_per_token else {}
    known = {meter: prices.get(meter) for meter in counts}
    costs = {
        meter: EXACT.multiply(Decimal(counts[meter]), usd)
        for meter, usd in known.items()
        if usd is not None
    }
    failed = total(costs.values()) if cell.outcome == Outcome.FAILED else NOTHING
    return CostLine(
        start=day,
        labels=((USER, label.OTHER if user == OTHERS else f"{user & _HASH_MASK:016x}"),),
        token_costs=costs,
        failed_cost=failed,
        tokens=_charged_for(counts, known, is_capacity=not usd_per_token),
        requests=requests,
        successes=requests if cell.outcome == Outcome.OK else 0,
        unseen_costs={
            meter: EXACT.multiply(Decimal(count), usd)
            for meter, count in unseen.items()
            if count and (usd := prices.get(meter)) is not None
        },
        unseen_requests=used.unseen_millionths,
    )


def _by_meter(tokens: Mapping[TokenType, int]) -> dict[Meter, int]:
    """Return tokens by the meter that charges them, linearly, as `cells` does."""
    counts = {Meter.OTHER: tokens[TokenType.OTHER]}
    for side, whole, parts in SIDES:
        apart = {meter: tokens[kind] for meter, kind in parts.items()}
        counts |= {**apart, side: tokens[whole] - sum(apart.values())}
    return counts


def _by_type(tokens: tuple[int, ...]) -> Mapping[TokenType, int]:
    return dict(zip(TokenType, tokens, strict=True))


def _charged_for(
    counts: Mapping[Meter, int], known: Mapping[Meter, Decimal | None], *, is_capacity: bool
) -> dict[Meter, int]:
    return {meter: n for meter, n in counts.items() if is_capacity or known[meter] is not None}


def with_remainder(whole: Iterable[CostLine], users: Iterable[CostLine]) -> Iterator[CostLine]:
    """Yield users' lines, and of every other line what they leave of it, under no user.

    Args:
        whole: everything, without groups, by day and kind.
        users: what users cost.
    """
    by_day: dict[int, list[CostLine]] = {}
    for line in users:
        by_day.setdefault(line.start, []).append(line)
        yield line
    for line in whole:
        taken = by_day.pop(line.start, []) if line.kind is LineKind.USAGE else []
        yield _less(line, taken)


def _less(line: CostLine, taken: list[CostLine]) -> CostLine:
    costs, tokens = dict(line.token_costs), dict(line.tokens)
    unseen = dict(line.unseen_costs)
    for each in taken:
        for left, costs_taken in ((costs, each.token_costs), (unseen, each.unseen_costs)):
            for meter, cost in costs_taken.items():
                left[meter] = EXACT.subtract(left.get(meter, NOTHING), cost)
        for meter, count in each.tokens.items():
            tokens[meter] = tokens.get(meter, 0) - count
    failed = total(each.failed_cost for each in taken)
    return CostLine(
        start=line.start,
        labels=((USER, ""),),
        kind=line.kind,
        token_costs=costs,
        failed_cost=EXACT.subtract(line.failed_cost, failed),
        unseen_costs={meter: cost for meter, cost in unseen.items() if cost},
        ptu_list_cost=line.ptu_list_cost,
        ptu_effective_cost=line.ptu_effective_cost,
        tokens=tokens,
        requests=line.requests - sum(each.requests for each in taken),
        successes=line.successes - sum(each.successes for each in taken),
        refused=line.refused,
        unpriced=line.unpriced,
        assumed_requests=line.assumed_requests,
        unseen_requests=line.unseen_requests - sum(each.unseen_requests for each in taken),
    )
