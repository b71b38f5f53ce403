"""From rollups to the hours that a change is judged by."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.metric.sampling import exact_totals
from shared.domain.packing import Floats, Ints
from shared.domain.record.error_class import ErrorClass
from shared.domain.rollup.measures import MEASURES, MOMENT_SCALE, Kind
from shared.domain.rollup.price_cell import kind_of_term
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.token_cell import TokenType
from shared.domain.timeline import HOUR_M
from shared.domain.verification.hours import Hours, Lengths
from shared.domain.verification.verdict import Metric

_CUT = ("length",)
_THROTTLED = (ErrorClass.QUOTA, ErrorClass.CAPACITY)


@dataclass(frozen=True, slots=True)
class _Value:
    """Where a metric's value comes from, one row a step.

    Attributes:
        measures: what is read.
        n: how many values there are.
        total: their sum.
        is_event: whether a value is 0 or 1, so that its square is itself.
    """

    measures: frozenset[str]
    n: Callable[[Rollup], Floats]
    total: Callable[[Rollup], Floats]
    is_event: bool = False


def kind_of(metric: Metric) -> Kind:
    """Return what kind of rollup has a metric."""
    return Kind.METRIC if metric is Metric.QUALITY else Kind.REQUEST


def measures_of(metric: Metric) -> frozenset[str]:
    """Return the measures that a metric is made from."""
    return _VALUES[metric].measures


def hours_from(metric: Metric, parts: Sequence[Rollup], *, with_lengths: bool) -> Hours:
    """Return a metric by hour.

    Args:
        metric: which.
        parts: rollups of the series that count, without labels; steps of an hour at most.
        with_lengths: whether response times are to be adjusted for the length of answers.
    """
    value, measures = _VALUES[metric], MEASURES[kind_of(metric)]
    rollup = aggregate(parts, measures, key=lambda _: (), step=_hour, only=value.measures)
    n, total, squares, lengths = value.n(rollup), value.total(rollup), None, None
    if value.is_event:
        squares = total
    elif metric is Metric.QUALITY:
        squares = exact_totals(rollup, "squares")
    elif metric is Metric.RESPONSE_TIME:
        squares = _moment("ll")(rollup)
        if with_lengths:
            lengths = Lengths(*(_moment(each)(rollup) for each in ("o", "oo", "lo")))
    found = Hours(rollup.slots // HOUR_M, n, total, squares, lengths)
    return found.where(found.n > 0)


def _hour(slots: Ints) -> Ints:
    return slots - slots % HOUR_M


def _of(name: str) -> Callable[[Rollup], Floats]:
    return lambda rollup: rollup.ints(name).astype(np.float64)


def _moment(letters: str) -> Callable[[Rollup], Floats]:
    scale = float(MOMENT_SCALE ** len(letters))
    return lambda rollup: rollup.ints(f"moment_{letters}") / scale


def _failed(rollup: Rollup) -> Floats:
    return (rollup.ints("n") - rollup.ints("n_ok")).astype(np.float64)


def _counted(measure: str, wanted: Container[str] | None) -> Callable[[Rollup], Floats]:
    """Return what counts requests with one of the terms; with any where `wanted` is None."""

    def count(rollup: Rollup) -> Floats:
        entries, terms = rollup.entries(measure), rollup.terms.get(measure, [])
        kept = np.array([wanted is None or term in wanted for term in terms], np.float64)
        counts: Floats = np.bincount(entries.rows, entries.sums * kept[entries.keys], len(rollup))
        return counts

    return count


def _uncached(rollup: Rollup) -> Floats:
    sign: dict[str, float] = {TokenType.INPUT: 1.0, TokenType.CACHED_INPUT: -1.0}
    entries, terms = rollup.entries("tokens"), rollup.terms.get("tokens", [])
    factor = np.array([sign.get(kind_of_term(term), 0.0) for term in terms], np.float64)
    tokens: Floats = np.bincount(entries.rows, entries.sums * factor[entries.keys], len(rollup))
    return tokens


def _first_text(rollup: Rollup) -> Floats:
    """Return the time until there was something to read: the first token's, else the answer's.

    Answers without a first token are taken to be as long as all of their hour.
    """
    ok, streamed = rollup.ints("n_ok"), rollup.ints("first_token_n")
    whole = np.maximum(ok - streamed, 0) / np.maximum(ok, 1)
    waited: Floats = rollup.ints("first_token_sum") + rollup.ints("latency_sum") * whole
    return waited


_VALUES = {
    Metric.RESPONSE_TIME: _Value(
        frozenset({"moment_n", "moment_l", "moment_ll", "moment_o", "moment_oo", "moment_lo"}),
        _of("moment_n"),
        _moment("l"),
    ),
    Metric.FAILED_RESPONSE_TIME: _Value(
        frozenset({"n", "n_ok", "failed_sum"}), _failed, _of("failed_sum")
    ),
    Metric.TIME_TO_FIRST_TEXT: _Value(
        frozenset({"n_ok", "latency_sum", "first_token_n", "first_token_sum"}),
        _of("n_ok"),
        _first_text,
    ),
    Metric.ERROR_RATE: _Value(frozenset({"n", "n_ok"}), _of("n"), _failed, is_event=True),
    Metric.THROTTLED_SHARE: _Value(
        frozenset({"n", "error_class"}),
        _of("n"),
        _counted("error_class", _THROTTLED),
        is_event=True,
    ),
    Metric.TOKENS_PER_REQUEST: _Value(
        frozenset({"usage_n", "usage_sum"}), _of("usage_n"), _of("usage_sum")
    ),
    Metric.UNCACHED_INPUT_TOKENS: _Value(
        frozenset({"usage_n", "tokens"}), _of("usage_n"), _uncached
    ),
    Metric.ADMITTED_TOKENS: _Value(
        frozenset({"n", "admitted_tokens"}), _of("n"), _of("admitted_tokens")
    ),
    Metric.TRUNCATED_SHARE: _Value(
        frozenset({"n", "finish_reason"}),
        _counted("finish_reason", None),
        _counted("finish_reason", _CUT),
        is_event=True,
    ),
    Metric.QUALITY: _Value(
        frozenset({"n", "sum", "squares"}), _of("n"), lambda rollup: exact_totals(rollup, "sum")
    ),
}
