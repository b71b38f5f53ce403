"""From rollups to the hours that a change is judged by."""

from collections.abc import Sequence

import numpy as np

from shared.domain.metric.sampling import exact_totals
from shared.domain.packing import Ints
from shared.domain.rollup.measures import MEASURES, MOMENT_SCALE, Kind
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.timeline import HOUR_M
from shared.domain.verification.hours import Hours, Lengths
from shared.domain.verification.verdict import Metric

_CUT = "length"
_READ = {
    Metric.RESPONSE_TIME: frozenset(
        {"moment_n", "moment_l", "moment_ll", "moment_o", "moment_oo", "moment_lo"}
    ),
    Metric.ERROR_RATE: frozenset({"n", "n_ok"}),
    Metric.TOKENS_PER_REQUEST: frozenset({"usage_n", "usage_sum"}),
    Metric.TRUNCATED_SHARE: frozenset({"n", "finish_reason"}),
    Metric.QUALITY: frozenset({"n", "sum", "squares"}),
}


def kind_of(metric: Metric) -> Kind:
    """Return what kind of rollup has a metric."""
    return Kind.METRIC if metric is Metric.QUALITY else Kind.REQUEST


def measures_of(metric: Metric) -> frozenset[str]:
    """Return the measures that a metric is made from."""
    return _READ[metric]


def hours_from(metric: Metric, parts: Sequence[Rollup], *, with_lengths: bool) -> Hours:
    """Return a metric by hour.

    Args:
        metric: which.
        parts: rollups of the series that count, without labels; steps of an hour at most.
        with_lengths: whether response times are to be adjusted for the length of answers.
    """
    kind = kind_of(metric)
    rollup = aggregate(parts, MEASURES[kind], key=lambda _: (), step=_hour, only=_READ[metric])
    match metric:
        case Metric.RESPONSE_TIME:
            found = _times(rollup, with_lengths=with_lengths)
        case Metric.ERROR_RATE:
            failed = (rollup.ints("n") - rollup.ints("n_ok")).astype(np.float64)
            found = _sums(rollup, "n", failed, failed)
        case Metric.TOKENS_PER_REQUEST:
            found = _sums(rollup, "usage_n", rollup.ints("usage_sum").astype(np.float64), None)
        case Metric.TRUNCATED_SHARE:
            found = _cut(rollup)
        case Metric.QUALITY:
            totals, squares = (exact_totals(rollup, each) for each in ("sum", "squares"))
            found = _sums(rollup, "n", totals, squares)
    return found.where(found.n > 0)


def _hour(slots: Ints) -> Ints:
    return slots - slots % HOUR_M


def _sums(rollup: Rollup, count: str, total: np.ndarray, squares: np.ndarray | None) -> Hours:
    at = rollup.slots // HOUR_M
    return Hours(at, rollup.ints(count).astype(np.float64), total, squares)


def _times(rollup: Rollup, *, with_lengths: bool) -> Hours:
    value, squares, length, length_squares, cross = (
        rollup.ints(f"moment_{letters}") / MOMENT_SCALE ** len(letters)
        for letters in ("l", "ll", "o", "oo", "lo")
    )
    lengths = Lengths(length, length_squares, cross) if with_lengths else None
    at, n = rollup.slots // HOUR_M, rollup.ints("moment_n").astype(np.float64)
    return Hours(at, n, value, squares, lengths)


def _cut(rollup: Rollup) -> Hours:
    """Return the share of answers that ended at their token limit, of those with a reason."""
    entries = rollup.entries("finish_reason")
    terms = np.array([term == _CUT for term in rollup.terms.get("finish_reason", [])], np.bool_)
    of_row = entries.sums.astype(np.float64)
    ended = np.bincount(entries.rows, of_row, len(rollup))
    cut = np.bincount(entries.rows, of_row * terms[entries.keys], len(rollup))
    return Hours(rollup.slots // HOUR_M, ended, cut, cut)
