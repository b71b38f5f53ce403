"""Token sums by type and price cell.

Cached input, cache writes, audio and images are parts of their side, and some overlap: cached audio
is reported both as cached and as audio. Here each token is in one part at most, the first of these,
request by request: so sums of parts never exceed sums of sides, however they are grouped.
"""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from shared.domain.grouping import Groups, ranked
from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import Batch
from shared.domain.rollup.price_cell import WHOLE, Places


class TokenType(StrEnum):
    """What is counted; cached input is part of input, reasoning part of output."""

    INPUT = "input"
    CACHED_INPUT = "cached_input"
    CACHE_WRITE = "cache_write"
    OUTPUT = "output"
    REASONING = "reasoning"
    AUDIO_INPUT = "audio_input"
    AUDIO_OUTPUT = "audio_output"
    IMAGE_INPUT = "image_input"
    IMAGE_OUTPUT = "image_output"
    OTHER = "other"


COLUMN_OF = {
    TokenType.INPUT: "input_tokens",
    TokenType.CACHED_INPUT: "cached_input_tokens",
    TokenType.CACHE_WRITE: "cache_write_tokens",
    TokenType.OUTPUT: "output_tokens",
    TokenType.REASONING: "reasoning_tokens",
    TokenType.AUDIO_INPUT: "audio_input_tokens",
    TokenType.AUDIO_OUTPUT: "audio_output_tokens",
    TokenType.IMAGE_INPUT: "image_input_tokens",
    TokenType.IMAGE_OUTPUT: "image_output_tokens",
    TokenType.OTHER: "other_units",
}
# The parts of each side that are charged apart, in the order in which they take their tokens.
_PARTS = {
    TokenType.INPUT: (
        TokenType.CACHED_INPUT,
        TokenType.CACHE_WRITE,
        TokenType.AUDIO_INPUT,
        TokenType.IMAGE_INPUT,
    ),
    TokenType.OUTPUT: (TokenType.AUDIO_OUTPUT, TokenType.IMAGE_OUTPUT),
}


type Cells = tuple[list[str], Ints, Ints, Ints]
"""The cells' names, sorted; then for each count its cell, the count and its row."""


def token_cells(batch: Batch, places: Places) -> Cells:
    """Return a batch's tokens by cell.

    Args:
        batch: request columns.
        places: the cell of each row.
    """
    return _cells(disjoint_tokens(batch), places)


def unseen_cells(batch: Batch, places: Places) -> Cells:
    """Return the tokens that requests sampled out are expected to have used, by cell.

    A client that reports one of ten requests says so with `sample_weight` 10: each of the others is
    taken to have used what the reported one did. Weights below 1 take away from what was reported.

    Args:
        batch: request columns.
        places: the cell of each row.
    """
    weight = batch.ints("weight_millionths")
    if (weight == NULL).all():
        return _cells({}, places)
    more = np.where(weight == NULL, 0, weight - WHOLE) / WHOLE
    found = {kind: np.rint(column * more) for kind, column in disjoint_tokens(batch).items()}
    return _cells({kind: column.astype(np.int64) for kind, column in found.items()}, places)


def _cells(columns: Mapping[TokenType, Ints], places: Places) -> Cells:
    kinds = list(columns)
    codes: list[Ints] = []
    values: list[Ints] = []
    rows: list[Ints] = []
    for at, column in enumerate(columns.values()):
        known = np.flatnonzero(column)
        codes.append(places.codes[known] * len(kinds) + at)
        values.append(column[known])
        rows.append(known)
    if not kinds:
        none = np.empty(0, np.int64)
        return [], none, none, none
    groups = Groups(np.concatenate(codes))
    pairs = [divmod(code, len(kinds)) for code in groups.codes.tolist()]
    names = [places.term(kinds[kind], place) for place, kind in pairs]
    terms, moved = ranked(names)
    return terms, moved[groups.inverse], np.concatenate(values), np.concatenate(rows)


def disjoint_tokens(batch: Batch) -> dict[TokenType, Ints]:
    """Return the tokens of each request by type, none of them in two parts; unknown is 0."""
    found = {}
    for kind in (kind for kind in TokenType if COLUMN_OF[kind] in batch.columns):
        column = batch.ints(COLUMN_OF[kind])
        found[kind] = np.where(column == NULL, 0, column)
    for side, parts in _PARTS.items():
        left = found.get(side, np.zeros(batch.size, np.int64))
        for part in parts:
            if part in found:
                found[part] = np.minimum(found[part], left)
                left = left - found[part]
    return found
