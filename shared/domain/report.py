"""A model's performance report, from one merged rollup."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from shared.domain.packing import NULL
from shared.domain.rollup.price_cell import WHOLE, kind_of_term
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.sketch import RELATIVE_ERROR, quantile
from shared.domain.rollup.token_cell import TokenType

_US_PER_MS = 1000
_SHARES = {"p5": 0.05, "p50": 0.5, "p95": 0.95, "p99": 0.99}


def report_of(rollup: Rollup) -> dict[str, Any]:
    """Return the report of a rollup that has exactly one row.

    Times are in milliseconds; None where nothing was measured, as for latency when all failed.
    Counts, sums and tokens are exact, and those of what was reported; quantiles by nearest rank
    within `quantile_relative_error`. `sampled_out_requests` is how many more requests the weights
    of the reported ones stand for.
    """
    total, ok = _int(rollup, "n"), _int(rollup, "n_ok")
    return {
        "total_requests": total,
        "successful_requests": ok,
        "failed_requests": total - ok,
        "sampled_out_requests": sampled_out(rollup),
        "error_rate": (total - ok) / total if total else 0.0,
        "errors_by_type": _terms(rollup, "error_type"),
        "errors_by_class": _terms(rollup, "error_class"),
        "finish_reasons": _terms(rollup, "finish_reason"),
        **times_ms(rollup, "response_time_ms", "latency", "n_ok"),
        **times_ms(rollup, "failed_response_time_ms", "failed", "failed"),
        **times_ms(rollup, "time_to_first_token_ms", "first_token", "first_token_n"),
        **_tokens(rollup),
        "retried_requests": _int(rollup, "retries"),
        "spilled_requests": _int(rollup, "spilled"),
        "streamed_requests": _int(rollup, "streamed"),
        "missing_usage_requests": _int(rollup, "missing_usage"),
        "duplicates": _int(rollup, "duplicates"),
        "quantile_relative_error": RELATIVE_ERROR,
    }


def sampled_out(rollup: Rollup) -> int:
    """Return how many more requests the weights of those of a one-row rollup stand for."""
    return (_int(rollup, "weight_millionths") - _int(rollup, "n") * WHOLE) // WHOLE


def times_ms(rollup: Rollup, noun: str, prefix: str, count: str) -> dict[str, float | None]:
    """Return mean, quantiles, least and greatest of a time, in ms; None where there is none."""
    n = _int(rollup, "n") - _int(rollup, "n_ok") if count == "failed" else _int(rollup, count)
    names = [f"avg_{noun}", *(f"{share}_{noun}" for share in _SHARES), f"min_{noun}", f"max_{noun}"]
    if n == 0:
        return dict.fromkeys(names)
    low, high = _int(rollup, f"{prefix}_min"), _int(rollup, f"{prefix}_max")
    entries = rollup.sparse[f"{prefix}_sketch"]
    quantiles = [
        min(max(quantile(entries.keys, entries.sums, share), low), high)
        for share in _SHARES.values()
    ]
    values = [_int(rollup, f"{prefix}_sum") / n, *quantiles, low, high]
    return {name: value / _US_PER_MS for name, value in zip(names, values, strict=True)}


def tokens_by_type(rollup: Rollup) -> Mapping[TokenType, int]:
    """Return the tokens of a one-row rollup by type, zero for types without any."""
    found = dict.fromkeys(TokenType, 0)
    for term, tokens in _terms(rollup, "tokens").items():
        found[TokenType(kind_of_term(term))] += tokens
    return found


def _tokens(rollup: Rollup) -> dict[str, int | float | None]:
    by_type = tokens_by_type(rollup)
    both = by_type[TokenType.INPUT] + by_type[TokenType.OUTPUT]
    known = _int(rollup, "usage_n")
    return {
        "total_input_tokens": by_type[TokenType.INPUT],
        "total_cached_input_tokens": by_type[TokenType.CACHED_INPUT],
        "total_cache_write_tokens": by_type[TokenType.CACHE_WRITE],
        "total_output_tokens": by_type[TokenType.OUTPUT],
        "total_reasoning_tokens": by_type[TokenType.REASONING],
        "total_tokens": both,
        "avg_tokens_per_request": both / known if known else None,
    }


def _terms(rollup: Rollup, measure: str) -> dict[str, int]:
    entries = rollup.sparse.get(measure)
    if entries is None:
        return {}
    terms = rollup.terms[measure]
    found = zip(entries.keys.tolist(), entries.sums.tolist(), strict=True)
    return {terms[key]: count for key, count in found}


def _int(rollup: Rollup, measure: str) -> int:
    values = rollup.ints(measure)
    return 0 if len(values) == 0 or values[0] == NULL else int(np.int64(values[0]))
