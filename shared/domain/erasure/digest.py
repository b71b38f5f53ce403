"""A day's digest without an application: for days whose raw requests are gone.

Days that still have them are digested anew from what is left, which is exact in every section.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import numpy as np

from shared.domain.digest.day import ANSWERS, INDEX, PREFIXES, Index, index_of, sections_of
from shared.domain.digest.rows import Place
from shared.domain.digest.settings import Setting
from shared.domain.digest.tally import Tally, tally_of, unseen_name
from shared.domain.digest.user_tokens import COUNTS, user_cell
from shared.domain.packing import Ints, pack
from shared.domain.rollup.price_cell import Outcome
from shared.domain.rollup.token_cell import TokenType

_APPLICATION_AT = 3
# Kept by deployment, under the first series that a deployment had.
_BY_DEPLOYMENT = "load"
_GONE = -1
# What a user used -> of what it is the sum; failures are the requests of cells that failed.
_USED = {
    "requests": "requests",
    "failed": "requests",
    "input": TokenType.INPUT,
    "output": TokenType.OUTPUT,
}


@dataclass(frozen=True, slots=True)
class _Moves:
    """How series are numbered when some are gone.

    Attributes:
        places: those left.
        code: old code -> new code; -1 where its application is gone.
        deployment: the same, but to the first series left of the same deployment.
    """

    places: list[Place]
    code: Ints
    deployment: Ints


def digest_without(
    blocks: Mapping[str, bytes], application: str, *, is_last: bool
) -> dict[str, bytes] | None:
    """Return a finished digest without an application; None where it has nothing of it.

    What a deployment met by minute is not kept by application and stays whole, unless no other
    application used the deployment. Users keep what they used elsewhere, where the digest says what
    each used where; digests from before it did lose all of their users.

    Args:
        blocks: of the digest.
        application: what is to go.
        is_last: whether no day after it can be digested anymore, so that nobody will ask which
            prompts it saw last.
    """
    index = index_of(blocks)
    if all(place[_APPLICATION_AT] != application for place in index.places):
        return None
    moves = _moves(index.places, application)
    before = sections_of({name: block for name, block in blocks.items() if name != INDEX})
    after = {name: _moved(name, tally, moves) for name, tally in before.items()}
    if "users" in blocks:
        after["users"] = _users(after["user_tokens"], index)
    left = _left(index, moves, before, after)
    packed = {name: pack(tally.columns()) for name, tally in after.items() if name in blocks}
    kept = {} if is_last else {n: blocks[n] for n in (ANSWERS, PREFIXES) if n in blocks}
    return {INDEX: pack({INDEX: msgspec.msgpack.encode(left)})} | packed | kept


def _moves(places: list[Place], application: str) -> _Moves:
    stays = np.array([place[_APPLICATION_AT] != application for place in places])
    code = np.where(stays, np.cumsum(stays) - 1, _GONE)
    left = [place for place in places if place[_APPLICATION_AT] != application]
    first: dict[tuple[str, ...], int] = {}
    for at, place in enumerate(left):
        first.setdefault(place[:2], at)
    deployment = np.array([first.get(place[:2], _GONE) for place in places], np.int64)
    return _Moves(left, code, deployment)


def _moved(name: str, tally: Tally, moves: _Moves) -> Tally:
    if "series" not in tally.keys or len(tally) == 0:
        return tally
    codes = moves.deployment if name == _BY_DEPLOYMENT else moves.code
    series = codes[tally.keys["series"]]
    kept = series != _GONE
    left = tally.where(kept)
    return tally_of({**left.keys, "series": series[kept]}, left.sums) if kept.any() else left


def _users(used: Tally, index: Index) -> Tally:
    """Return what users used, from what each used where."""
    cells = [user_cell(text).outcome != Outcome.OK for text in index.cells]
    failed = np.array([*cells, False], np.bool_)[used.keys["cell"]]
    sums: dict[str, Ints] = {}
    for name, source in _USED.items():
        unseen = unseen_name(source, is_count=source in COUNTS)
        columns = {name: source, unseen_name(name, is_count=source in COUNTS): unseen}
        for column, found in columns.items():
            if found in used.sums:
                own = used.sums[found]
                sums[column] = np.where(failed, own, 0) if name == "failed" else own
    users = {"user": used.keys["user"]}
    return tally_of(users, sums) if len(used) else Tally(users, sums)


def _left(
    index: Index, moves: _Moves, before: Mapping[str, Tally], after: Mapping[str, Tally]
) -> Index:
    """Return the index with the series and prompt versions that are left."""
    gone = _requests(before["settings"]) - _requests(after["settings"])
    settings = after["settings"]
    named = settings.keys["value"][settings.keys["setting"] == Setting.PROMPT_VERSION]
    used = {*named.tolist(), *after["quality"].keys["version"].tolist()}
    versions = [v if at in used else f"__erased_{at}__" for at, v in enumerate(index.versions)]
    return msgspec.structs.replace(
        index, places=moves.places, versions=versions, requests=max(index.requests - gone, 0)
    )


def _requests(settings: Tally) -> int:
    """Return the requests of a day: each has one value of every setting."""
    own = settings.keys["setting"] == Setting.STREAM
    return int(settings.sums["requests"][own].sum())
