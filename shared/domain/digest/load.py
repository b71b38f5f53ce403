"""Tokens per minute and deployment as provisioned throughput meets them: the load to size it by.

Input, cached input and cache writes count in the minute the request started, since the prompt is
taken in at once; output is spread evenly over [start + time to first token, end], or from the start
where that time is unknown. Of t tokens over a span, floor(t * share) have come by each minute's
end, so the minutes add up to t exactly.

A request belongs to the day it ended, so a digest's load may begin on the day before: a minute's
load is the sum over the digests of its day and the next.

Requests that were sampled out are taken to have come in the minutes of the one that stands for
them, so that a thin sample looks burstier than the traffic was.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from shared.domain import label
from shared.domain.digest.rows import DigestRows, SeriesList
from shared.domain.digest.tally import Tally, merged, tally_of, unseen_name
from shared.domain.packing import Ints
from shared.domain.timeline import MINUTE_US

KEYS = ("series", "minute")
SUMS = ("requests", "uncached_input", "cached_input", "cache_write", "output")
COUNTS = ("requests",)
UNSEEN_OUTPUT = unseen_name("output")
# Spans of days are spread this many minutes at a time.
_SLICE = 1_000_000


def load_of(rows: DigestRows, series: SeriesList) -> Tally:
    """Return the load of requests; the series is the first one of the same deployment."""
    place = series.alike((label.RESOURCE, label.DEPLOYMENT))[rows.series]
    cached = rows.known("cached_input_tokens")
    sums: dict[str, Ints] = {
        "requests": np.ones(len(place), np.int64),
        "uncached_input": np.maximum(rows.known("input_tokens") - cached, 0),
        "cached_input": cached,
        "cache_write": rows.known("cache_write_tokens"),
        "output": np.zeros(len(place), np.int64),
    }
    minutes = rows.start_us // MINUTE_US
    taken_in = tally_of({"series": place, "minute": minutes}, rows.weighed(sums, COUNTS))
    return merged([taken_in, *_generated(rows, place)])


def _generated(rows: DigestRows, place: Ints) -> list[Tally]:
    made = rows.known("output_tokens")
    whole = rows.weighed({"output": made}, ())
    first = rows.known("time_to_first_token_us")
    begin = np.minimum(rows.start_us + first, rows.end_us)
    touched = np.maximum(rows.end_us - 1, begin) // MINUTE_US - begin // MINUTE_US + 1
    some = np.flatnonzero(made > 0)
    bounds = np.searchsorted(np.cumsum(touched[some]), np.arange(0, touched[some].sum(), _SLICE))
    parts = np.split(some, bounds[1:])
    return [
        _spread(
            place[part],
            {name: column[part] for name, column in whole.items()},
            _Spans(begin[part], rows.end_us[part], touched[part]),
        )
        for part in parts
        if len(part)
    ]


class _Spans(NamedTuple):
    """While each answer was made: from, to (microseconds), and how many minutes that touches."""

    begin: Ints
    end: Ints
    touched: Ints


def _spread(place: Ints, made: Mapping[str, Ints], spans: _Spans) -> Tally:
    begin, end, touched = spans
    owner = np.repeat(np.arange(len(place)), touched)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(touched) - touched, touched)
    minute = (begin // MINUTE_US)[owner] + offset
    span = np.maximum(end - begin, 1)[owner]
    before = np.clip((minute * MINUTE_US - begin[owner]) / span, 0.0, 1.0)
    after = np.clip(((minute + 1) * MINUTE_US - begin[owner]) / span, 0.0, 1.0)

    def come(tokens: Ints) -> Ints:
        whole = tokens[owner]
        earlier: Ints = np.floor(whole * before).astype(np.int64)
        found: Ints = np.floor(whole * after).astype(np.int64)
        return found - earlier

    none = np.zeros(len(owner), np.int64)
    sums = dict.fromkeys(SUMS[:-1], none) | {"output": come(made["output"])}
    if UNSEEN_OUTPUT in made:
        # Spread with what was reported, so that no minute's estimate falls below none.
        sums[UNSEEN_OUTPUT] = come(made["output"] + made[UNSEEN_OUTPUT]) - sums["output"]
    return tally_of({"series": place[owner], "minute": minute}, sums)
