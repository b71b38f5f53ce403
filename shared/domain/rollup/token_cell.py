"""Token sums by type, outcome and price cell.

A price cell is what a price depends on and sums cannot give back: the tier that served the request
and the band of its own context length.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from shared.domain.grouping import Groups, ranked
from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import Batch


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
# Upper bounds of context bands, input tokens of the single request; the last band has none.
BAND_BOUNDS = (128_000, 272_000)
BANDS = ("128k", "272k", "long")
OK, FAILED = "ok", "failed"


def cell_term(token_type: str, outcome: str, tier: str, band: str) -> str:
    """Return a cell's name within a rollup."""
    return f"{token_type}|{outcome}|{band}|{tier}"


def type_of_term(term: str) -> str:
    """Return the token type of a cell's name."""
    return term.split("|", 1)[0]


def tier_apart(term: str) -> tuple[str, str]:
    """Return a cell's name cut before its tier; the tier is empty where it is unknown."""
    tier = term.split("|", 3)[3]
    return term.removesuffix(tier), tier


def token_cells(batch: Batch, ok: NDArray[np.bool_]) -> tuple[list[str], Ints, Ints, Ints]:
    """Return a batch's tokens by cell.

    Args:
        batch: request columns.
        ok: which requests succeeded.

    Returns:
        The cells' names, sorted; then for each count its cell, its tokens and its row.
    """
    tiers = [*batch.table("tier_served"), ""]
    tier_codes = batch.ints("tier_served")
    tier = np.where(tier_codes == NULL, len(tiers) - 1, tier_codes)
    sent = batch.ints("input_tokens")
    band = np.searchsorted(BAND_BOUNDS, np.where(sent == NULL, 0, sent), side="left")
    place = (tier * len(BANDS) + band) * 2 + ~ok
    kinds = [kind for kind in TokenType if COLUMN_OF[kind] in batch.columns]
    codes: list[Ints] = []
    values: list[Ints] = []
    rows: list[Ints] = []
    for at, kind in enumerate(kinds):
        column = batch.ints(COLUMN_OF[kind])
        known = np.flatnonzero((column != NULL) & (column > 0))
        codes.append(place[known] * len(kinds) + at)
        values.append(column[known])
        rows.append(known)
    if not kinds:
        none = np.empty(0, np.int64)
        return [], none, none, none
    groups = Groups(np.concatenate(codes))
    names = [_term(code, kinds, tiers) for code in groups.codes.tolist()]
    terms, moved = ranked(names)
    return terms, moved[groups.inverse], np.concatenate(values), np.concatenate(rows)


def _term(code: int, kinds: Sequence[TokenType], tiers: Sequence[str]) -> str:
    place, kind = divmod(code, len(kinds))
    place, failed = divmod(place, 2)
    tier, band = divmod(place, len(BANDS))
    return cell_term(kinds[kind], FAILED if failed else OK, tiers[tier], BANDS[band])
