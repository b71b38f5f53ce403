"""What changed for models from one week to the next: slower, failing more, using more tokens.

A change counts where both weeks have 100 requests or more and it is at least 10 % (error rates: one
request in a hundred). It is a comparison of two numbers, no test of significance.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

MIN_REQUESTS = 100
MIN_CHANGE_PERCENT = 10.0
MIN_ERROR_RATE = 0.01
MOST_CHANGES = 10


class ModelWeek(msgspec.Struct, frozen=True):
    """A model's week.

    Attributes:
        error_rate: 0..1.
        p95_response_time_ms: of successes; None without any.
        tokens: input and output.
        cost_usd: at list prices; None where nothing of it has a price.
        unpriced_requests: those without a price.
    """

    model: str
    requests: int
    error_rate: float
    p95_response_time_ms: float | None
    tokens: int
    cost_usd: Decimal | None = None
    unpriced_requests: int = 0

    @property
    def tokens_per_request(self) -> float | None:
        """Return the mean; None without requests."""
        return self.tokens / self.requests if self.requests else None


class Change(msgspec.Struct, frozen=True):
    """A number of a model, a week ago and in this week.

    Attributes:
        measure: which, with its unit.
        change_percent: of the number a week ago, 25.0 is 25 % more; None where that was 0.
        requests_before: of the model, a week ago.
        requests: of the model, in this week.
    """

    model: str
    measure: str
    before: float
    current: float
    change_percent: float | None
    requests_before: int
    requests: int


type _Measure = Callable[[ModelWeek], float | None]
_COSTS: Mapping[str, _Measure] = {
    "tokens_per_request": lambda week: week.tokens_per_request,
    "total_tokens": lambda week: float(week.tokens),
}


def slower(before: Sequence[ModelWeek], current: Sequence[ModelWeek]) -> list[Change]:
    """Return the models whose slowest twentieth got slower, the most first."""
    measure = "p95_response_time_ms"
    found = _changes(measure, lambda week: week.p95_response_time_ms, before, current)
    return _largest(each for each in found if _grown(each))


def failing(before: Sequence[ModelWeek], current: Sequence[ModelWeek]) -> list[Change]:
    """Return the models of whose requests more fail, the most first."""
    found = _changes("error_rate", lambda week: week.error_rate, before, current)
    grown = [each for each in found if each.current - each.before >= MIN_ERROR_RATE]
    return sorted(grown, key=lambda each: (each.before - each.current, each.model))[:MOST_CHANGES]


def dearer(before: Sequence[ModelWeek], current: Sequence[ModelWeek]) -> list[Change]:
    """Return the models that use more tokens, per request or in all, the most first."""
    found = [
        change
        for measure, number in _COSTS.items()
        for change in _changes(measure, number, before, current)
    ]
    return _largest(each for each in found if _grown(each))


def _changes(
    measure: str, number: _Measure, before: Sequence[ModelWeek], current: Sequence[ModelWeek]
) -> list[Change]:
    earlier = {week.model: week for week in before if week.requests >= MIN_REQUESTS}
    found: list[Change] = []
    for week in current:
        then = earlier.get(week.model)
        if then is None or week.requests < MIN_REQUESTS:
            continue
        old, new = number(then), number(week)
        if old is None or new is None:
            continue
        percent = (new - old) / old * 100 if old else None
        found.append(Change(week.model, measure, old, new, percent, then.requests, week.requests))
    return found


def _grown(change: Change) -> bool:
    return change.change_percent is not None and change.change_percent >= MIN_CHANGE_PERCENT


def _largest(changes: Iterable[Change]) -> list[Change]:
    def rank(change: Change) -> tuple[float, str, str]:
        return -(change.change_percent or 0.0), change.model, change.measure

    return sorted(changes, key=rank)[:MOST_CHANGES]
