"""Token sums by type and price cell.

Cached input, cache writes, audio and images are parts of their side, and some overlap: cached audio
is reported both as cached and as audio. Here each token is in one part at most, the first of these,
request by request: so sums of parts never exceed sums of sides, however they are grouped.
"""

from collections.abc import Collection
from enum import StrEnum

import numpy as np

from shared.domain.grouping import Groups, ranked
from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import Batch
from shared.domain.rollup.price_cell import Places


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


def token_cells(batch: Batch, places: Places) -> tuple[list[str], Ints, Ints, Ints]:
    """Return a batch's tokens by cell.

    Args:
        batch: request columns.
        places: the cell of each row.

    Returns:
        The cells' names, sorted; then for each count its cell, its tokens and its row.
    """
    kinds = [kind for kind in TokenType if COLUMN_OF[kind] in batch.columns]
    columns = _apart(batch, kinds)
    codes: list[Ints] = []
    values: list[Ints] = []
    rows: list[Ints] = []
    for at, kind in enumerate(kinds):
        column = columns[kind]
        known = np.flatnonzero(column > 0)
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


def _apart(batch: Batch, kinds: Collection[TokenType]) -> dict[TokenType, Ints]:
    """Return the tokens of each request by type, none of them in two parts; unknown is 0."""
    found = {}
    for kind in kinds:
        column = batch.ints(COLUMN_OF[kind])
        found[kind] = np.where(column == NULL, 0, column)
    for side, parts in _PARTS.items():
        left = found.get(side, np.zeros(batch.size, np.int64))
        for part in parts:
            if part in found:
                found[part] = np.minimum(found[part], left)
                left = left - found[part]
    return found
