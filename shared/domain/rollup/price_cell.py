"""A price cell: what a request's price depends on and sums over requests cannot give back.

That is the tier that served it, the band of its own context length, and how it came out. Azure
charges for what it processed, whatever the status: a 400 of the content filter or a 408 is charged,
a 401 or 429 is not (learn.microsoft.com, "Plan to manage costs for Azure OpenAI", HTTP error
response code and billing status). So failures that were turned away unprocessed stand apart.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import Batch
from shared.domain.record.error_class import ErrorClass

# Upper bounds of context bands, input tokens of the single request; the last band has none.
BAND_BOUNDS = (128_000, 272_000)
BANDS = ("128k", "272k", "long")
WHOLE = 1_000_000
"""The weight of a request that stands for itself alone, in millionths."""
_REFUSED_STATUS = (401, 403, 404, 429)
_REFUSED_CLASS = (ErrorClass.QUOTA, ErrorClass.CAPACITY)


class Outcome(StrEnum):
    """How a request came out: answered, failed, or turned away before any model saw it."""

    OK = "ok"
    FAILED = "failed"
    REFUSED = "refused"


_OUTCOMES = tuple(Outcome)


class Cell(NamedTuple):
    """The parts of a term.

    Attributes:
        kind: what is counted.
        outcome: how the requests came out.
        band: of their context length, one of `BANDS`.
        tier: that served them; empty where it is unknown.
    """

    kind: str
    outcome: str
    band: str
    tier: str


def cell_term(kind: str, outcome: str, tier: str, band: str) -> str:
    """Return a cell's name within a rollup."""
    return f"{kind}|{outcome}|{band}|{tier}"


def cell_of(term: str) -> Cell:
    """Return the parts of a cell's name."""
    return Cell(*term.split("|", 3))


def kind_of_term(term: str) -> str:
    """Return what a cell's name says is counted."""
    return term.split("|", 1)[0]


def tier_apart(term: str) -> tuple[str, str]:
    """Return a cell's name cut before its tier; the tier is empty where it is unknown."""
    tier = term.split("|", 3)[3]
    return term.removesuffix(tier), tier


class Places:
    """The cell of each request of a batch."""

    def __init__(self, batch: Batch) -> None:
        """Find them; `codes` are to be named by `term`."""
        self._tiers = [*batch.table("tier_served"), ""]
        tier_codes = batch.ints("tier_served")
        tier = np.where(tier_codes == NULL, len(self._tiers) - 1, tier_codes)
        sent = batch.ints("input_tokens")
        band = np.searchsorted(BAND_BOUNDS, np.where(sent == NULL, 0, sent), side="left")
        self.codes: Ints = (tier * len(BANDS) + band) * len(_OUTCOMES) + outcomes(batch)

    def term(self, kind: str, code: int) -> str:
        """Return the name of a cell."""
        cell = self.cell(kind, code)
        return cell_term(kind, cell.outcome, cell.tier, cell.band)

    def cell(self, kind: str, code: int) -> Cell:
        """Return the parts of a cell's name."""
        place, outcome = divmod(code, len(_OUTCOMES))
        tier, band = divmod(place, len(BANDS))
        return Cell(kind, _OUTCOMES[outcome], BANDS[band], self._tiers[tier])


def outcomes(batch: Batch) -> Ints:
    """Return how each request came out, as index into the outcomes."""
    codes = batch.ints("error_class")
    refused_class = [text in _REFUSED_CLASS for text in batch.table("error_class")]
    turned_away = np.array([*refused_class, False])[np.where(codes == NULL, -1, codes)]
    turned_away |= np.isin(batch.ints("status_code"), _REFUSED_STATUS)
    found: Ints = np.where(codes == NULL, 0, np.where(turned_away, 2, 1))
    return found
