"""What digests tell of a scope, made from plain traffic."""

from collections.abc import Mapping, Sequence

import numpy as np

from shared.domain.digest.outputs import FINISHES, NO_LIMIT
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.rollup.sketch import keys_of

DAY = 20_780


def outputs(days: Sequence[Sequence[tuple[int, int | None, str]]], first: int = DAY) -> Tally:
    """Return the section of answers: for each day (tokens, limit, finish reason)."""
    rows = [(first + n, *each) for n, answers in enumerate(days) for each in answers]
    day, made, limit, finish = zip(*rows, strict=True)
    tokens = np.array(made, np.int64)
    return tally_of(
        {
            "day": np.array(day, np.int64),
            "limit": np.array([NO_LIMIT if each is None else each for each in limit], np.int64),
            "finish": np.array([FINISHES.index(each) for each in finish], np.int64),
            "bucket": keys_of(tokens.astype(np.float64)),
        },
        {"requests": np.ones(len(tokens), np.int64), "output": tokens, "reasoning": tokens * 0},
    )


def capped(lengths: Sequence[int], limit: int | None) -> list[tuple[int, int | None, str]]:
    """Return answers as a limit leaves them."""
    if limit is None:
        return [(each, None, "stop") for each in lengths]
    return [(min(each, limit), limit, "length" if each > limit else "stop") for each in lengths]


def daily(counts: Mapping[int, tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return events and requests of days."""
    pairs = np.array(list(counts.values()), np.int64)
    return pairs[:, 0], pairs[:, 1]
