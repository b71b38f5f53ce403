"""What explains a change, as it is answered: each part with its share and a sentence.

The shares of the parts of one metric and one way of splitting add up to 1; one below 0 worked
against the change.
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from shared.domain.degradation.attribution import Cause, Part, by_amount, decompose
from shared.domain.rollup.grouped_cells import Cells, latency_cells, mean_cells
from shared.domain.rollup.rollup import Rollup

_US_PER_MS = 1000.0
_LEAST_SHARE = 0.005


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what a change is made of.

    Attributes:
        metric: of the change.
        by: how the change was split: labels, error_type, error_class or prompt_version.
        cause: what kind of thing changed; see `attribution`.
        dimension: the label it is about; None where it is about none.
        value: of that label; None where it is about none.
        share: of the change; all of one metric and one `by` add up to 1.
        before: what moved: a share of requests for a mix, tokens for a length, else the metric.
        after: likewise, while judged.
        text: the same in a sentence.
    """

    metric: str
    by: str
    cause: Cause
    dimension: str | None
    value: str | None
    share: float
    before: float
    after: float
    text: str


def latency_attribution(
    metric: str, before: Rollup, after: Rollup, by: str = "labels"
) -> list[Attribution]:
    """Return what a change of the mean ln latency is made of.

    Args:
        metric: the metric that changed.
        before: requests of the time of reference, by series.
        after: requests of the time that is judged.
        by: how it was split.
    """
    parts = decompose(latency_cells(before), latency_cells(after))
    return _attributions(metric, by, [_as_latency(part) for part in parts])


def mean_attribution(
    metric: str, count: str, total: str, before: Rollup, after: Rollup, by: str = "labels"
) -> list[Attribution]:
    """Return what a change of a mean is made of.

    Args:
        metric: the metric that changed.
        count: the measure that counts.
        total: the measure that is summed; `failed` for requests that failed.
        before: requests of the time of reference, by series.
        after: requests of the time that is judged.
        by: how it was split.
    """
    parts = decompose(_cells(before, count, total), _cells(after, count, total))
    return _attributions(metric, by, [_in_ms(part) for part in parts] if _timed(metric) else parts)


def error_attribution(metric: str, before: Rollup, after: Rollup) -> list[Attribution]:
    """Return what a change of the error rate is made of: by label, type and class of errors."""
    found = mean_attribution(metric, "n", "failed", before, after)
    for measure, cause in (
        ("error_type", Cause.ERROR_TYPE),
        ("error_class", Cause.ERROR_CLASS),
    ):
        rates = [_rates(rollup, measure) for rollup in (before, after)]
        parts = [
            Part(cause, measure, term, second - first, first, second)
            for term in sorted(rates[0].keys() | rates[1].keys())
            for first, second in [(rates[0].get(term, 0.0), rates[1].get(term, 0.0))]
        ]
        found += _attributions(metric, measure, by_amount(parts))
    return found


def _cells(rollup: Rollup, count: str, total: str) -> Cells:
    counted = rollup.ints(count)
    if total == "failed":
        return mean_cells(rollup, counted, counted - rollup.ints("n_ok"))
    return mean_cells(rollup, counted, rollup.ints(total))


def _rates(rollup: Rollup, measure: str) -> dict[str, float]:
    entries, terms = rollup.entries(measure), rollup.terms.get(measure, [])
    sums = np.bincount(entries.keys, entries.sums, len(terms))
    total = max(int(rollup.ints("n").sum()), 1)
    return {term: float(each) / total for term, each in zip(terms, sums, strict=True)}


def _as_latency(part: Part) -> Part:
    if part.cause is not Cause.RATE:
        return part
    before, after = (math.exp(each) / _US_PER_MS for each in (part.before, part.after))
    return Part(part.cause, part.dimension, part.value, part.amount, before, after)


def _in_ms(part: Part) -> Part:
    if part.cause is not Cause.RATE:
        return part
    before, after = part.before / _US_PER_MS, part.after / _US_PER_MS
    return Part(part.cause, part.dimension, part.value, part.amount, before, after)


def _timed(metric: str) -> bool:
    return metric.endswith("_ms")


def _attributions(metric: str, by: str, parts: Sequence[Part]) -> list[Attribution]:
    change = sum(part.amount for part in parts)
    if not change:
        return []
    return [
        Attribution(
            metric=metric,
            by=by,
            cause=part.cause,
            dimension=part.dimension or None,
            value=part.value or None,
            share=part.amount / change,
            before=part.before,
            after=part.after,
            text=_text(part, part.amount / change, " ms" if _timed(metric) else ""),
        )
        for part in parts
    ]


def _text(part: Part, share: float, unit: str) -> str:
    explains = f"{share:.0%} of the change"
    if abs(share) < _LEAST_SHARE:
        explains = "hardly any of the change"
    where = f"{part.dimension} {part.value or '(none)'}" if part.dimension else "all requests alike"
    if part.cause is Cause.MIX:
        moved = f"{part.before:.0%} to {part.after:.0%} of requests"
        return f"{explains}: other traffic by {part.dimension}, as {where} ({moved})"
    if part.cause in (Cause.OUTPUT_LENGTH, Cause.INPUT_LENGTH):
        what = "outputs" if part.cause is Cause.OUTPUT_LENGTH else "uncached inputs"
        which = "longer" if part.after >= part.before else "shorter"
        tokens = f"{part.before:,.0f} to {part.after:,.0f} tokens, geometric mean"
        return f"{explains}: {which} {what} ({tokens})"
    values = f"{part.before:.4g} to {part.after:.4g}"
    if part.cause is Cause.RATE:
        return f"{explains}: {where}, same traffic and lengths ({values}{unit})"
    return f"{explains}: {part.dimension.replace('_', ' ')} {part.value} ({values} of requests)"
