"""What the users of `users` used, in the cells that prices depend on: so that they can be costed.

A cell is outcome, context band, tier served and model version (`rollup/price_cell.py`); a day has
200 of them, later ones are `__other__` and have no price. Tokens are those of rollups, each in one
part at most. Requests without a user are left out; everybody beyond the first 50 is summed.
"""

from dataclasses import dataclass

import numpy as np

from shared.domain.digest.rows import DigestRows
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.digest.text_list import TextList
from shared.domain.digest.users import OTHERS
from shared.domain.grouping import Groups
from shared.domain.label import OTHER
from shared.domain.packing import NULL, Ints
from shared.domain.rollup.price_cell import Outcome, Places
from shared.domain.rollup.token_cell import TokenType, disjoint_tokens

KEYS = ("user", "series", "cell")
SUMS = ("requests", "no_usage", *TokenType)
COUNTS = ("requests", "no_usage")
MAX_ROWS = 200_000
# Names have no control characters, so that this one separates them.
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class UserCell:
    """What a price depends on besides the series; all empty where that is not kept."""

    outcome: str = ""
    band: str = ""
    tier: str = ""
    model_version: str = ""


def user_tokens_of(rows: DigestRows, cells: TextList) -> Tally:
    """Return the tokens of each user by series and cell.

    Args:
        rows: requests.
        cells: the day's list of cells, which grows.
    """
    users = rows.batch.ints("user_hash")
    at = np.flatnonzero(users != NULL)
    tokens = disjoint_tokens(rows.batch)
    blind = (rows.batch.ints("input_tokens") == NULL) & (rows.batch.ints("output_tokens") == NULL)
    none = np.zeros(len(at), np.int64)
    sums: dict[str, Ints] = {
        "requests": np.ones(len(at), np.int64),
        "no_usage": blind[at].astype(np.int64),
        **{kind: tokens[kind][at] if kind in tokens else none for kind in TokenType},
    }
    keys = {"user": users[at], "series": rows.series[at], "cell": _cells(rows, cells)[at]}
    return tally_of(keys, rows.weighed(sums, COUNTS, at))


def cut_user_tokens(tally: Tally, kept: Ints) -> Tally:
    """Return the tokens of the kept users, those of all others together."""
    renamed = np.where(np.isin(tally.keys["user"], kept), tally.keys["user"], OTHERS)
    return tally_of({**tally.keys, "user": renamed}, tally.sums)


def within_rows(tally: Tally, rows: int) -> tuple[Ints, int]:
    """Return the users with most tokens that have so many rows together, and the most one loses.

    Args:
        tally: tokens by user, series and cell.
        rows: how many rows the users kept may have at most.
    """
    named = tally.where(tally.keys["user"] != OTHERS).estimated()
    groups = Groups(named.keys["user"])
    used = groups.sum(named.sums[TokenType.INPUT] + named.sums[TokenType.OUTPUT])
    order = np.lexsort((groups.codes, -used))
    kept = np.cumsum(groups.count()[order]) <= rows
    return groups.codes[order[kept]], int(used[order[~kept]].max(initial=0))


def cell_text(cell: UserCell) -> str:
    """Return a cell as a digest lists it."""
    return _BETWEEN.join((cell.outcome, cell.band, cell.tier, cell.model_version))


def user_cell(text: str) -> UserCell:
    """Return the cell that a digest lists."""
    return UserCell() if text == OTHER else UserCell(*text.split(_BETWEEN))


def is_charged(cell: UserCell) -> bool:
    """Tell whether requests of a cell are charged for: those turned away unprocessed are not."""
    return cell.outcome != Outcome.REFUSED


def _cells(rows: DigestRows, cells: TextList) -> Ints:
    places, versions = Places(rows.batch), [*rows.batch.table("model_version"), ""]
    own = rows.batch.ints("model_version")
    version = np.where(own == NULL, len(versions) - 1, own)
    groups = Groups(places.codes * len(versions) + version)
    admitted = np.empty(len(groups), np.int64)
    # In order of appearance, not of codes, which depend on how chunks were cut.
    for at in np.argsort(groups.representatives).tolist():
        place, known = divmod(int(groups.codes[at]), len(versions))
        cell = places.cell("", place)
        text = cell_text(UserCell(cell.outcome, cell.band, cell.tier, versions[known]))
        admitted[at] = cells.code(text)
    return admitted[groups.inverse]
