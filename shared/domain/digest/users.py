"""Who used the most tokens: the 50 users (hashed) with most input and output of the day.

Users are counted exactly up to `MAX_COUNTED` a day. Where there are more, those with least are
summed under no name each hour, and a user may be short by `short_by_tokens` at most: the sum of the
most that each cut took from anyone. Tokens of requests that were sampled out count as the user's.
"""

import numpy as np

from shared.domain.digest.rows import DigestRows
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.packing import NULL, Ints

KEYS = ("user",)
SUMS = ("requests", "failed", "input", "output")
COUNTS = ("requests", "failed")
TOP = 50
MAX_COUNTED = 100_000
# Hashes never take this value: `NULL` is the next below.
OTHERS = NULL


def users_of(rows: DigestRows) -> Tally:
    """Return the use of each user; requests without one are left out."""
    users = rows.batch.ints("user_hash")
    at = np.flatnonzero(users != NULL)
    sums: dict[str, Ints] = {
        "requests": np.ones(len(at), np.int64),
        "failed": (~rows.ok[at]).astype(np.int64),
        "input": rows.known("input_tokens")[at],
        "output": rows.known("output_tokens")[at],
    }
    return tally_of({"user": users[at]}, rows.weighed(sums, COUNTS, at))


def cut_users(users: Tally, keep: int) -> tuple[Tally, int]:
    """Return the users with most tokens, all others as `OTHERS`, and the most one of those had.

    Args:
        users: use by user.
        keep: how many keep their name; of equals, those with the lower hash.
    """
    named = users.keys["user"] != OTHERS
    used = users.estimated().sums
    tokens = np.where(named, used["input"] + used["output"], -1)
    order = np.lexsort((users.keys["user"], -tokens))
    last = order[keep:]
    lost = int(tokens[last].max(initial=0))
    if named.sum() <= keep:
        return users, 0
    renamed = users.keys["user"].copy()
    renamed[last] = OTHERS
    return tally_of({"user": renamed}, users.sums), lost
