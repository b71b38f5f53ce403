"""From request columns to the rollup of their minutes."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.domain import label
from shared.domain.grouping import Groups, ranked
from shared.domain.label import Labels
from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import Batch
from shared.domain.record.columns import end_us
from shared.domain.rollup.call_cell import call_cells
from shared.domain.rollup.measures import MOMENT_SCALE, MOMENTS, REQUEST_MEASURES
from shared.domain.rollup.price_cell import WHOLE, Places
from shared.domain.rollup.rollup import Rollup, Sparse, summed
from shared.domain.rollup.sketch import keys_of
from shared.domain.rollup.token_cell import token_cells, unseen_cells
from shared.domain.timeline import MINUTE_US


def rollup_requests(batch: Batch, series_tags: Sequence[str]) -> Rollup:
    """Return the rollup of request columns, by the minute in which each request ended.

    Args:
        batch: request columns, at least one row.
        series_tags: the tag keys that tell series apart, two at most.
    """
    series, labels = _series(batch, series_tags)
    minutes = end_us(batch) // MINUTE_US
    rows = Groups(minutes * len(labels) + series)
    rollup = Rollup(REQUEST_MEASURES, rows.codes // len(labels), rows.codes % len(labels), labels)
    ok = batch.ints("error_class") == NULL
    _add_counts(rollup, batch, rows, ok)
    _add_usage(rollup, batch, rows)
    _add_latency(rollup, batch, rows, ok)
    _add_moments(rollup, batch, rows, ok)
    _add_terms(rollup, batch, rows)
    _add_cells(rollup, batch, rows)
    _add_sketches(rollup, batch, rows, ok)
    return rollup


def served_deployment(batch: Batch) -> list[str | None]:
    """Return the deployment that served each request: where it spilled to, if it did."""
    served = batch.texts("deployment_served")
    return [s or d for s, d in zip(served, batch.texts("deployment"), strict=True)]


def _series(batch: Batch, series_tags: Sequence[str]) -> tuple[Ints, list[Labels]]:
    combined = np.zeros(batch.size, np.int64)
    names = [*label.REQUEST_LABELS, "deployment_served", *(["tags"] if series_tags else [])]
    for name in names:
        if name in batch.columns:
            codes = batch.ints(name)
            combined = combined * (len(batch.table(name)) + 1) + np.where(
                codes == NULL, 0, codes + 1
            )
            combined = Groups(combined).inverse
    groups = Groups(combined)
    sample = batch.rows(groups.representatives)
    texts = {name: sample.texts(name) for name in (*label.REQUEST_LABELS, "tags")}
    texts[label.DEPLOYMENT] = served_deployment(sample)
    found = [
        _labels(
            {name: texts[name][at] for name in label.REQUEST_LABELS}, texts["tags"][at], series_tags
        )
        for at in range(sample.size)
    ]
    distinct, place = ranked(found)
    return place[groups.inverse], distinct


def _labels(
    texts: dict[str, str | None], tags_text: str | None, series_tags: Sequence[str]
) -> Labels:
    named = {name: text for name, text in texts.items() if text}
    if tags_text and series_tags:
        tags = msgspec.json.decode(tags_text, type=dict[str, str])
        named |= {key: tags[key] for key in series_tags if tags.get(key) and key not in named}
    return tuple(sorted(named.items()))


def _add_counts(rollup: Rollup, batch: Batch, rows: Groups, ok: NDArray[np.bool_]) -> None:
    weight = batch.ints("weight_millionths")
    served = batch.ints("deployment_served") != NULL
    if served.any():
        pairs = zip(batch.texts("deployment"), batch.texts("deployment_served"), strict=True)
        served &= np.array([deployment != other for deployment, other in pairs])
    no_usage = (batch.ints("input_tokens") == NULL) & (batch.ints("output_tokens") == NULL)
    rollup.dense.update(
        n=rows.count(),
        n_ok=rows.sum(ok),
        overflow=np.zeros(len(rows), np.int64),
        missing_usage=rows.sum(no_usage),
        retries=rows.sum(batch.ints("attempt") > 1),
        spilled=rows.sum(served),
        streamed=rows.sum(batch.ints("stream") == 1),
        weight_millionths=rows.sum(np.where(weight == NULL, WHOLE, weight)),
    )


def _known_or_zero(column: Ints) -> Ints:
    return np.where(column == NULL, 0, column)


def _add_usage(rollup: Rollup, batch: Batch, rows: Groups) -> None:
    sent, made = batch.ints("input_tokens"), batch.ints("output_tokens")
    known = (sent != NULL) | (made != NULL)
    used = np.where(known, _known_or_zero(sent) + _known_or_zero(made), NULL)
    cap = batch.ints("max_output_tokens")
    admitted = _known_or_zero(sent) + np.where(cap == NULL, _known_or_zero(made), cap)
    rollup.dense.update(
        usage_n=rows.sum(known), usage_sum=rows.sum(used), admitted_tokens=rows.sum(admitted)
    )
    _add_values(rollup, "usage", used, end_us(batch), rows)


def _add_latency(rollup: Rollup, batch: Batch, rows: Groups, ok: NDArray[np.bool_]) -> None:
    at, duration = end_us(batch), batch.ints("duration_us")
    for prefix, kept in (("latency", ok), ("failed", ~ok)):
        values = np.where(kept, duration, NULL)
        rollup.dense[f"{prefix}_sum"] = rows.sum(values)
        _add_values(rollup, prefix, values, at, rows)
    first = batch.ints("time_to_first_token_us")
    rollup.dense["first_token_n"] = rows.sum(first != NULL)
    rollup.dense["first_token_sum"] = rows.sum(first)
    _add_values(rollup, "first_token", first, at, rows)


def _add_values(rollup: Rollup, prefix: str, values: Ints, at: Ints, rows: Groups) -> None:
    known_at = np.where(values == NULL, NULL, at)
    rollup.dense[f"{prefix}_min"] = rows.min(values)
    rollup.dense[f"{prefix}_max"] = rows.max(values)
    rollup.dense[f"{prefix}_last"] = rows.last(values, known_at)
    rollup.dense[f"{prefix}_last_at"] = rows.max(known_at)


def _add_moments(rollup: Rollup, batch: Batch, rows: Groups, ok: NDArray[np.bool_]) -> None:
    sent, made = batch.ints("input_tokens"), batch.ints("output_tokens")
    kept = ok & (sent != NULL) & (made != NULL)
    cached = _known_or_zero(batch.ints("cached_input_tokens"))
    uncached = np.where(kept, np.maximum(sent - cached, 0), 0)
    logs = {
        "l": np.log(np.maximum(batch.ints("duration_us"), 1)),
        "o": np.log1p(np.where(kept, made, 0)),
        "u": np.log1p(uncached),
    }
    fixed = {
        name: np.where(kept, np.rint(value * MOMENT_SCALE), 0).astype(np.int64)
        for name, value in logs.items()
    }
    rollup.dense["moment_n"] = rows.sum(kept)
    for name in MOMENTS[1:]:
        factors = [fixed[letter] for letter in name.removeprefix("moment_")]
        product = factors[0] if len(factors) == 1 else factors[0] * factors[1]
        rollup.dense[name] = rows.sum(product)


def _add_terms(rollup: Rollup, batch: Batch, rows: Groups) -> None:
    for name in ("error_class", "error_type", "finish_reason"):
        codes = batch.ints(name)
        known = codes != NULL
        if not known.any():
            continue
        used, inverse = np.unique(codes[known], return_inverse=True)
        table = batch.table(name)
        rollup.terms[name], place = ranked([table[code] for code in used.tolist()])
        ones = np.ones(len(inverse), np.int64)
        rollup.sparse[name] = summed(rows.inverse[known], place[inverse], ones)


def _add_cells(rollup: Rollup, batch: Batch, rows: Groups) -> None:
    places = Places(batch)
    found = {
        "tokens": token_cells(batch, places),
        "unseen_tokens": unseen_cells(batch, places),
        "calls": call_cells(batch, places),
    }
    for name, (terms, cells, values, of_rows) in found.items():
        if len(values):
            rollup.terms[name] = terms
            rollup.sparse[name] = summed(rows.inverse[of_rows], cells, values)


def _add_sketches(rollup: Rollup, batch: Batch, rows: Groups, ok: NDArray[np.bool_]) -> None:
    duration, first = batch.ints("duration_us"), batch.ints("time_to_first_token_us")
    sent, made = batch.ints("input_tokens"), batch.ints("output_tokens")
    finish = np.array([reason == "length" for reason in batch.table("finish_reason")] + [False])
    cut = finish[np.where(batch.ints("finish_reason") == NULL, -1, batch.ints("finish_reason"))]
    generating = duration - _known_or_zero(first)
    speed = np.where(generating > 0, made * 1e6 / np.maximum(generating, 1), 0.0)
    sketched = {
        "latency_sketch": (duration, ok),
        "failed_sketch": (duration, ~ok),
        "first_token_sketch": (first, first != NULL),
        "input_sketch": (sent, sent != NULL),
        "output_stop_sketch": (made, ok & (made != NULL) & ~cut),
        "output_length_sketch": (made, ok & (made != NULL) & cut),
        "speed_sketch": (speed, ok & (made != NULL) & (made > 0) & (generating > 0)),
    }
    for name, (values, kept) in sketched.items():
        if kept.any():
            rollup.sparse[name] = sketch_of(rows.inverse[kept], values[kept].astype(np.float64))


def sketch_of(rows: Ints, values: NDArray[np.float64]) -> Sparse:
    """Return the sketches of values by row."""
    return summed(rows, keys_of(values), np.ones(len(rows), np.int64))
